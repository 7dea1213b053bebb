"""From checked fields to a `Sweep`: names looked up, defaults filled in, contradictions found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import PurePath
from typing import Any

from harness import cell
from harness.budgets import unreachable
from harness.cell import Component, Setting
from harness.registry import ComponentFile, Registry
from harness.spec import fields
from harness.spec.entries import Entries, plural
from harness.spec.problems import Path, Problems, nearest
from harness.spec.resources import only_needed, resources_of
from harness.spec.setting import setting_of
from harness.strategies.query import does_ask_samples
from harness.sweep import Grid, Limits, Sweep, Target, needed

BROKEN = "\0"  # names an entry that could not be read, so that the others are still checked
PROBABILISTIC = frozenset({"log_loss", "roc_auc", "pr_auc"})
AXES = ("datasets", "classifiers", "scalers", "resamplers", "strategies")
NONE = [fields.Scaler(name="none")]
NOTHING = [fields.Tunable(name="none")]


def resolve(
    file: fields.SweepFile,
    registry: Registry,
    files: tuple[ComponentFile, ...],
    problems: Problems,
    unread: Collection[Path],
) -> Sweep | None:
    """Build the sweep, or note every problem and return None.

    `unread` are fields that could not be read: what hangs on them is not judged.
    """
    resolver = _Resolver(file, registry, problems, unread)
    setting = setting_of(file, registry, resolver.entries, problems)
    places: list[tuple[fields.Axes, Path]] = [(file, ())]
    if file.grids:
        places = [(grid, ("grids", i)) for i, grid in enumerate(file.grids)]
    grids = tuple(resolver.grid(place, path) for place, path in places)
    resolver.one_meaning_a_label(grids)
    resolver.exclusions(places)
    resolver.no_idle_axes()
    resolver.no_empty_metric(grids)
    resolver.no_missing_samples(grids)
    for grid, (place, path) in zip(grids, places, strict=True):
        resolver.budgets(grid, setting, path if place.budgets is not None else ())
        if setting.tuning.acquisition == "tuned":
            resolver.no_own_models(grid, path if place.strategies is not None else ())
    target = resolver.target(grids)
    if not {path[0] for path in unread} - {"resources"}:
        only_needed(file.resources, needed(grids, target), problems)
    if problems.lines or target is None:
        return None
    return Sweep(
        name=file.name,
        setting=setting,
        repeats=_repeats(file),
        grids=grids,
        target=target,
        evaluate=file.evaluate,
        limits=Limits(**file.limits.model_dump()),
        device=file.neural.device,
        resources=resources_of(file),
        files=files,
        registry=registry,
        resolved=_complete(file, target, setting),
    )


def _repeats(file: fields.SweepFile) -> int:
    return len(file.split.seeds) if file.split.seeds else file.repeats


def _complete(file: fields.SweepFile, target: Target, setting: Setting) -> dict[str, Any]:
    """The file as a mapping with every default in it, as a run folder keeps it.

    Component files are named as they lie there, the reference by the labels that the tables have.
    """
    whole = file.model_dump(by_alias=True, exclude_none=True)
    whole["components"] = [f"components/{PurePath(path).name}" for path in file.components]
    for axis in ("classifier", "scaler", "resampler"):
        whole["reference"][axis] = getattr(target, axis).label
    whole["repeats"] = _repeats(file)
    if setting.split.test:
        whole["split"]["test"] = setting.split.test
    if not file.grids:
        del whole["grids"]
    nothing = {
        "scalers": [{"name": "none", "params": {}}],
        "resamplers": [{"name": "none", "params": {}, "space": {}}],
    }
    for axis, default in nothing.items():
        # Where every grid names its own, one at the top is refused when the file is read again.
        if not file.grids or any(getattr(grid, axis) is None for grid in file.grids):
            whole.setdefault(axis, default)
    return whole


class _Resolver:
    def __init__(
        self,
        file: fields.SweepFile,
        registry: Registry,
        problems: Problems,
        unread: Collection[Path],
    ) -> None:
        self.file = file
        self.registry = registry
        self.problems = problems
        self.entries = Entries(registry, problems, unread)

    def grid(self, place: fields.Axes, path: Path) -> Grid:
        """The axes of `place`; what it does not name is the sweep's."""

        def axis(name: str, one: Callable[[Any, Path], Component | None]) -> tuple[Component, ...]:
            entries, at = self._entries(place, path, name)
            if (
                not entries
                and not self.entries.is_unread(*path, name)
                and not self.entries.is_unread(name)
            ):
                self.problems.add(at, "name at least one" if entries == [] else "is required")
            resolved = [
                (one(entry, (*at, i)), (*at, i))
                for i, entry in enumerate(entries or [])
                if entry.name != BROKEN
            ]
            self._distinct(resolved)
            return tuple(component for component, _ in resolved if component)

        budgets = place.budgets if place.budgets is not None else self.file.budgets
        if (
            not budgets
            and not self.entries.is_unread(*path, "budgets")
            and not self.entries.is_unread("budgets")
        ):
            self.problems.add((*path, "budgets"), "is required: how many labels may be bought?")
        shared = self.file.exclude if place is not self.file else []
        return Grid(
            datasets=axis("datasets", self.entries.dataset),
            classifiers=axis("classifiers", self._classifier),
            scalers=axis("scalers", self.entries.scaler),
            resamplers=axis("resamplers", self.entries.resampler),
            strategies=axis("strategies", self.entries.strategy),
            budgets=tuple(budgets or ()),
            exclude=tuple(e.model_dump(exclude_none=True) for e in [*place.exclude, *shared]),
        )

    def _classifier(self, entry: fields.Classifier, path: Path) -> Component | None:
        return self.entries.classifier(entry, path, self.file.tuning.validation)

    def _entries(
        self, place: fields.Axes, path: Path, axis: str
    ) -> tuple[Sequence[fields.Scaler | fields.Dataset] | None, Path]:
        """The entries of an axis and where they stand; None: nowhere."""
        own, shared = getattr(place, axis), getattr(self.file, axis)
        if own is not None:
            return own, (*path, axis)
        defaults: dict[str, Sequence[fields.Scaler]] = {"scalers": NONE, "resamplers": NOTHING}
        return (defaults.get(axis) if shared is None else shared), (axis,)

    def exclusions(self, places: Sequence[tuple[fields.Axes, Path]]) -> None:
        """Every exclusion names labels that are there: in its grid, or in any for the sweep's."""
        for place, path in places:
            self._exclusions(place.exclude, path, [(place, path)])
        if places[0][0] is not self.file:
            self._exclusions(self.file.exclude, (), places)

    def _exclusions(
        self,
        exclude: Sequence[fields.Exclusion],
        path: Path,
        places: Sequence[tuple[fields.Axes, Path]],
    ) -> None:
        for i, exclusion in enumerate(exclude):
            entry = exclusion.model_dump(exclude_none=True)
            at = (*path, "exclude", i)
            if not entry:
                self.problems.add(at, "would exclude everything; name an axis")
            for axis, label in entry.items():
                known = self._labels(places, plural(axis))
                if BROKEN not in known and label not in known:
                    hint = nearest(label, known) or f". There are: {', '.join(known)}"
                    self.problems.add((*at, axis), f"this sweep has no {axis} {label!r}{hint}")

    def _labels(self, places: Sequence[tuple[fields.Axes, Path]], axis: str) -> list[str]:
        """The labels of an axis; `BROKEN` among them where some are not known."""
        labels: list[str] = []
        for place, path in places:
            entries, at = self._entries(place, path, axis)
            labels += [entry.label or entry.name for entry in entries or []]
            if self.entries.is_unread(*at) or self.entries.is_unread(*path, axis):
                labels.append(BROKEN)
        return labels

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
        """Throughout the sweep, a label means one component, and a component has one label."""
        for axis in AXES:
            meaning: dict[str, Component] = {}
            labels: dict[str, str] = {}
            for i, grid in enumerate(grids):
                for component in getattr(grid, axis):
                    what = cell.digest(component.identity | {"path": component.params.get("path")})
                    if labels.setdefault(what, component.label) != component.label:
                        self.problems.add(
                            (*(("grids", i) if self.file.grids else ()), axis),
                            f"{component.label!r} is the same as {labels[what]!r}, fixed "
                            f"parameters and all; two labels would count one thing twice",
                        )
                    if meaning.setdefault(component.label, component) != component:
                        self.problems.add(
                            ("grids", i, axis),
                            f"{component.label!r} is something else in an earlier grid; "
                            f"give it another label with `as:`",
                        )

    def budgets(self, grid: Grid, setting: Setting, path: Path) -> None:
        """Refuse what no round can meet, as far as that does not hang on the pool's size."""
        if self.entries.is_unread("labelling") or self.entries.is_unread("tuning"):
            return
        for i, budget in enumerate(grid.budgets):
            if isinstance(budget, int):
                why = unreachable(budget, setting.labelling, setting.tuning.validation.rows)
                if why:
                    self.problems.add((*path, "budgets", i), why)

    def no_idle_axes(self) -> None:
        """An axis that every grid names for itself would do nothing at the top."""
        for axis in (*AXES, "budgets"):
            own = [getattr(grid, axis) is not None for grid in self.file.grids]
            if own and all(own) and getattr(self.file, axis) is not None:
                self.problems.add((axis,), "every grid names its own, so nothing uses this")

    def no_empty_metric(self, grids: Sequence[Grid]) -> None:
        """A classifier without probabilities has no value of a metric that needs them."""
        metric = self.file.tuning.metric
        if metric not in PROBABILISTIC:
            return
        for component in {c.label: c for grid in grids for c in grid.classifiers}.values():
            if not self.entries.offers(component, "predict_proba"):
                self.problems.add(
                    ("tuning", "metric"),
                    f"{component.label} has no probabilities, so {metric} would be empty for "
                    f"each of its trials; choose another metric, or leave it out",
                )

    def no_missing_samples(self, grids: Sequence[Grid]) -> None:
        """A strategy that asks for samples needs a model that has them."""
        for grid in grids:
            for strategy in grid.strategies:
                if not does_ask_samples(self.registry.strategies[strategy.name]):
                    continue
                models = [strategy.model] if strategy.model else grid.classifiers
                for model in models:
                    pair = {"classifier": model.label, "strategy": strategy.label}
                    if not any(e.items() <= pair.items() for e in grid.exclude) and not (
                        self.entries.offers(model, "samples")
                    ):
                        self.problems.add(
                            ("strategies",),
                            f"{strategy.label} compares models that might as well be the one that "
                            f"is fitted, and {model.label} has none; a neural classifier and a "
                            f"random forest have. Exclude the pair, or give the strategy a model "
                            f"of its own: {{name: {strategy.name}, model: random_forest}}",
                        )

    def no_own_models(self, grid: Grid, path: Path) -> None:
        for i, strategy in enumerate(grid.strategies):
            if strategy.model:
                self.problems.add(
                    (*path, "strategies", i, "model"),
                    "a strategy with its own model cannot take over a study's winner; "
                    "leave out the model, or set tuning.acquisition to defaults",
                )

    def target(self, grids: Sequence[Grid]) -> Target | None:
        """The reference's pipeline: labels of this sweep, or names."""
        reference = self.file.reference
        found: dict[str, Component] = {}
        for axis in ("classifier", "scaler", "resampler"):
            name = getattr(reference, axis)
            many = plural(axis)
            labelled = {c.label: c for grid in grids for c in getattr(grid, many)}
            one = labelled.get(name) or self.entries.component(
                many, fields.Scaler(name=name), ("reference", axis), ("reference", axis)
            )
            if one:
                same = [c for c in labelled.values() if c.identity == one.identity]
                found[axis] = next(iter(same), one)
        if len(found) < 3:  # noqa: PLR2004 - three axes
            return None
        return Target(**found, every_pipeline=reference.every_pipeline)
