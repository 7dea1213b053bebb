"""Every component a sweep may name: those of the tree, of installed packages, of local files.

Each axis is a plain dict from name to factory. A package registers more through the entry-point
group `fewlabels.components`, a sweep through `components: [./mine.py]`; both give a dict named
`COMPONENTS`, from axis to name to factory. Where the extra `activeml` is installed, the strategies
of scikit-activeml are there, too, as if that package had registered them::

    COMPONENTS = {"strategies": {"mine": mine}, "classifier_spaces": {"my_forest": SPACE}}
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, TypeVar

from optuna.distributions import BaseDistribution

from datasets import DATASETS
from datasets.dataset import Dataset
from harness.classifiers import CLASSIFIERS
from harness.designs import DESIGNS
from harness.designs.design import misfit as no_design
from harness.errors import BadComponents, UnknownName
from harness.resamplers import RESAMPLERS
from harness.scalers import SCALERS
from harness.splits import SPLITTERS, Splitter
from harness.strategies import STRATEGIES, activeml
from search_spaces import CLASSIFIER_SPACES, RESAMPLER_SPACES
from search_spaces.space import Space

T = TypeVar("T")
Factory = Callable[..., Any]
GROUP = "fewlabels.components"
RECORDS: dict[str, type] = {"datasets": Dataset, "splitters": Splitter}  # entries of no function


@dataclass(frozen=True, slots=True)
class ComponentFile:
    """A local file of components, as text: what a worker on another machine needs of it."""

    name: str
    text: str

    @classmethod
    def read(cls, path: Path) -> ComponentFile:
        """Raises `BadComponents` where there is no such file."""
        try:
            return cls(path.name, path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:  # such as a NUL in its name
            raise BadComponents(f"cannot read the components file {path}: {error}") from None


@dataclass(frozen=True)
class Registry:
    """All axes, and for components from outside the tree what their code was."""

    datasets: Mapping[str, Dataset] = field(default_factory=lambda: DATASETS)
    classifiers: Mapping[str, Factory] = field(default_factory=lambda: CLASSIFIERS)
    scalers: Mapping[str, Factory] = field(default_factory=lambda: SCALERS)
    resamplers: Mapping[str, Factory] = field(default_factory=lambda: RESAMPLERS)
    strategies: Mapping[str, Factory] = field(default_factory=lambda: STRATEGIES)
    designs: Mapping[str, Factory] = field(default_factory=lambda: DESIGNS)
    splitters: Mapping[str, Splitter] = field(default_factory=lambda: SPLITTERS)
    classifier_spaces: Mapping[str, Space] = field(default_factory=lambda: CLASSIFIER_SPACES)
    resampler_spaces: Mapping[str, Space] = field(default_factory=lambda: RESAMPLER_SPACES)
    sources: Mapping[str, str] = field(default_factory=dict)  # "axis/name" -> version of its code

    def source(self, axis: str, name: str) -> str:
        """What stands behind a name that the tree does not define; empty for those it does."""
        return self.sources.get(f"{axis}/{name}", "")

    def with_components(self, components: object, source: str, where: str) -> Registry:
        """Add a `COMPONENTS` dict. Raises `BadComponents` for a wrong shape or a taken name."""
        if not isinstance(components, Mapping):
            raise BadComponents(f"{where}: COMPONENTS must be a dict from axis to name to factory")
        axes = [f.name for f in fields(self) if f.name != "sources"]
        grown: dict[str, Mapping[str, Any]] = {}
        sources = dict(self.sources)
        for axis, entries in components.items():
            if axis not in axes:
                raise BadComponents(f"{where}: {unknown('axis', str(axis), axes)}")
            if not isinstance(entries, Mapping):
                raise BadComponents(f"{where}: COMPONENTS[{axis!r}] must be a dict")
            known: Mapping[str, Any] = getattr(self, axis)
            for name, entry in entries.items():
                if name in known:
                    raise BadComponents(f"{where}: {axis} already has {name!r}; choose a new name")
                if why := _misfit(axis, name, entry):
                    raise BadComponents(f"{where}: COMPONENTS[{axis!r}][{name!r}] {why}")
                sources[f"{axis}/{name}"] = source
            grown[axis] = {**known, **entries}
        return replace(self, **grown, sources=MappingProxyType(sources))


def _misfit(axis: str, name: object, entry: object) -> str | None:
    """Why `entry` cannot stand under `name`; None if it can."""
    if not isinstance(name, str):
        return "needs a text for a name"
    if axis.endswith("_spaces"):
        is_space = isinstance(entry, Mapping) and all(
            isinstance(distribution, BaseDistribution) for distribution in entry.values()
        )
        return None if is_space else "must map parameters to optuna.distributions objects"
    if axis in RECORDS:
        wanted = RECORDS[axis]
        is_one = isinstance(entry, wanted)
        return None if is_one else f"must be a {wanted.__module__}.{wanted.__qualname__}"
    return _no_function(axis, entry)


def _no_function(axis: str, entry: object) -> str | None:
    if not callable(entry):
        return "must be a function or a class"
    try:
        signature = inspect.signature(entry, eval_str=True)
    except Exception as error:  # noqa: BLE001 - annotations are code
        return f"has a signature that cannot be read: {error!r}"
    if axis == "strategies" and not _takes_two(signature):
        return f"must take (query, n), the rows wanted second; it takes {signature}"
    return no_design(entry) if axis == "designs" else None


def _takes_two(signature: inspect.Signature) -> bool:
    try:
        signature.bind_partial(None, None)
    except TypeError:
        return False
    return True


@cache
def load(files: tuple[ComponentFile, ...] = ()) -> Registry:
    """The registry of this process with the components of installed packages and `files`."""
    registry = Registry()
    if version := activeml.version():
        source = f"{activeml.DISTRIBUTION}=={version}"
        registry = registry.with_components({"strategies": activeml.named()}, source, source)
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        version = f"{entry.dist.name}=={entry.dist.version}" if entry.dist else entry.value
        where = f"entry point {entry.name} ({version})"
        try:
            components = entry.load()
        except Exception as error:
            raise BadComponents(f"{where} cannot be loaded: {error!r}") from error
        registry = registry.with_components(components, version, where)
    for file in files:
        digest = hashlib.sha256(file.text.encode()).hexdigest()
        module = _execute(file, digest)
        components = getattr(module, "COMPONENTS", None)
        registry = registry.with_components(components, f"sha256:{digest}", file.name)
    return registry


def _execute(file: ComponentFile, digest: str) -> ModuleType:
    """Run a file that the sweep's author named, which is to say trusts."""
    module = ModuleType(f"fewlabels_components_{digest[:16]}")
    module.__file__ = file.name
    sys.modules[module.__name__] = module  # annotations are looked up there
    try:
        exec(compile(file.text, file.name, "exec"), module.__dict__)  # noqa: S102
    except (Exception, SystemExit) as error:
        raise BadComponents(f"{file.name} raised {error!r} when it was loaded") from error
    return module


def lookup(entries: Mapping[str, T], name: str, kind: str) -> T:
    """Return the entry called `name`.

    >>> lookup({"margin": 1, "random": 2}, "margn", kind="strategy")
    Traceback (most recent call last):
    harness.errors.UnknownName: no strategy 'margn'; did you mean 'margin'? Known: margin, random
    """
    if name in entries:
        return entries[name]
    raise UnknownName(unknown(kind, name, entries))


def unknown(kind: str, name: str, known: Mapping[str, Any] | list[str]) -> str:
    """The message for a name that is not there, with the nearest one that is."""
    if why := activeml.missing(name):
        return f"no {kind} {name!r}: {why}"
    alike = [one for one in sorted(known) if activeml.owns(one) == activeml.owns(name)]
    close = get_close_matches(name, alike, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else "."
    return f"no {kind} {name!r}{hint} Known: {', '.join(alike)}"


def summary(factory: Factory) -> str:
    """The first line of a component's docstring."""
    return (factory.__doc__ or "").strip().partition("\n")[0]
