"""From a sweep file's text to a `Sweep`, or to all that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from harness.errors import BadComponents, SweepError
from harness.registry import ComponentFile, load
from harness.spec.fields import SweepFile
from harness.spec.plain import MOST_VALUES, implausible
from harness.spec.problems import Path as FieldPath
from harness.spec.problems import Problems, written
from harness.spec.resolve import BROKEN, resolve
from harness.sweep import Sweep

LISTS = ("datasets", "classifiers", "scalers", "resamplers", "strategies", "grids")  # of mappings


class _UniqueKeys(yaml.SafeLoader):
    """Refuses a mapping that has a key twice: YAML would silently keep the last.

    And one that merges (`<<`) a mapping twice that does so itself, and so on: each level doubles.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen = set()
        for key_node, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if key_node.tag == "tag:yaml.org,2002:merge":  # `<<: *base`, whose keys give way
                continue
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.MarkedYAMLError(
                    problem=f"{key!r} is not the name of a field", problem_mark=key_node.start_mark
                )
            if key in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key!r} stands twice", problem_mark=key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        if len(node.value) > MOST_VALUES:
            raise yaml.MarkedYAMLError(
                problem=f"more than {MOST_VALUES} values are too many", problem_mark=node.start_mark
            )


def read_sweep(
    text: str,
    source: str = "the sweep",
    folder: Path | None = Path(),
    overrides: Sequence[str] = (),
) -> Sweep:
    """Read a sweep file.

    `source` names it in messages; `components` are looked up beside it, in `folder`; `overrides`
    are `labelling.batch=10` and the like. Raises `SweepError` with every problem found, and
    `BadComponents` for a sweep with components if `folder` is None: their code may not be run.
    """
    raw = _loaded(text, source)
    problems = Problems()
    for override in overrides:
        _override(raw, override, problems)
    _must_be_plausible(raw, source)
    broken: list[FieldPath] = []
    try:
        file = SweepFile.model_validate(raw)
    except ValidationError as error:
        broken = problems.add_invalid(error, SweepFile)
        file = _readable_part(raw, broken)
    if folder is None and raw.get("components"):
        raise BadComponents(
            f"{source} names component files, and code of a run is not run for this"
        )
    unread = _unread(broken)
    registry, files = load(), tuple[ComponentFile, ...]()
    for i, path in enumerate(file.components):
        if Path(path).name in {file.name for file in files}:
            problems.add(("components", i), f"another file is called {Path(path).name}, too")
            continue
        try:
            more = (*files, ComponentFile.read((folder or Path()) / path))
            registry, files = load(more), more
        except BadComponents as error:
            problems.add(("components", i), str(error))
            unread.add(("components",))
    sweep = resolve(file, registry, files, problems, unread)
    if sweep is None:
        raise SweepError(problems.lines, source)
    return sweep


def plain_fields(text: str, source: str) -> dict[str, Any]:
    """What `text` says, as lists, mappings, text and numbers, whether a sweep may say it or not.

    Raises `SweepError`.
    """
    raw = _loaded(text, source)
    _must_be_plausible(raw, source)
    return raw


def _must_be_plausible(raw: dict[str, Any], source: str) -> None:
    if found := implausible(raw):
        raise SweepError([f"{written(path)}: {message}" for path, message in found], source)


def _loaded(text: str, source: str) -> dict[str, Any]:
    try:
        raw = _parsed(text)
    except ValueError as error:
        raise SweepError([str(error)], source) from None
    if raw is None:
        raise SweepError(["is empty"], source)
    if not isinstance(raw, dict):
        raise SweepError([f"must be a mapping of fields, not a {type(raw).__name__}"], source)
    return raw


def _parsed(text: str) -> Any:
    """What YAML makes of `text`. Raises `ValueError` with a readable message."""
    try:
        return yaml.load(text, _UniqueKeys)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ValueError(f"{where}{error.problem or error.context}") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except Exception as error:  # noqa: BLE001 - whatever int(), float() and dates say to scalars
        raise ValueError(f"is no readable YAML: {error}") from None


def _override(raw: dict[str, Any], override: str, problems: Problems) -> None:
    path, equals, value = override.partition("=")
    parts = path.strip().split(".")
    if not equals or not all(parts):
        problems.add((), f"--set {override}: must look like labelling.batch=10")
        return
    try:
        parsed = _parsed(value)
    except ValueError as error:
        problems.add((), f"--set {override}: {error}")
        return
    at: Any = raw
    for depth, part in enumerate(parts[:-1]):
        at = at.setdefault(part, {})
        if not isinstance(at, dict):
            inside = ".".join(parts[: depth + 1])
            problems.add((), f"--set {override}: {inside} is no mapping; set the whole of it")
            return
    at[parts[-1]] = parsed


def _readable_part(raw: Mapping[str, Any], broken: Sequence[FieldPath]) -> SweepFile:
    """What can be read when the broken entries of lists and the broken fields are left out."""
    kept: dict[str, Any] = dict(raw)
    for path in broken:
        _leave_out(kept, path)
    try:
        return SweepFile.model_validate(kept)
    except ValidationError:
        return SweepFile()


def _leave_out(fields: dict[str, Any], path: FieldPath) -> None:
    field = str(path[0]) if path else ""
    entries = fields.get(field)
    if not (isinstance(entries, list) and _is_entry(path)):
        fields.pop(field, None)
        return
    at = int(path[1])
    entry: Any = {"name": BROKEN}
    if field == "grids":
        entry = dict(entries[at]) if isinstance(entries[at], dict) else {}
        _leave_out(entry, path[2:])
    fields[field] = [*entries[:at], entry, *entries[at + 1 :]]


def _is_entry(path: FieldPath) -> bool:
    return len(path) > 1 and path[0] in LISTS and isinstance(path[1], int)


def _unread(broken: Sequence[FieldPath]) -> set[FieldPath]:
    """The fields that are left out whole: paths such as ("seed",) or ("grids", 0, "budgets")."""
    unread: set[FieldPath] = set()
    for path in broken:
        if path[:1] == ("grids",) and len(path) > 1:
            if not _is_entry(path[2:]):
                unread.add(path[:3])
        elif not _is_entry(path):
            unread.add(path[:1])
    return unread
