"""Cells of text as numbers, truth values and categories; and where one stands that is none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from datasets.card import Column
from datasets.errors import DatasetError
from datasets.sources import Source

if TYPE_CHECKING:
    import pyarrow as pa

TRUE = ("1", "1.0", "true", "t", "yes", "y", "on")
FALSE = ("0", "0.0", "false", "f", "no", "n", "off")
EXACT = 2.0**53  # whole numbers beyond are rounded: equal ones would not be

Texts = dict[str, "pa.StringArray"]  # column -> cells


def cast(cells: pa.StringArray, column: Column) -> pa.Array:
    """Return trimmed `cells` as what `column` holds; missing ones are null.

    Raises `ArrowInvalid` for a cell that it cannot hold; `misfit` says which.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.zero:
        cells = pc.if_else(pc.is_in(cells, pa.array(column.zero)), "0", cells)
    if column.missing:
        cells = pc.if_else(
            pc.is_in(cells, pa.array(column.missing)), pa.scalar(None, pa.string()), cells
        )
    if column.dtype == "category":
        return cells
    if column.dtype == "flag":
        return _flags(cells)
    # An empty cell of a column of numbers is missing in every file that there is.
    cells = pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)
    numbers = pc.cast(cells, pa.float64())
    if column.dtype == "float64":
        return pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)
    if (pc.max(pc.abs(numbers)).as_py() or 0) >= EXACT:
        raise pa.ArrowInvalid("larger than a float64 can hold exactly")
    return pc.cast(numbers, pa.int64())  # "3.0" is 3


def _flags(cells: pa.StringArray) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    lower = pc.utf8_lower(cells)
    is_true, is_false = pc.is_in(lower, pa.array(TRUE)), pc.is_in(lower, pa.array(FALSE))
    is_empty = pc.or_kleene(pc.is_null(cells), pc.equal(lower, ""))
    if not pc.all(pc.or_(pc.or_(is_true, is_false), is_empty.fill_null(True))).as_py():  # noqa: FBT003
        raise pa.ArrowInvalid("no truth value")
    flags = pc.cast(is_true, pa.int64())
    return pc.if_else(is_empty.fill_null(True), pa.scalar(None, pa.int64()), flags)  # noqa: FBT003


@dataclass(frozen=True)
class Lines:
    """Where the rows of a batch stand in the file; only asked when one is wrong."""

    source: Source
    first: int
    cells: Texts  # with the blank rows

    def of(self, row: int) -> str:
        """Return where row number `row` stands, blank rows not counted."""
        kept = [i for i, blank in enumerate(blank_rows(self.cells).to_pylist()) if not blank]
        return f"{self.source.where}, line {self.first + kept[row]:,}"


def blank_rows(texts: Texts) -> pa.BooleanArray:
    """Return which rows have nothing in any column."""
    import pyarrow.compute as pc

    columns = list(texts.values())
    is_blank = pc.equal(columns[0], "")
    for column in columns[1:]:
        if not pc.any(is_blank).as_py():
            break
        is_blank = pc.and_(is_blank, pc.equal(column, ""))
    return is_blank


def misfit(cells: Any, column: Column, lines: Lines) -> DatasetError:
    """Return what is wrong with the first of `cells` that `column` cannot hold, and its line."""
    for i, cell in enumerate(cells.to_pylist()):
        if cell in (None, "", *column.missing, *column.zero) or _fits(cell, column):
            continue
        if _fits(cell, replace(column, dtype="float64")) and abs(float(cell)) >= EXACT:
            return DatasetError(
                f"{lines.of(i)}: {column.name} is {cell[:40]}, too large "
                "to be told from its neighbours as a number; make it a category"
            )
        return DatasetError(
            f"{lines.of(i)}: {column.name} is {cell[:40]!r}, which is no {_WANTED[column.dtype]}"
        )
    return DatasetError(
        f"{lines.source.where}: {column.name} holds what is no {_WANTED[column.dtype]}"
    )


_WANTED: Mapping[str, str] = {
    "int64": "whole number",
    "float64": "number",
    "flag": "truth value",
    "category": "text",
}


def _fits(cell: str, column: Column) -> bool:
    if column.dtype == "flag":
        return cell.lower() in (*TRUE, *FALSE)
    try:
        value = float(cell)
    except ValueError:
        return False
    if "_" in cell:  # Python's way to write a million
        return False
    is_whole = math.isfinite(value) and value.is_integer() and abs(value) < EXACT
    return column.dtype == "float64" or is_whole
