"""Reads a `cluster.toml`: everything that is wrong with it is said at once."""

from __future__ import annotations

import math
import tomllib
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

from cluster.launch.file import ClusterFile, Nodes, complaint, rule_of
from harness.errors import ClusterFileError
from harness.spec.problems import Path as Place
from harness.spec.problems import Problems, nearest

_TYPES = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list of texts",
    dict: "a table of texts",
}


def read_cluster(path: Path) -> ClusterFile:
    """The file at `path`. Raises `ClusterFileError` with every problem found."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        hint = "; `fewlabels cluster new` writes one to begin with" if not path.exists() else ""
        raise ClusterFileError([f"cannot be read: {error}{hint}"], str(path)) from None
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ClusterFileError([f"is not TOML: {error}"], str(path)) from None
    problems = Problems()
    file = _table(ClusterFile, found, (), problems)
    if isinstance(file, ClusterFile):
        _must_agree(file, problems)
    if problems.lines or not isinstance(file, ClusterFile):
        raise ClusterFileError(problems.lines, str(path))
    return file


def _table(kind: Any, found: Any, place: Place, problems: Problems) -> Any:
    """An instance of the dataclass `kind`; None where that cannot be."""
    if not isinstance(found, dict):
        problems.add(place, f"must be a table, not {found!r}")
        return None
    known = {f.name: f for f in fields(kind)}
    for name in found.keys() - known.keys():
        hint = nearest(name, known) or f". There are: {', '.join(known)}"
        problems.add((*place, name), f"unknown field{hint}")
    hints = get_type_hints(kind)
    before = len(problems.lines)
    values = {}
    for name, one in known.items():
        if name in found:
            values[name] = _value(one, hints[name], found[name], (*place, name), problems)
        elif one.default is MISSING and one.default_factory is MISSING:
            problems.add((*place, name), "is required")
    return kind(**values) if len(problems.lines) == before else None


def _value(one: Field[Any], hint: Any, found: Any, place: Place, problems: Problems) -> Any:
    if is_dataclass(hint):
        return _table(hint, found, place, problems)
    inner = get_args(hint)
    if inner and is_dataclass(inner[0]):
        if not isinstance(found, list) or not found:
            problems.add(place, "must be tables, each under its own [[nodes]]")
            return []
        return [_table(inner[0], each, (*place, i), problems) for i, each in enumerate(found)]
    kind = next((k for k in _TYPES if hint is k or getattr(hint, "__origin__", None) is k), None)
    if kind is None:  # such as int | None, and TOML has no None
        kind = inner[0]
    if not _is(kind, found):
        problems.add(place, f"must be {_TYPES[kind]}, not {found!r}")
        return found
    members = (
        found.items() if kind is dict else enumerate(found) if kind is list else [(None, found)]
    )
    for at, member in members:
        where = place if at is None else (*place, at)
        if said := complaint(rule_of(one.metadata), member):
            problems.add(where, said)
        if kind is dict and (said := complaint(rule_of(one.metadata), at)):
            problems.add(where, said)
    return float(found) if kind is float else found


def _is(kind: type, found: Any) -> bool:
    if kind is list:
        return isinstance(found, list) and all(isinstance(each, str) for each in found)
    if kind is dict:
        return isinstance(found, dict) and all(isinstance(each, str) for each in found.values())
    if kind is float:
        return type(found) in {int, float} and math.isfinite(found)
    return type(found) is kind


def _must_agree(file: ClusterFile, problems: Problems) -> None:
    names = [nodes.name for nodes in file.nodes]
    hosts = [host for nodes in file.nodes for host in nodes.hosts]
    for i, nodes in enumerate(file.nodes):
        if names.index(nodes.name) < i or nodes.name == "head":
            problems.add(("nodes", i, "name"), f"{nodes.name!r} is another's already")
        _must_count(nodes, i, problems)
    for host in dict.fromkeys(host for host in hosts if hosts.count(host) > 1):
        problems.add(("nodes",), f"the host {host} is listed twice")


def _must_count(nodes: Nodes, i: int, problems: Problems) -> None:
    place = ("nodes", i)
    if nodes.count is not None and (nodes.min is not None or nodes.max is not None):
        problems.add(place, "give count, or min and max, not both")
    elif (nodes.min is None) != (nodes.max is None):
        problems.add(place, "min and max belong together")
    elif nodes.min is not None and nodes.max is not None and nodes.min > nodes.max:
        problems.add(place, f"min is {nodes.min}, and max only {nodes.max}")
    elif not nodes.most:
        problems.add(place, "how many? Give count, min and max, or hosts")
    if nodes.hosts and nodes.count not in {None, len(nodes.hosts)}:
        problems.add((*place, "count"), f"is {nodes.count}, with {len(nodes.hosts)} hosts")


def must_have(file: ClusterFile, launcher: str, *needed: str) -> None:
    """Raise `ClusterFileError` where a field such as `image.name` is not given."""
    problems = Problems()
    for path in needed:
        table, name = path.split(".")
        tables = file.nodes if table == "nodes" else [getattr(file, table)]
        for i, one in enumerate(tables):
            if not getattr(one, name):
                place: Place = ("nodes", i, name) if table == "nodes" else (table, name)
                problems.add(place, f"is needed by `fewlabels cluster {launcher}`")
    if problems.lines:
        raise ClusterFileError(problems.lines, "the cluster file")
