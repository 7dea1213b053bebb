"""Do one segment: the only code of the harness that runs on a worker."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import sklearn
from threadpoolctl import threadpool_limits

from harness import environment, registry, rows
from harness.cell import Acquisition, Component, Params, Reference, Study
from harness.clock import Clock, Pace
from harness.device import using
from harness.errors import CannotValidate, DeviceError, Dropped, Hopeless, OneClass, TooLong
from harness.first_labels import first_labels
from harness.giving_up import give_up
from harness.learner import Learner
from harness.loop import Buying, OnLabels, Round, active_learning
from harness.pool import Pool
from harness.problem import Problem, ProblemKey
from harness.registry import Registry, lookup
from harness.schema import SEES_LABELS, Row
from harness.seeding import generator, integer
from harness.segment import (
    AcquisitionSegment,
    EvaluationSegment,
    ReferenceSegment,
    Rowset,
    StudySegment,
    Task,
    problem_key,
)
from harness.study import Bench, Judged, propose, status_of, status_of_test, tested

RAISED = (Exception, SystemExit)  # what a component may raise; failure is data
ProblemOf = Callable[[ProblemKey, Registry], Problem]


def work(task: Task, problem_of: ProblemOf) -> Rowset:
    """Do `task` and return its rows, table by table.

    What a component raises becomes a `failed` row. Raises `DeviceError` where the device is not
    there after all; anything else that this raises is a bug. `problem_of` gives the prepared
    problem of a key.
    """
    segment = task.segment
    key = problem_key(segment)
    threads = key.setting.threads
    with using(task.device, threads), quiet(threads):
        known = registry.load(task.files)
        pace = Pace(task.limits, task.limit_s)
        try:
            problem = problem_of(key, known)
        except Dropped as reason:
            return give_up(segment, "skipped", str(reason))
        except RAISED as error:
            return give_up(segment, *_failure(error))
        match segment:
            case AcquisitionSegment():
                found = _acquire(segment, problem, known, pace)
            case EvaluationSegment():
                found = _evaluate(segment, problem, known, pace)
            case StudySegment():
                found = _study(segment, problem, known, pace)
            case ReferenceSegment():
                found = _refer(segment, problem, known, pace)
    return {**found, "environments": [environment.describe()]}


def _failure(error: BaseException) -> tuple[str, str]:
    if isinstance(error, DeviceError):
        raise error  # of no use to go on: whatever comes next would fail of the same
    if isinstance(error, TooLong):
        return "timeout", str(error)  # where our code noticed tells nobody anything
    return "oom" if isinstance(error, MemoryError) else "failed", rows.traced(error)


@contextmanager
def quiet(threads: int) -> Iterator[None]:
    """Keep numeric libraries within `threads`, and components' warnings off the screen."""
    with (
        threadpool_limits(limits=threads),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        sklearn.config_context(assume_finite=True),
    ):
        warnings.simplefilter("ignore")
        yield


def _learner(
    work: Acquisition | Reference, problem: Problem, known: Registry, own: Component | None = None
) -> Learner:
    """The curve's pipeline with its defaults, or a strategy's `own` model, never resampled."""
    setting = work.setting
    name = work.curve.dataset.name
    resampler = Component("none", "none") if own else work.curve.resampler
    return Learner(
        own or work.curve.classifier,
        resampler,
        known,
        integer(setting.seed, "model", name, work.repeat),
        setting.threads,
        problem.n_classes,
    )


def _buying(acquisition: Acquisition, problem: Problem, known: Registry) -> Buying:
    setting, curve = acquisition.setting, acquisition.curve
    strategy = lookup(known.strategies, curve.strategy.name, "strategy")
    name, repeat = curve.dataset.name, acquisition.repeat
    return Buying(
        problem,
        setting.labelling,
        setting.tuning.validation.rows,
        first_labels(setting, name, repeat, problem.y_true, known),
        partial(strategy, **curve.strategy.params),
        lambda number: generator(setting.seed, "query", name, repeat, number),
        sees_labels=curve.strategy.name in SEES_LABELS,
    )


def _acquire(segment: AcquisitionSegment, problem: Problem, known: Registry, pace: Pace) -> Rowset:
    acquisition = segment.acquisition
    buying = _buying(acquisition, problem, known)
    shared = OnLabels(problem, _learner(acquisition, problem, known), pace.must_allow)
    query = _query_model(segment, shared, known, pace)
    found: Rowset = {"rounds": [], "evaluations": [], "acquisitions": []}
    place = rows.Place.here()
    pool = buying.replay(segment.batches)
    number, spent_s = len(segment.batches), segment.spent_s
    ended = None
    try:
        # A model that continues would be fitted on all batches again by the next segment.
        continues = query.learner.continues or (segment.tested and shared.learner.continues)
        goes_on = continues and not pace.is_singly
        rounds = active_learning(buying, query, pool, number, segment.until)
        while not _is_over(segment, pool):
            pace.acquisition_has_time(spent_s)
            done = next(rounds)
            pace.must_allow(done.took_s)  # with a fit that the test before it left
            pool, number, spent_s = done.pool, done.number + 1, spent_s + done.took_s
            found["rounds"].append(_round(acquisition, done, problem))
            if segment.tested:
                place.look()
                found["evaluations"].append(_evaluation(acquisition, shared, pool, pace))
            if pace.is_due and not goes_on:
                break
        if _is_over(segment, pool):
            ended = place.ended("done")
    except RAISED as error:
        ended = place.ended(*_failure(error))
    if ended:
        row = rows.acquisition_row(acquisition, ended, pool.n_bought, number)
        found["acquisitions"].append(row)
    return found


