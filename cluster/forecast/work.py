"""A plan as the simulation sees it: chains of units, of which only the seconds matter.

A chain is an acquisition (its units are rounds), its missing tests, a study (trials) or a
reference (one unit). What it opens when it has come so far mirrors `harness/ledger.py`.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

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
    refitted: Key | None = None  # that of what comes on top where a segment begins with it


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
        # Where every round is tested, the next one asks the model that the test has fitted.
        kind = "shared_round" if test and not model and not acquisition.is_tuned else "round"
        # But a segment begins in another process, which has to fit that model again.
        refitted = ("fit", *pipeline, curve.strategy.label) if kind == "shared_round" else None
        buying = Chain(
            "acquisition",
            curve.classifier.needs if needs is None else needs,
            0,
            problem,
            curve.classifier.label,
            tuple(
                Unit((kind, *pipeline, curve.strategy.label), before, test, refitted)
                for before in _stops(acquisition, state.bought)[:-1]
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


def _study(state: StudyState, pipeline: Key, problem: tuple[str, str, int]) -> Chain:
    study, first = state.study, state.n_trials
    classifier = study.acquisition.curve.classifier
    units = tuple(
        Unit(("trial" if number else "default", *pipeline), study.budget)
        for number in range(first, study.n_trials)
    )
    return Chain("study", classifier.needs, study.budget, problem, classifier.label, units)


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
