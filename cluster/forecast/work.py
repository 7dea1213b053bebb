"""A plan as the simulation sees it: chains of units, of which only the seconds matter.

A chain is an acquisition (its units are rounds), its missing tests, a study (trials) or a
reference (one unit). What it opens when it has come so far mirrors `harness/ledger.py`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from harness.cell import Acquisition, Component, Curve
from harness.classifiers.continues import does_continue
from harness.ledger import Ledger
from harness.registry import Registry
from harness.states import AcquisitionState, StudyState

Key = tuple[Hashable, ...]  # of a law: kind of unit and labels of components


@dataclass(frozen=True, slots=True)
class Unit:
    """One round, test, trial or reference that is still to be done."""

    key: Key
    n_labels: int  # that it is fitted on
    tested: Key | None = None  # of a round: the law of the test after it
    n_after: int = 0  # labels that the test is fitted on
    refitted: Key | None = None  # that of what comes on top where a segment begins with it

    @property
    def parts(self) -> Iterator[tuple[Key, int]]:
        """What it consists of: laws and labels."""
        yield self.key, self.n_labels
        if self.tested:
            yield self.tested, self.n_after


@dataclass(slots=True, eq=False)
class Chain:
    """What one task after the other goes on with."""

    kind: str  # reference, acquisition, evaluation or study
    needs: str
    labels: int  # larger ones first
    problem: tuple[str, str, int]  # dataset, scaler, repeat
    classifier: str
    units: tuple[Unit, ...]
    is_whole: bool = False  # one segment, however long
    # Of an acquisition: what `n` finished units make possible, ascending.
    opens: list[tuple[int, Chain]] = field(default_factory=list)
    gates: bool = False  # tuned: it goes on only when what it has opened is finished
    opener: Chain | None = None  # of a study of a tuned acquisition


def chains(ledger: Ledger) -> list[Chain]:
    """All that is left of a plan, in the order in which a driver meets it; opened ones included."""
    sweep = ledger.plan.sweep
    found = [
        Chain(
            "reference",
            reference.curve.classifier.needs,
            0,
            (reference.curve.dataset.label, reference.curve.scaler.label, reference.repeat),
            reference.curve.classifier.label,
            (Unit(("reference", *_pipeline(reference.curve)), 0),),
        )
        for reference in ledger.references.values()
        if reference.id not in ledger.done_references
    ]
    for state in ledger.acquisitions.values():
        found += _of(state, sweep.registry, tested=ledger.tests_every_round)
    return found


def _pipeline(curve: Curve) -> tuple[str, str, str, str]:
    return (curve.dataset.label, curve.classifier.label, curve.scaler.label, curve.resampler.label)


def _of(state: AcquisitionState, known: Registry, *, tested: bool) -> list[Chain]:
    """An acquisition, if it goes on; its missing tests, if not; and its studies."""
    acquisition = state.acquisition
    curve = acquisition.curve
    pipeline = _pipeline(curve)
    problem = (curve.dataset.label, curve.scaler.label, acquisition.repeat)
    test = ("evaluation", *pipeline) if tested else None
    model = curve.strategy.model
    found: list[Chain] = []
    buying: Chain | None = None
    if not state.ended and state.bought < acquisition.budgets[-1]:
        needs = (model.needs or (curve.classifier.needs if tested else "")) if model else None
        buying = Chain(
            "acquisition",
            curve.classifier.needs if needs is None else needs,
            0,
            problem,
            curve.classifier.label,
            tuple(
                _round(acquisition, before, after, test)
                for before, after in pairwise(_stops(acquisition, state.bought))
            ),
            is_whole=_continues(model or curve.classifier, known)
            or (tested and _continues(curve.classifier, known)),
            gates=acquisition.is_tuned,
        )
        found.append(buying)
    elif test and state.untested:
        units = tuple(Unit(test, state.n_labels[i]) for i in state.untested)
        is_whole = _continues(curve.classifier, known)
        needs = curve.classifier.needs
        label = curve.classifier.label
        found.append(Chain("evaluation", needs, 0, problem, label, units, is_whole))
    after = _stops(acquisition, state.bought)
    for study in state.studies:
        is_reachable = state.passed(study.study.budget) or buying is not None
        if study.complete or not is_reachable:
            continue
        chain = _study(study, pipeline, problem)
        found.append(chain)
        if buying and not state.passed(study.study.budget):
            n_rounds = next(i for i, n in enumerate(after) if n >= study.study.budget)
            buying.opens.append((n_rounds, chain))
            chain.opener = buying
        elif buying and buying.gates:
            buying.opens.append((0, chain))
            chain.opener = buying
    return found


def _round(acquisition: Acquisition, before: int, after: int, test: Key | None) -> Unit:
    """The one that goes on from `before` labels to `after`."""
    curve = acquisition.curve
    names = (*_pipeline(curve), curve.strategy.label)
    if not before:  # nothing is fitted
        return Unit(("design", *names), 0, test, after)
    has_winner = acquisition.is_tuned and before >= acquisition.budgets[0]
    if test and not curve.strategy.model and not has_winner:
        # It asks the model that the test before it has fitted; but a segment begins in another
        # process, which has to fit that model again.
        return Unit(("shared_round", *names), before, test, after, ("fit", *names))
    return Unit(("round", *names), before, test, after)


def _study(state: StudyState, pipeline: Key, problem: tuple[str, str, int]) -> Chain:
    study, first = state.study, state.n_trials
    classifier = study.acquisition.curve.classifier
    startup = study.acquisition.setting.tuning.startup
    units = tuple(
        Unit((kind_of_trial(number, startup), *pipeline), study.budget)
        for number in range(first, study.n_trials)
    )
    return Chain("study", classifier.needs, study.budget, problem, classifier.label, units)


def kind_of_trial(number: int, startup: int) -> str:
    """The defaults, a random one, or one that TPE proposes: they take times of their own.

    >>> [kind_of_trial(number, startup=2) for number in range(4)]
    ['default', 'random', 'trial', 'trial']
    """
    if number == 0:
        return "default"
    return "random" if number < startup else "trial"


def _stops(acquisition: Acquisition, bought: int) -> list[int]:
    """Labels bought before each round that is left, and after the last."""
    labelling = acquisition.setting.labelling
    first = labelling.initial + acquisition.setting.tuning.validation.rows
    last = acquisition.budgets[-1]
    found = [bought]
    while found[-1] < last:
        step = labelling.batch if found[-1] else first
        found.append(min(found[-1] + step, last))
    return found


def _continues(component: Component, known: Registry) -> bool:
    if component.name not in known.classifiers:
        return False
    return does_continue(known.classifiers[component.name], component.params)