def _is_over(segment: AcquisitionSegment, pool: Pool) -> bool:
    """Whether all is bought that the segment is to buy, or that there is."""
    has_begun = pool.n_rounds > 0
    return has_begun and (pool.n_bought >= segment.until or len(pool.candidates) == 0)


def _query_model(
    segment: AcquisitionSegment, defaults: OnLabels, known: Registry, pace: Pace
) -> OnLabels:
    """What the strategy asks: a model of its own, a study's winner, or the curve's `defaults`."""
    model = segment.acquisition.curve.strategy.model
    if model:
        own = _learner(segment.acquisition, defaults.problem, known, model)
        return OnLabels(defaults.problem, own, pace.must_allow)
    if segment.params:
        winner = defaults.learner.with_params(segment.params)
        return OnLabels(defaults.problem, winner, pace.must_allow)
    return defaults


def _round(acquisition: Acquisition, done: Round, problem: Problem) -> Row:
    truth = problem.y_true[done.batch]
    n_wrong = int((truth != problem.y[done.batch]).sum())
    return rows.round_row(
        acquisition, done, np.bincount(truth, minlength=problem.n_classes), n_wrong
    )


def _evaluation(acquisition: Acquisition, model: OnLabels, pool: Pool, pace: Pace) -> Row:
    place = rows.Place.here()
    values: Row | None
    try:
        if model.fitted(pool).model is None:
            values, ended = None, place.ended("skipped", "one class only among the labelled rows")
        else:
            values = _fitted_and_tested(model, pool, pace)
            ended = place.ended(status_of_test(values))
    except RAISED as error:
        values, ended = None, place.ended(*_failure(error))
    return rows.evaluation_row(acquisition, pool.n_bought, ended, values)


def _fitted_and_tested(model: OnLabels, pool: Pool, pace: Pace) -> Row:
    answers = model.answers(pool)
    clock = pace.clock(model.fit_s)  # without the fits that led up to it
    clock.look()
    values = tested(answers)
    clock.look()
    return {**values, "fit_s": model.fit_s}


def _evaluate(segment: EvaluationSegment, problem: Problem, known: Registry, pace: Pace) -> Rowset:
    acquisition = segment.acquisition
    buying = _buying(acquisition, problem, known)
    model = OnLabels(problem, _learner(acquisition, problem, known), pace.must_allow)
    found: Rowset = {"evaluations": []}
    for number in segment.missing:
        pool = buying.replay(segment.batches[: number + 1])
        found["evaluations"].append(_evaluation(acquisition, model, pool, pace))
        # A model that continues would be fitted on all batches again by the next segment.
        if pace.is_due and not model.learner.continues:
            break
    return found


def _study(segment: StudySegment, problem: Problem, known: Registry, pace: Pace) -> Rowset:
    study = segment.study
    found: list[Row] = []
    earlier, spent_s = list(segment.earlier), segment.spent_s
    pool = _buying(study.acquisition, problem, known).replay(segment.batches)
    learner = _learner(study.acquisition, problem, known)
    try:
        bench = Bench(study, problem, pool)
    except (OneClass, CannotValidate) as reason:
        return {"trials": _rest(study, len(earlier), "skipped", reason)}
    while len(earlier) < study.n_trials:
        try:
            pace.study_has_time(spent_s)
        except TooLong as reason:
            found += _rest(study, len(earlier), "timeout", reason)
            break
        row = _trial(study, earlier, bench, learner, pace.clock())
        found.append(row)
        spent_s += row["wall_s"]
        earlier.append(Judged.of(row))
        if pace.is_due:
            break
    return {"trials": found}


def _rest(study: Study, first: int, status: str, reason: Exception) -> list[Row]:
    """Every trial from `first` on, none of which was begun."""
    ended = rows.Place.here().ended(status, str(reason))
    numbers = range(first, study.n_trials)
    return [rows.trial_row(study, number, {}, ended, None) for number in numbers]


def _trial(
    study: Study, earlier: list[Judged], bench: Bench, learner: Learner, clock: Clock
) -> Row:
    place = rows.Place.here()
    params: Params = {}
    values: Row | None
    try:
        params = propose(study, earlier)
        values = bench.try_out(learner.with_params(params), clock, earlier)
        clock.look()
        ended = place.ended(status_of(values, study.acquisition.setting.tuning.metric))
    except Hopeless as reason:
        ended = place.ended("pruned", str(reason))
        row = rows.trial_row(study, len(earlier), params, ended, None)
        return {**row, "fold_scores": list(reason.scores)}
    except RAISED as error:
        values, ended = None, place.ended(*_failure(error))
    return rows.trial_row(study, len(earlier), params, ended, values)


def _refer(segment: ReferenceSegment, problem: Problem, known: Registry, pace: Pace) -> Rowset:
    reference = segment.reference
    place = rows.Place.here()
    learner = _learner(reference, problem, known)
    model = OnLabels(problem, learner, pace.must_allow, y=problem.y_true)
    values: Row | None
    try:
        everything = Pool.all_labelled(len(problem.y))
        values = _fitted_and_tested(model, everything, pace)
        ended = place.ended(status_of_test(values))
    except RAISED as error:
        values, ended = None, place.ended(*_failure(error))
    row = rows.reference_row(reference, len(problem.y), ended, values)
    return {"references": [row]}
