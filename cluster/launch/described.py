"""The fields of a `cluster.toml` as text: `cluster fields` prints it, docs/cluster.md holds it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, get_args, get_type_hints

from cluster.launch.file import ClusterFile, rule_of


def described() -> str:
    """Markdown: a table per mapping, the file itself first."""
    return "\n".join(_tables(ClusterFile, "a cluster.toml"))


def _tables(kind: Any, title: str) -> Iterator[str]:
    hints = get_type_hints(kind)
    rows = []
    for one in fields(kind):
        rule = rule_of(one.metadata)
        meaning = f"{rule.used_by}: {rule.meaning}" if rule.used_by else rule.meaning
        rows.append(f"| `{one.name}` | {_default(one)} | {meaning} |\n")
    yield (
        f"### {title}\n\n{kind.__doc__}\n\n| field | default | meaning |\n|---|---|---|\n"
        + "".join(rows)
    )
    for name, hint in hints.items():
        inner = next((k for k in (hint, *get_args(hint)) if is_dataclass(k)), None)
        if inner:
            yield from _tables(inner, f"in `{'[[nodes]]' if name == 'nodes' else f'[{name}]'}`")


def _default(one: Field[Any]) -> str:
    if one.default is MISSING:
        if is_dataclass(one.default_factory):
            return "see below"
        return "required" if one.default_factory is MISSING else ""
    if one.default is None or one.default == "":
        return ""
    value = one.default
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
