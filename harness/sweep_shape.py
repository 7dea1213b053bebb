"""What readers rely on in a stored sweep, which a disk, or anybody, may have changed.

`spec` reads a sweep that is to be run; this asks only for what spares readers a second look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

DEEPEST = 64  # twice what a sweep file may be
_AXES = ("datasets", "classifiers", "scalers", "resamplers", "strategies")
_NEEDED = {"name": str, "tuning": dict, "tuning.acquisition": str}
_KNOWN = {  # what may be left out
    "split": dict,
    "split.seeds": list,
    "reference": dict,
    "reference.classifier": str,
    "reference.scaler": str,
    "reference.resampler": str,
    "neural": dict,
    "neural.device": str,
    "neural.backend": str,
    "grids": list,
}
_MAY_BE_NULL = ("split", "split.seeds", "neural.device", "neural.backend")
_ABSENT = object()
_CALLED = {dict: "mapping", str: "text", list: "list"}


def checked(resolved: object) -> Mapping[str, Any]:
    """`resolved`, which is a sweep's JSON. Raises `ValueError` where it has another shape."""
    for problem in _problems(resolved):  # the first one: those after it may hang on it
        raise ValueError(problem)
    assert isinstance(resolved, dict)  # noqa: S101 - for mypy; the first of the problems
    return resolved


def _problems(resolved: object) -> Iterator[str]:
    if not isinstance(resolved, dict):
        yield f"it is no mapping of fields but a {type(resolved).__name__}"
        return
    yield from _unreadable(resolved)
    for path, kind in {**_NEEDED, **_KNOWN}.items():
        value = _at(resolved, path)
        if value is None and path in _MAY_BE_NULL:
            continue
        if path in _NEEDED and value is _ABSENT:
            yield f"it has no {path}"
        elif value is not _ABSENT and not isinstance(value, kind):
            yield f"{path} is no {_CALLED[kind]}"
    share = _at(resolved, "reference.target")
    is_number = isinstance(share, int | float) and 0 < share <= 1
    if not (is_number or share is _ABSENT):
        yield "reference.target is no share above zero"
    for i, grid in enumerate([resolved, *resolved.get("grids", ())]):
        where = f"grids[{i - 1}]" if i else "it"
        if not isinstance(grid, dict):
            yield f"{where} is no mapping"
            continue
        for axis in _AXES:
            yield from _wrong_entries(grid.get(axis, []), f"{where}.{axis}" if i else axis)


def _wrong_entries(entries: object, where: str) -> Iterator[str]:
    if not isinstance(entries, list):
        yield f"{where} is no list"
        return
    for i, entry in enumerate(entries):
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            yield f"{where}[{i}] has no name"
        elif not isinstance(entry.get("as", ""), str):
            yield f"{where}[{i}].as is no text"


def _unreadable(resolved: object) -> Iterator[str]:
    """Text that no file can hold, and what is nested without end."""
    waiting: list[tuple[int, object]] = [(0, resolved)]
    while waiting:
        depth, value = waiting.pop()
        if depth > DEEPEST:
            yield f"it is nested more than {DEEPEST} deep"
            return
        if isinstance(value, dict):
            waiting += [(depth + 1, inner) for pair in value.items() for inner in pair]
        elif isinstance(value, list):
            waiting += [(depth + 1, inner) for inner in value]
        elif isinstance(value, str) and any("\ud800" <= c <= "\udfff" for c in value):
            yield "it holds half a character"


def _at(resolved: Mapping[str, Any], path: str) -> object:
    """The value at `path`; `_ABSENT` where there is none."""
    value: object = resolved
    for part in path.split("."):
        if not isinstance(value, dict):
            return _ABSENT
        value = value.get(part, _ABSENT)
    return value
