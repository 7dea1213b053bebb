"""Stored rows beside rows of the same work done again: what differs, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from harness import parquet
from harness.schema import LATER, TIMING_AND_HOST, Row, schema

# Of the rows of one piece of work: the column that tells them apart, and what one is called.
_ROWS = {
    "acquisitions": ("acquisition_id", "acquisition"),
    "rounds": ("round", "round {}"),
    "evaluations": ("n_labels", "evaluation at {} labels"),
    "trials": ("number", "trial {}"),
    "references": ("reference_id", "reference"),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """How the rows of one table compare."""

    table: str
    n_rows: int  # computed again
    n_columns: int  # looked at
    differences: tuple[str, ...]  # a line each: row, column, what is stored, what it is now


def name_of(table: str, row: Row) -> str:
    """What a row is called among those of its acquisition, study or reference.

    >>> name_of("evaluations", {"n_labels": 450})
    'evaluation at 450 labels'
    """
    key, name = _ROWS[table]
    return name.format(row[key])


def compare(table: str, stored: Sequence[Row], now: Sequence[Row]) -> Compared:
    """Compare what `table` has of one piece of work with what it would have now.

    Values must be equal to the last digit; null and NaN are equal; of an error the first line
    counts, because a traceback holds paths. `TIMING_AND_HOST` is not looked at, nor is a column
    that came later where nothing is stored.
    """
    never = {name for name in LATER if all(row.get(name) is None for row in stored)}
    columns = [name for name in schema(table).names if name not in TIMING_AND_HOST | never]
    key, _ = _ROWS[table]
    before = _by(key, stored)
    after = _by(key, parquet.table_of(table, now).to_pylist())  # as it would be read back
    differences: list[str] = []
    for at in sorted({*before, *after}):
        name = name_of(table, {key: at})
        if at not in after:
            differences.append(f"{name}: stored, but not computed now")
        elif at not in before:
            differences.append(f"{name}: not stored, but computed now")
        else:
            if len(before[at]) > 1:
                differences.append(f"{name}: stored {len(before[at])} times")
            (one, *_), (other, *_) = before[at], after[at]
            found = (_difference(column, one[column], other[column]) for column in columns)
            differences += [f"{name}: {difference}" for difference in found if difference]
    return Compared(table, len(now), len(columns), tuple(differences))


def _by(key: str, rows: Sequence[Row]) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found


def _difference(place: str, stored: Any, now: Any) -> str | None:
    """The first place where two values of a column differ, and how; None: they are equal."""
    if isinstance(stored, list) and isinstance(now, list):
        pairs = enumerate(zip_longest(stored, now))
        found = (_difference(f"{place}[{i}]", one, other) for i, (one, other) in pairs)
        return next(filter(None, found), None)
    if isinstance(stored, bytes) and isinstance(now, bytes):
        return _difference(place, [*stored], [*now])
    if place == "error":
        stored, now = _first_line(stored), _first_line(now)
    if stored == now or (_is_null(stored) and (_is_null(now) or place in LATER)):
        return None
    return f"{place}: stored {_shown(stored)}, now {_shown(now)}"


def _first_line(error: str | None) -> str | None:
    return error and error.partition("\n")[0]


def _is_null(value: Any) -> bool:
    return value is None or value != value  # noqa: PLR0124 - NaN alone differs from itself


def _shown(value: Any) -> str:
    return "null" if _is_null(value) else str(value)
