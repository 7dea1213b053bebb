"""The fields of a sweep file as text: what `fewlabels fields` prints and docs/sweep.md holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from harness.spec.fields import SweepFile
from harness.spec.problems import models_in


def described(model: type[BaseModel] = SweepFile) -> str:
    """Markdown: a table per mapping, the sweep file itself first."""
    return "\n".join(
        f"### {title}\n\n{about}\n\n| field | default | meaning |\n|---|---|---|\n"
        + "".join(f"| `{name}` | {default} | {meaning} |\n" for name, default, meaning in rows)
        for title, about, rows in _tables(model, "a sweep file", set())
    )


_Table = tuple[str, str, list[tuple[str, str, str]]]


def _tables(model: type[BaseModel], title: str, seen: set[type[BaseModel]]) -> Iterator[_Table]:
    if model in seen:
        return
    seen.add(model)
    rows, inner = [], []
    for name, field in model.model_fields.items():
        written = field.alias or name
        rows.append((written, _default(field.default), field.description or ""))
        inner += [(written, found) for found in models_in(field.annotation)]
    yield title, model.__doc__ or "", rows
    for name, found in inner:
        yield from _tables(found, f"in `{name}`", seen)


def _default(value: Any) -> str:
    if value is PydanticUndefined:
        return "required"
    if value is None or value in ([], {}):
        return ""
    if isinstance(value, BaseModel):
        return "see below"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
