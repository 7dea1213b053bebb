"""From one entry of an axis to a `Component`: its name looked up, its parameters filled in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from harness.cell import Component, Validation
from harness.classifiers.needs import NEURAL, needs_of
from harness.registry import Registry, unknown
from harness.spec import fields
from harness.spec.parameters import check, taken
from harness.spec.problems import Path, Problems, nearest
from harness.spec.ranges import check_ends, distribution_of, misfit
from search_spaces.space import Space


class Entries:
    """Resolves entries; what is wrong with one is noted, and the answer is None."""

    def __init__(self, registry: Registry, problems: Problems, unread: Collection[Path]) -> None:
        """`unread` are fields that could not be read: what hangs on them is not judged."""
        self.registry = registry
        self.problems = problems
        self.unread = unread

    def is_unread(self, *path: str | int) -> bool:
        """Whether nothing is known about the field at `path`."""
        return any(path[:n] in self.unread for n in range(1, len(path) + 1))

    def unknown(self, path: Path, kind: str, name: str, known: Iterable[str]) -> None:
        """Note a name that is not there, unless a file that may define it could not be read."""
        if not self.is_unread("components"):
            self.problems.add(path, unknown(kind, name, [*known]))

    def dataset(self, entry: fields.Dataset, path: Path) -> Component | None:
        """A dataset; every field beside its name is a parameter."""
        known = self.registry.datasets
        if entry.name not in known:
            self.unknown(path, "dataset", entry.name, known)
            return None
        given = entry.model_extra or {}
        params = check(known[entry.name].prepare, given, path, entry.name, self.problems)
        if params is None:
            return None
        source = self.registry.source("datasets", entry.name)
        return Component(entry.name, entry.label or entry.name, params, source, is_data=True)

    def classifier(
        self, entry: fields.Classifier, path: Path, shared: fields.Validation
    ) -> Component | None:
        """A classifier with its search space, and how its studies validate beside `shared`."""
        spaces = self.registry.classifier_spaces
        component = self._tunable("classifiers", entry, path, spaces)
        if component is None:
            return None
        self._check_validation(entry, path, shared)
        if entry.validation is None and component.needs == NEURAL and shared.method != "holdout":
            # A fit takes seconds: five of them for each trial are seldom worth it. The entry gets
            # it too, so that the sweep in the run folder says it.
            entry.validation = fields.Validation(method="holdout_of_labelled")
        own = entry.validation
        validation = Validation(own.method, own.folds or 0) if own else None
        return replace(component, validation=validation)

    def _check_validation(
        self, entry: fields.Classifier, path: Path, shared: fields.Validation
    ) -> None:
        if entry.validation is None:
            return
        if entry.validation.method == "holdout":
            self.problems.add(
                (*path, "validation"),
                "holdout rows are bought for all classifiers alike: set it in tuning.validation",
            )
        elif shared.method == "holdout":
            self.problems.add(
                (*path, "validation"),
                "tuning.validation buys holdout rows, which this would leave unused; leave it out",
            )

    def resampler(self, entry: fields.Tunable, path: Path) -> Component | None:
        """A resampler with its search space."""
        return self._tunable("resamplers", entry, path, self.registry.resampler_spaces)

    def scaler(self, entry: fields.Scaler, path: Path) -> Component | None:
        """A scaler."""
        return self.component("scalers", entry, path, (*path, "params"))

    def strategy(self, entry: fields.Strategy, path: Path) -> Component | None:
        """A strategy, with its own query model if it has one."""
        component = self.component("strategies", entry, path, (*path, "params"))
        if component is None or entry.model is None:
            return component
        if entry.model.label:
            self.problems.add((*path, "model", "as"), "a query model stands in no table")
        if entry.model.space:
            self.problems.add((*path, "model", "space"), "a query model is not tuned")
        at = (*path, "model")
        model = self.component("classifiers", entry.model, at, (*at, "params"))
        return model and replace(component, model=model)

    def offers(self, classifier: Component, method: str) -> bool:
        """Whether it has the method; taken for granted where it cannot be made."""
        factory = self.registry.classifiers[classifier.name]
        try:
            return hasattr(factory(0, 1, **classifier.params), method)
        except (Exception, SystemExit):  # noqa: BLE001 - its trials will say what is wrong with it
            return True

    def component(
        self, axis: str, entry: fields.Scaler, path: Path, params_path: Path
    ) -> Component | None:
        """A component of any axis, as far as all entries are alike."""
        known = getattr(self.registry, axis)
        if entry.name not in known:
            self.unknown(path, singular(axis), entry.name, known)
            return None
        params = check(known[entry.name], entry.params, params_path, entry.name, self.problems)
        if params is None:
            return None
        source = self.registry.source(axis, entry.name)
        needs = needs_of(known[entry.name]) if axis == "classifiers" else ""
        if needs == NEURAL:
            try:
                known[entry.name](0, 1, **params)  # imports nothing, and knows what cannot be
            except ValueError as error:
                self.problems.add(params_path, str(error))
                return None
        return Component(entry.name, entry.label or entry.name, params, source, needs=needs)

    def _tunable(
        self, axis: str, entry: fields.Tunable, path: Path, spaces: Mapping[str, Space]
    ) -> Component | None:
        """What is in `params` is fixed; a range in `space` is searched, its default in `params`."""
        component = self.component(axis, entry, path, (*path, "params"))
        if component is None:
            return None
        shipped = spaces.get(entry.name, {})
        space = {name: d for name, d in shipped.items() if name not in entry.params}
        parameters = taken(getattr(self.registry, axis)[entry.name])
        for name, given in entry.space.items():
            default = component.params.get(name)
            try:
                if name in parameters:
                    check_ends(given, parameters[name])
                space[name] = distribution_of(given, shipped.get(name), default)
            except (ValueError, UserWarning) as error:
                self.problems.add((*path, "space", name), str(error))
                space.pop(name, None)
        for name, distribution in space.items():
            why: str | None = f"{entry.name} takes no {name!r}{nearest(name, parameters) or '.'}"
            if name in parameters:
                why = misfit(distribution, parameters[name], component.params[name])
            if why:
                self.problems.add((*path, "space", name), why)
        return replace(component, space=space)


def singular(axis: str) -> str:
    """`strategy` of `strategies`."""
    return "strategy" if axis == "strategies" else axis.removesuffix("s")


def plural(axis: str) -> str:
    """`strategies` of `strategy`."""
    return "strategies" if axis == "strategy" else f"{axis}s"
