"""Do one segment: the only code of the harness that runs on a worker."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import perf_counter

import numpy as np
import sklearn
from threadpoolctl import threadpool_limits

from harness import environment, registry, rows
from harness.cell import Acquisition, Component, Params, Reference, Study
from harness.device import using
from harness.errors import CannotValidate, Degenerate, DeviceError, Dropped, OneClass
from harness.giving_up import give_up
from harness.learner import Learner
from harness.loop import Buying, OnLabels, Round, active_learning
from harness.pool import Pool
from harness.problem import Problem, ProblemKey
from harness.registry import Registry, lookup
from harness.schema import Row
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
from harness.study import Bench, Judged, propose, status_of, tested

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
    with using(task.device, threads), _quiet(threads):
        known = registry.load(task.files)
        started = perf_counter()
        due = partial(_due, started + task.limit_s)
        try:
            problem = problem_of(key, known)
        except Dropped as reason:
            return give_up(segment, "skipped", str(reason))
        except RAISED as error:
            return give_up(segment, *_failure(error))
        match segment:
            case AcquisitionSegment():
                found = _acquire(segment, problem, known, due, singly=task.limit_s == 0)
            case EvaluationSegment():
                found = _evaluate(segment, problem, known, due)
            case StudySegment():
                found = _study(segment, problem, known, due)
            case ReferenceSegment():
                found = _refer(segment, problem, known)
    return {**found, "environments": [environment.describe()]}


def _failure(error: BaseException) -> tuple[str, str]:
    if isinstance(error, DeviceError):
        raise error  # of no use to go on: whatever comes next would fail of the same
    if isinstance(error, Degenerate):
        return "degenerate", str(error)
    return "oom" if isinstance(error, MemoryError) else "failed", rows.traced(error)


def _due(at: float) -> bool:
    return perf_counter() >= at


@contextmanager
def _quiet(threads: int) -> Iterator[None]:
    """Numeric libraries within `threads`, and components' warnings not on the user's screen."""
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
        lookup(known.designs, setting.labelling.design, "design"),
        partial(strategy, **curve.strategy.params),
        lambda number: generator(setting.seed, "query", name, repeat, number),
    )


def _acquire(
    segment: AcquisitionSegment,
    problem: Problem,
    known: Registry,
    due: Callable[[], bool],
    *,
    singly: bool,
) -> Rowset:
    acquisition = segment.acquisition
    buying = _buying(acquisition, problem, known)
    shared = OnLabels(problem, _learner(acquisition, problem, known))
    query = _query_model(segment, shared, known)
    found: Rowset = {"rounds": [], "evaluations": [], "acquisitions": []}
    place = rows.Place.here()
    pool = buying.replay(segment.batches)
    number = len(segment.batches)
    ended = None
    # A model that continues would be fitted on all batches again by the next segment.
    continues = query.learner.continues or (segment.tested and shared.learner.continues)
    goes_on = continues and not singly
    try:
        for done in active_learning(buying, query, pool, number, segment.until):
            pool, number = done.pool, done.number + 1
            found["rounds"].append(_round(acquisition, done, problem))
            if segment.tested:
                place.look()
                found["evaluations"].append(_evaluation(acquisition, shared, pool))
            if due() and not goes_on:
                break
    except RAISED as error:
        ended = place.ended(*_failure(error))
    if ended is None and (pool.n_bought >= segment.until or len(pool.candidates) == 0):
        ended = place.ended("done")
    if ended:
        row = rows.acquisition_row(acquisition, ended, pool.n_bought, number)
        found["acquisitions"].append(row)
    return found


def _query_model(segment: AcquisitionSegment, defaults: OnLabels, known: Registry) -> OnLabels:
    """What the strategy asks: a model of its own, a study's winner, or the curve's `defaults`."""
    model = segment.acquisition.curve.strategy.model
    if model:
        own = _learner(segment.acquisition, defaults.problem, known, model)
        return OnLabels(defaults.problem, own)
    if segment.params:
        return OnLabels(defaults.problem, defaults.learner.with_params(segment.params))
    return defaults


def _round(acquisition: Acquisition, done: Round, problem: Problem) -> Row:
    return rows.round_row(acquisition, done, problem.y[done.batch], problem.n_classes)


def _evaluation(acquisition: Acquisition, model: OnLabels, pool: Pool) -> Row:
    place = rows.Place.here()
    values: Row | None
    try:
        fitted = model.fitted(pool)
        values = {**tested(fitted, model.problem), "fit_s": model.fit_s}
        ended = place.ended("done")
        if fitted.model is None:
            values, ended = None, place.ended("skipped", "one class only among the labelled rows")
    except RAISED as error:
        values, ended = None, place.ended(*_failure(error))
    return rows.evaluation_row(acquisition, pool.n_bought, ended, values)


def _evaluate(
    segment: EvaluationSegment, problem: Problem, known: Registry, due: Callable[[], bool]
) -> Rowset:
    acquisition = segment.acquisition
    buying = _buying(acquisition, problem, known)
    model = OnLabels(problem, _learner(acquisition, problem, known))
    found: Rowset = {"evaluations": []}
    for number in segment.missing:
        pool = buying.replay(segment.batches[: number + 1])
        found["evaluations"].append(_evaluation(acquisition, model, pool))
        if due() and not model.learner.continues:
            break
    return found


def _study(
    segment: StudySegment, problem: Problem, known: Registry, due: Callable[[], bool]
) -> Rowset:
    study = segment.study
    found: Rowset = {"trials": []}
    earlier = list(segment.earlier)
    pool = _buying(study.acquisition, problem, known).replay(segment.batches)
    learner = _learner(study.acquisition, problem, known)
    try:
        bench = Bench(study, problem, pool)
    except (OneClass, CannotValidate) as reason:
        place = rows.Place.here()
        ended = place.ended("skipped", str(reason))
        for number in range(len(earlier), study.n_trials):
            row = rows.trial_row(study, number, {}, ended, None)
            found["trials"].append(row)
        return found
    while len(earlier) < study.n_trials:
        row = _trial(study, earlier, bench, learner)
        found["trials"].append(row)
        earlier.append(Judged.of(row))
        if due():
            break
    return found


def _trial(study: Study, earlier: list[Judged], bench: Bench, learner: Learner) -> Row:
    place = rows.Place.here()
    params: Params = {}
    values: Row | None
    try:
        params = propose(study, earlier)
        values = bench.try_out(learner.with_params(params))
        ended = place.ended(status_of(values, study.acquisition.setting.tuning.metric))
    except RAISED as error:
        values, ended = None, place.ended(*_failure(error))
    return rows.trial_row(study, len(earlier), params, ended, values)


def _refer(segment: ReferenceSegment, problem: Problem, known: Registry) -> Rowset:
    reference = segment.reference
    place = rows.Place.here()
    model = OnLabels(problem, _learner(reference, problem, known))
    values: Row | None
    try:
        everything = Pool.all_labelled(len(problem.y))
        fitted = model.fitted(everything)
        values = {**tested(fitted, problem), "fit_s": model.fit_s}
        ended = place.ended("done")
    except RAISED as error:
        values, ended = None, place.ended(*_failure(error))
    row = rows.reference_row(reference, len(problem.y), ended, values)
    return {"references": [row]}
