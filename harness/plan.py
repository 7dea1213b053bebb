"""From a sweep to the list of all that must be computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from harness.at_most import AtMost, most
from harness.budgets import checkpoints
from harness.cell import FULL_DATA, Acquisition, Component, Curve, Reference, Study, digest
from harness.corpus import Corpus, sizes
from harness.errors import SweepError
from harness.sweep import Grid, Sweep


@dataclass(frozen=True)
class Plan:
    """All work of a sweep, in the sweep's order, whether done already or not."""

    sweep: Sweep
    acquisitions: tuple[Acquisition, ...]
    studies: tuple[Study, ...]
    references: tuple[Reference, ...]
    excluded: tuple[tuple[Curve, str], ...]  # curves left out, and why


@dataclass(frozen=True, slots=True)
class Known:
    """What a plan needs to know of a dataset."""

    component: Component  # its source is the content
    n_pool: int


def make_plan(sweep: Sweep, corpus: Corpus) -> Plan:
    """Cross the axes of every grid.

    Raises `SweepError` for budgets that a pool cannot meet, and for what is too large for a
    strategy or the design.
    """
    splitting = sweep.registry, sweep.setting.split
    known = {
        label: Known(prepared.component, sizes(prepared, *splitting)[0])
        for label, prepared in corpus.items()
    }
    plan = plan_of(sweep, known)
    # Not for what is stored: it has run, whatever the limits are by now.
    if problems := _too_large(plan, known):
        raise SweepError(problems, f"sweep {sweep.name}")
    return plan


def plan_of(sweep: Sweep, corpus: Mapping[str, Known]) -> Plan:
    """`make_plan`, of datasets that need not be loaded; by their labels."""
    if twice := _same_data(corpus):
        raise SweepError(twice, f"sweep {sweep.name}")
    budgets: dict[tuple[str, ...], tuple[Curve, set[int]]] = {}
    excluded: dict[tuple[str, ...], tuple[Curve, str]] = {}
    problems: list[str] = []
    for grid in sweep.grids:
        met = {d.label: _checkpoints(sweep, grid, d, corpus, problems) for d in grid.datasets}
        for curve in _curves(grid, corpus):
            key = tuple(curve.labels.values())
            if why := _exclusion(grid, curve):
                excluded[key] = (curve, why)
                continue
            budgets.setdefault(key, (curve, set()))[1].update(met[curve.dataset.label])
    if problems:
        raise SweepError(list(dict.fromkeys(problems)), f"sweep {sweep.name}")
    acquisitions = tuple(
        Acquisition(curve, repeat, sweep.setting, tuple(sorted(wanted)))
        for curve, wanted in budgets.values()
        for repeat in range(sweep.repeats)
    )
    if not acquisitions:
        raise SweepError(["exclude leaves no curve to run"], f"sweep {sweep.name}")
    return Plan(
        sweep,
        acquisitions,
        tuple(Study(a, budget) for a in acquisitions for budget in a.budgets),
        tuple(_references(sweep, acquisitions)),
        tuple(entry for key, entry in excluded.items() if key not in budgets),
    )


def _too_large(plan: Plan, corpus: Mapping[str, Known]) -> list[str]:
    """What goes beyond the limits that strategies and the design declared."""
    labelling, known = plan.sweep.setting.labelling, plan.sweep.registry
    design = most(known.designs[labelling.design])
    start = f"labelling.design, {labelling.design}"
    problems = _too_long(start, design, "labelling.initial", labelling.initial)
    for curve in (a.curve for a in plan.acquisitions if a.repeat == 0):
        dataset, strategy = curve.dataset.label, curve.strategy
        n_pool = corpus[dataset].n_pool
        problems += _too_wide(start, design, dataset, n_pool, "another design")
        at_most = most(known.strategies[strategy.name])
        named = f"strategies, {strategy.label}"
        problems += _too_long(named, at_most, "labelling.batch", labelling.batch)
        instead = "another strategy, or exclude the pair"
        if at_most.sample:
            if (strategy.params[at_most.sample] or n_pool) <= (at_most.rows or n_pool):
                continue
            instead = f"set its parameter `{at_most.sample}` so low, {instead}"
        problems += _too_wide(named, at_most, dataset, n_pool, instead)
    return list(dict.fromkeys(problems))


def _too_long(what: str, limit: AtMost, field: str, batch: int) -> list[str]:
    if limit.batch is None or batch <= limit.batch:
        return []
    return [f"{what}: chooses at most {limit.batch:,} rows at once, and {field} is {batch:,}"]


def _too_wide(what: str, limit: AtMost, dataset: str, n_pool: int, instead: str) -> list[str]:
    if limit.rows is None or n_pool <= limit.rows:
        return []
    why = (
        f"{what}: takes a pool of at most {limit.rows:,} rows, and that of {dataset} has "
        f"{n_pool:,}; take fewer `rows` of the dataset, or {instead}"
    )
    return [why]


def _same_data(corpus: Mapping[str, Known]) -> list[str]:
    labels: dict[str, str] = {}
    return [
        f"datasets: {label!r} is the same data, prepared the same, as {first!r}"
        for label, prepared in corpus.items()
        if (first := labels.setdefault(digest(prepared.component.identity), label)) != label
    ]


def _curves(grid: Grid, corpus: Mapping[str, Known]) -> Iterator[Curve]:
    datasets = [corpus[dataset.label].component for dataset in grid.datasets]
    axes = (datasets, grid.classifiers, grid.scalers, grid.resamplers, grid.strategies)
    return (Curve(*components) for components in product(*axes))


def _checkpoints(
    sweep: Sweep,
    grid: Grid,
    dataset: Component,
    corpus: Mapping[str, Known],
    problems: list[str],
) -> tuple[int, ...]:
    setting = sweep.setting
    n_pool = corpus[dataset.label].n_pool
    n_holdout = setting.tuning.validation.rows
    met, wrong = checkpoints(grid.budgets, setting.labelling, n_holdout, n_pool)
    problems += [f"budgets, on {dataset.label}: {why}" for why in wrong]
    return met


def _exclusion(grid: Grid, curve: Curve) -> str | None:
    labels = curve.labels
    for entry in grid.exclude:
        if all(labels[axis] == label for axis, label in entry.items()):
            return "excluded by " + ", ".join(f"{axis}: {label}" for axis, label in entry.items())
    return None


def _references(sweep: Sweep, acquisitions: tuple[Acquisition, ...]) -> Iterator[Reference]:
    """The target's pipeline on each dataset, and every pipeline of the grid if that is wanted."""
    target = sweep.target
    pipelines: dict[tuple[str, ...], Curve] = {}
    for curve in (acquisition.curve for acquisition in acquisitions):
        wanted = [(target.classifier, target.scaler, target.resampler)]
        if target.every_pipeline:
            wanted.append((curve.classifier, curve.scaler, curve.resampler))
        for classifier, scaler, resampler in wanted:
            key = (curve.dataset.label, classifier.label, scaler.label, resampler.label)
            pipelines[key] = Curve(curve.dataset, classifier, scaler, resampler, FULL_DATA)
    for pipeline in pipelines.values():
        for repeat in range(sweep.repeats):
            yield Reference(pipeline, repeat, sweep.setting)
