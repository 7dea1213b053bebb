"""An official CSV file, read into exactly the columns that its card lists."""

from __future__ import annotations

import hashlib
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from datasets.card import Card
from datasets.errors import DatasetError

if TYPE_CHECKING:
    import pyarrow as pa


def header(content: bytes) -> list[str]:
    """Return the column names in the first line of `content`."""
    line = content.split(b"\n", 1)[0]
    return [name.strip(' "\r') for name in line.decode("utf-8-sig", "replace").split(",")]


def check_columns(content: bytes, card: Card, where: str) -> None:
    """Raise `DatasetError` unless the header of `content` is the card's, name by name."""
    found = header(content)
    expected = [column.name for column in card.columns]
    if found == expected:
        return
    problems = []
    unexpected = [name for name in found if name not in expected]
    missing = [name for name in expected if name not in found]
    if missing:
        problems.append(f"missing: {_listed(missing, unexpected)}")
    if unexpected:
        problems.append(f"unexpected: {_listed(unexpected, [])}")
    if not problems:
        problems.append("the right names in another order, or one of them twice")
    raise DatasetError(
        f"{where} does not have the {len(expected)} columns of {card.files[0].name} but "
        f"{len(found)}; {'; '.join(problems)}"
    )


def check_bytes(content: bytes, card: Card, where: str) -> str:
    """Return the sha256 of `content`; raise `DatasetError` unless it is the card's.

    The error compares the rows per class, which tells a sample, or a mix under the official
    name, from the official rows saved again.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 == card.files[0].sha256:
        return sha256
    found = _class_counts(content, card, where)
    differences = [
        f"{name} {found.get(name, 0):,} (expected {card.classes.get(name, 0):,})"
        for name in sorted({*found, *card.classes})
        if found.get(name, 0) != card.classes.get(name, 0)
    ]
    if differences:
        what = (
            f"it holds {sum(found.values()):,} rows where {sum(card.classes.values()):,} are "
            f"expected: {', '.join(differences[:12])}"
        )
    else:
        what = (
            "its rows per class are right, so it was probably saved again by another program "
            "(line ends, byte-order mark, spelling of numbers)"
        )
    raise DatasetError(
        f"{where} is not the official {card.files[0].name}, though it has its columns: {what}. "
        f"sha256 {sha256}, expected {card.files[0].sha256}. Get the file from {card.source}"
    )


def read(content: bytes, card: Card, where: str) -> pa.Table:
    """Return the rows of `content` with the card's dtypes; missing values are null.

    Categories are of Arrow's dictionary type. Numbers are parsed exactly. Raises `DatasetError`
    for a value that its column cannot hold, and for a row without a label.
    """
    import pyarrow as pa

    arrow_types = {
        "int64": pa.int64(),
        "float64": pa.float64(),
        "category": pa.dictionary(pa.int32(), pa.string()),
    }
    types = {column.name: arrow_types[column.dtype] for column in card.columns}
    empty = {spelling for column in card.columns for spelling in (*column.missing, *column.zero)}
    table = _parse(content, types, empty, where)
    for j, column in enumerate(card.columns):
        values = table.column(j)
        if column.zero:
            table = table.set_column(j, column.name, values.fill_null(0))
        elif column.name in card.labels and values.null_count:
            raise DatasetError(f"{where}: {values.null_count:,} rows have no {column.name}")
    return table


def _parse(content: bytes, types: dict[str, Any], empty: set[str], where: str) -> pa.Table:
    """Return the columns that `types` names; spellings in `empty` are null."""
    import pyarrow as pa
    from pyarrow import csv

    options = csv.ConvertOptions(
        column_types=types,
        include_columns=list(types),
        null_values=sorted(empty),
        strings_can_be_null=True,
    )
    try:
        table = csv.read_csv(pa.BufferReader(content), convert_options=options)
    except pa.ArrowInvalid as error:
        raise DatasetError(f"{where} cannot be read as CSV: {error}") from error
    if not table.num_rows:
        raise DatasetError(f"{where} holds a header but no rows")
    return table


def _class_counts(content: bytes, card: Card, where: str) -> dict[str, int]:
    import pyarrow as pa

    label = card.labels[0]
    counted = _parse(content, {label: pa.string()}, set(), where).column(label).value_counts()
    return {count["values"]: count["counts"] for count in counted.to_pylist()}


def _listed(names: list[str], others: list[str]) -> str:
    """Return the first names, each with the one of `others` that may stand in its place."""
    shown = []
    for name in names[:6]:
        alike = {other.lower(): other for other in others}
        close = get_close_matches(name.lower(), alike, n=1, cutoff=0.8)
        shown.append(f"{name} (spelt {alike[close[0]]}?)" if close else name)
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
