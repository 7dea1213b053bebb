"""What a column of a table may hold, where its type does not say it.

Looked at once, as files are read: a value that no reader can use is damage like any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pyarrow as pa

from harness.schema import METRICS

_OBJECTS = {"environments": ("versions",), "datasets": ("preparation", "removed")}  # as JSON


def check(table: str, content: pa.Table) -> None:
    """Raise `ValueError` that names the first wrong value in `content`, columns of `table`.

    Text that is no UTF-8 is one, too.
    """
    for name in content.column_names:
        try:
            content.column(name).validate(full=True)
        except pa.ArrowInvalid as error:
            raise ValueError(f"{name}: {error}") from None
    for problem in _problems(table, content):
        raise ValueError(problem)


def _problems(table: str, content: pa.Table) -> Iterator[str]:
    names = set(content.column_names)
    for name in names.intersection(_OBJECTS.get(table, ())):
        for i, text in enumerate(content.column(name).to_pylist()):
            if not _is_object(text):
                yield f"row {i}: {name} is no JSON object"
    if table == "trials" and "metric" in names:
        used = content.column("metric").unique().to_pylist()
        if unknown := [metric for metric in used if metric not in METRICS]:
            row = content.column("metric").to_pylist().index(unknown[0])
            yield f"row {row}: no metric is called {unknown[0]!r}"
    if table == "datasets" and {"classes", "counts"} <= names:
        for i, row in enumerate(content.select(["classes", "counts"]).to_pylist()):
            if len(row["classes"]) != len(row["counts"]):
                yield f"row {i}: {len(row['classes'])} classes and {len(row['counts'])} counts"
            if None in row["classes"] or None in row["counts"]:
                yield f"row {i}: a class without a name or a count"


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
