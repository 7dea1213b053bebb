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
from harness.spec.problems import Path as FieldPath
from harness.spec.problems import Problems
from harness.spec.resolve import resolve
from harness.sweep import Sweep

BROKEN = "\0"  # stands for an entry that could not be read, so that the others are still checked


class _UniqueKeys(yaml.SafeLoader):
    """Refuses a mapping that has a key twice: YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)  # type: ignore[no-untyped-call]
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


def read_sweep(
    text: str, source: str = "the sweep", folder: Path = Path(), overrides: Sequence[str] = ()
) -> Sweep:
    """Read a sweep file.

    `source` names it in messages; `components` are looked up beside it, in `folder`; `overrides`
    are `labelling.batch=10` and the like. Raises `SweepError` with every problem found.
    """
    raw = _parsed(text, source)
    problems = Problems()
    for override in overrides:
        _override(raw, override, problems)
    broken: list[FieldPath] = []
    try:
        file = SweepFile.model_validate(raw)
    except ValidationError as error:
        broken = problems.add_invalid(error, SweepFile)
        file = _readable_part(raw, broken)
    files = []
    for i, path in enumerate(file.components):
        if path == BROKEN:
            continue
        try:
            files.append(ComponentFile.read(folder / path))
            registry = load(tuple(files))
        except BadComponents as error:
            problems.add(("components", i), str(error))
            files = files[:-1] if files and files[-1].name == Path(path).name else files
    registry = load(tuple(files))
    sweep = resolve(file, registry, tuple(files), problems, {path[0] for path in broken if path})
    if problems.lines or sweep is None:
        raise SweepError(problems.lines, source)
    return sweep


def _parsed(text: str, source: str) -> dict[str, Any]:
    try:
        raw = yaml.load(text, _UniqueKeys)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise SweepError([f"{where}{error.problem or error.context}"], source) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise SweepError([f"is no readable YAML: {error}"], source) from None
    if raw is None:
        raise SweepError(["is empty"], source)
    if not isinstance(raw, dict):
        raise SweepError([f"must be a mapping of fields, not a {type(raw).__name__}"], source)
    return raw


def _override(raw: dict[str, Any], override: str, problems: Problems) -> None:
    path, equals, value = override.partition("=")
    parts = path.strip().split(".")
    if not equals or not all(parts):
        problems.add((), f"--set {override}: must look like labelling.batch=10")
        return
    try:
        parsed = yaml.load(value, _UniqueKeys)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        problems.add((), f"--set {override}: {value!r} is no readable YAML: {error}")
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
    kept = dict(raw)
    for path in broken:
        field = str(path[0]) if path else ""
        entries = kept.get(field)
        is_entry = len(path) > 1 and isinstance(path[1], int) and isinstance(entries, list)
        if is_entry and field in ("datasets", "classifiers", "scalers", "resamplers", "strategies"):
            kept[field] = [
                {"name": BROKEN} if i == path[1] else entry for i, entry in enumerate(entries)
            ]
        elif is_entry and field == "components":
            kept[field] = [BROKEN if i == path[1] else entry for i, entry in enumerate(entries)]
        else:
            kept.pop(field, None)
    try:
        return SweepFile.model_validate(kept)
    except ValidationError:
        return SweepFile()
