"""From checked fields to a `Sweep`: names looked up, defaults filled in, contradictions found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from harness import cell
from harness.budgets import unreachable
from harness.cell import Component, Setting, Tuning
from harness.registry import ComponentFile, Registry, unknown
from harness.spec import fields
from harness.spec.parameters import check
from harness.spec.problems import Path, Problems, nearest
from harness.splits import SPLITTERS
from harness.sweep import Grid, Limits, Sweep, Target
from search_spaces.space import Space

BROKEN = "\0"
NONE = [fields.Scaler(name="none")]
NOTHING = [fields.Tunable(name="none")]


def resolve(
    file: fields.SweepFile,
    registry: Registry,
    files: tuple[ComponentFile, ...],
    problems: Problems,
    broken: Collection[str | int],
) -> Sweep | None:
    """Build the sweep, or note every problem and return None.

    `broken` are top-level fields that could not be read: what hangs on them is not judged.
    """
    resolver = _Resolver(registry, problems)
    setting = resolver.setting(file)
    places: list[tuple[fields.Axes, Path]] = [(file, ())]
    if file.grids:
        places = [(grid, ("grids", i)) for i, grid in enumerate(file.grids)]
    grids = tuple(resolver.grid(place, file, path, broken) for place, path in places)
    resolver.one_meaning_a_label(grids)
    for grid, (place, path) in zip(grids, places, strict=True):
        resolver.budgets(grid, setting, path if place.budgets else (), broken)
        if setting.tuning.acquisition == "tuned":
            resolver.no_own_models(grid, (*path, "strategies"))
    target = resolver.target(file.reference, grids)
    if problems.lines or target is None:
        return None
    return Sweep(
        name=file.name,
        setting=setting,
        repeats=file.repeats,
        grids=grids,
        target=target,
        evaluate=file.evaluate,
        limits=Limits(file.limits.trial_s, file.limits.memory_gb),
        files=files,
        registry=registry,
        resolved=_complete(file),
    )


def _complete(file: fields.SweepFile) -> dict[str, Any]:
    """The file as a mapping with every default in it, as YAML would hold it."""
    whole = file.model_dump(by_alias=True, exclude_none=True)
    if not file.grids:
        del whole["grids"]
        whole.setdefault("scalers", [{"name": "none", "params": {}}])
        whole.setdefault("resamplers", [{"name": "none", "params": {}, "space": {}}])
    return whole


class _Resolver:
    def __init__(self, registry: Registry, problems: Problems) -> None:
        self.registry = registry
        self.problems = problems

    def setting(self, file: fields.SweepFile) -> Setting:
        if file.split.method not in SPLITTERS:
            self.problems.add(
                ("split", "method"), unknown("split", file.split.method, [*SPLITTERS])
            )
        if file.labelling.design not in self.registry.designs:
            known = [*self.registry.designs]
            self.problems.add(
                ("labelling", "design"), unknown("design", file.labelling.design, known)
            )
        how = file.tuning.validation
        is_cross = how.method == "cross_validation"
        return Setting(
            seed=file.seed,
            split=cell.Split(file.split.method, file.split.test),
            labelling=cell.Labelling(
                file.labelling.initial, file.labelling.design, file.labelling.batch
            ),
            tuning=Tuning(
                trials=file.tuning.trials,
                metric=file.tuning.metric,
                validation=cell.Validation(
                    how.method, (how.folds or 5) if is_cross else 0, how.rows or 0
                ),
                acquisition=file.tuning.acquisition,
                startup=file.tuning.startup,
            ),
            dtype=file.dtype,
            threads=file.threads,
        )

    def grid(
        self,
        grid: fields.Axes,
        file: fields.SweepFile,
        path: Path,
        broken: Collection[str | int],
    ) -> Grid:
        def axis(name: str, one: Callable[[Any, Path], Component | None]) -> tuple[Component, ...]:
            own, shared = getattr(grid, name), getattr(file, name)
            default = {"scalers": NONE, "resamplers": NOTHING}.get(name)
            entries = own if own is not None else shared if shared is not None else default
            at = (*path, name) if own is not None else (name,)
            if not entries and name not in broken:
                self.problems.add(at, "name at least one" if entries == [] else "is required")
            resolved = [
                (one(entry, (*at, i)), (*at, i))
                for i, entry in enumerate(entries or [])
                if entry.name != BROKEN
            ]
            self._distinct(resolved)
            return tuple(component for component, _ in resolved if component)

        axes = {
            "datasets": axis("datasets", self._dataset),
            "classifiers": axis("classifiers", self._classifier),
            "scalers": axis("scalers", self._scaler),
            "resamplers": axis("resamplers", self._resampler),
            "strategies": axis("strategies", self._strategy),
        }
        budgets = grid.budgets if grid.budgets is not None else file.budgets
        if not budgets and "budgets" not in broken and "grids" not in broken:
            self.problems.add((*path, "budgets"), "is required: how many labels may be bought?")
        exclude = [
            ((*path, "exclude", i), entry.model_dump(exclude_none=True))
            for i, entry in enumerate(grid.exclude)
        ]
        if grid is not file:
            exclude += [
                (("exclude", i), entry.model_dump(exclude_none=True))
                for i, entry in enumerate(file.exclude)
            ]
        if not broken:
            self._exclusions(exclude, axes, own_only=grid is file)
        return Grid(
            **axes,
            budgets=tuple(budgets or ()),
            exclude=tuple(entry for _, entry in exclude),
        )

    def _exclusions(
        self,
        exclude: Sequence[tuple[Path, Mapping[str, str]]],
        axes: Mapping[str, tuple[Component, ...]],
        *,
        own_only: bool,
    ) -> None:
        plural = {a: s for s in axes for a in [_singular(s)]}
        for path, entry in exclude:
            if not entry:
                self.problems.add(path, "would exclude everything; name an axis")
            for axis, label in entry.items():
                known = [component.label for component in axes[plural[axis]]]
                if known and label not in known and (own_only or path[0] != "exclude"):
                    hint = nearest(label, known) or f". There are: {', '.join(known)}"
                    self.problems.add((*path, axis), f"this sweep has no {axis} {label!r}{hint}")

    def _distinct(self, resolved: Sequence[tuple[Component | None, Path]]) -> None:
        seen: dict[str, Path] = {}
        for component, path in resolved:
            if component is None:
                continue
            if component.label in seen:
                first = seen[component.label][-1]
                self.problems.add(
                    path,
                    f"has the label {component.label!r} of entry {first}; "
                    f"give one of them another with `as:`",
                )
            seen.setdefault(component.label, path)

    def one_meaning_a_label(self, grids: Sequence[Grid]) -> None:
        """A label means one component throughout the sweep."""
        for axis in ("datasets", "classifiers", "scalers", "resamplers", "strategies"):
            meaning: dict[str, Component] = {}
            for i, grid in enumerate(grids):
                for component in getattr(grid, axis):
                    if meaning.setdefault(component.label, component) != component:
                        self.problems.add(
                            ("grids", i, axis),
                            f"{component.label!r} is something else in an earlier grid; "
                            f"give it another label with `as:`",
                        )

    def budgets(
        self, grid: Grid, setting: Setting, path: Path, broken: Collection[str | int]
    ) -> None:
        """Refuse what no round can meet, as far as that does not hang on the pool's size."""
        if {"labelling", "tuning", "budgets"} & set(broken):
            return
        for i, budget in enumerate(grid.budgets):
            if isinstance(budget, int):
                why = unreachable(budget, setting.labelling, setting.tuning.validation.rows)
                if why:
                    self.problems.add((*path, "budgets", i), why)

    def no_own_models(self, grid: Grid, path: Path) -> None:
        for i, strategy in enumerate(grid.strategies):
            if strategy.model:
                self.problems.add(
                    (*path, i, "model"),
                    "a strategy with its own model cannot take over a study's winner; "
                    "leave out the model, or set tuning.acquisition to defaults",
                )

    def target(self, reference: fields.Reference, grids: Sequence[Grid]) -> Target | None:
        found: dict[str, Component] = {}
        for axis in ("classifier", "scaler", "resampler"):
            name = getattr(reference, axis)
            plural = f"{axis}s"
            labelled = {c.label: c for grid in grids for c in getattr(grid, plural)}
            one = labelled.get(name) or self._component(
                plural, fields.Scaler(name=name), ("reference", axis), ("reference",)
            )
            if one:
                found[axis] = one
        if len(found) < 3:  # noqa: PLR2004 - three axes
            return None
        return Target(**found, every_pipeline=reference.every_pipeline)

    def _dataset(self, entry: fields.Dataset, path: Path) -> Component | None:
        known = self.registry.datasets
        if entry.name not in known:
            self.problems.add(path, unknown("dataset", entry.name, [*known]))
            return None
        given = entry.model_extra or {}
        params = check(known[entry.name].prepare, given, path, entry.name, self.problems)
        if params is None:
            return None
        source = self.registry.source("datasets", entry.name)
        return Component(entry.name, entry.label or entry.name, params, source)

    def _classifier(self, entry: fields.Tunable, path: Path) -> Component | None:
        spaces = self.registry.classifier_spaces
        return self._tunable("classifiers", entry, path, spaces)

    def _resampler(self, entry: fields.Tunable, path: Path) -> Component | None:
        return self._tunable("resamplers", entry, path, self.registry.resampler_spaces)

    def _scaler(self, entry: fields.Scaler, path: Path) -> Component | None:
        return self._component("scalers", entry, path, (*path, "params"))

    def _strategy(self, entry: fields.Strategy, path: Path) -> Component | None:
        component = self._component("strategies", entry, path, (*path, "params"))
        if component is None or entry.model is None:
            return component
        if entry.model.space:
            self.problems.add((*path, "model", "space"), "a query model is not tuned")
        at = (*path, "model")
        model = self._component("classifiers", entry.model, at, (*at, "params"))
        return model and Component(
            component.name, component.label, component.params, component.source, model=model
        )

    def _component(
        self, axis: str, entry: fields.Scaler, path: Path, params_path: Path
    ) -> Component | None:
        known = getattr(self.registry, axis)
        if entry.name not in known:
            self.problems.add(path, unknown(_singular(axis), entry.name, known))
            return None
        params = check(known[entry.name], entry.params, params_path, entry.name, self.problems)
        if params is None:
            return None
        source = self.registry.source(axis, entry.name)
        return Component(entry.name, entry.label or entry.name, params, source)

    def _tunable(
        self, axis: str, entry: fields.Tunable, path: Path, spaces: Mapping[str, Space]
    ) -> Component | None:
        """What is in `params` is fixed; a range in `space` is searched, its default in `params`."""
        component = self._component(axis, entry, path, (*path, "params"))
        if component is None:
            return None
        shipped = spaces.get(entry.name, {})
        space = {name: d for name, d in shipped.items() if name not in entry.params}
        for name, given in entry.space.items():
            at = (*path, "space", name)
            if name not in component.params:
                hint = nearest(name, component.params) or "."
                self.problems.add(at, f"{entry.name} takes no {name!r}{hint}")
                continue
            default = component.params[name]
            try:
                space[name] = distribution = _distribution(given, shipped.get(name), default)
            except ValueError as error:
                self.problems.add(at, str(error))
                continue
            if not _holds(distribution, default):
                self.problems.add(
                    at,
                    f"does not hold the default {default!r}, which trial 0 tries; "
                    f"widen it, or give another default in params",
                )
        return Component(component.name, component.label, component.params, component.source, space)


def _distribution(
    given: fields.Range, shipped: BaseDistribution | None, default: Any
) -> BaseDistribution:
    if given.choices is not None:
        return CategoricalDistribution(given.choices)
    low, high = given.low, given.high
    if low is None or high is None:
        raise ValueError("give low and high, or choices")
    is_whole = isinstance(low, int) and isinstance(high, int)
    is_real = isinstance(shipped, FloatDistribution) or isinstance(default, float)
    if is_whole and not is_real:
        return IntDistribution(int(low), int(high), log=given.log, step=int(given.step or 1))
    return FloatDistribution(float(low), float(high), log=given.log, step=given.step)


def _holds(distribution: BaseDistribution, value: Any) -> bool:
    if isinstance(distribution, CategoricalDistribution):
        return value in distribution.choices
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return bool(distribution._contains(distribution.to_internal_repr(value)))  # noqa: SLF001


def _singular(axis: str) -> str:
    return "strategy" if axis == "strategies" else axis.removesuffix("s")
