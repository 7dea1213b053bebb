"""What the columns of a table are, where nobody says: numbers where every cell is one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from datasets.card import DType
from datasets.rows import trimmed

if TYPE_CHECKING:
    import pyarrow as pa

EXACT = 2.0**53  # whole numbers up to here are exact in float64


def inferred(
    batches: Iterable[pa.RecordBatch], missing: Mapping[str, Sequence[str]]
) -> dict[str, DType]:
    """Return the dtype of each of the columns that `missing` names, of `batches` of text.

    `int64` where every cell is a whole number without a decimal point or exponent, `float64` where
    every cell is a number, NaN and infinity among them, `category` otherwise. Cells that are spelt
    as one of the column's `missing` say nothing; a column of nothing else is `int64`.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    dtypes: dict[str, DType] = dict.fromkeys(missing, "int64")
    for batch in batches:
        texts = trimmed(batch)
        for name in [name for name in missing if dtypes[name] != "category"]:
            cells, nothing = texts[name], pa.array(missing[name], pa.string())
            cells = pc.if_else(pc.is_in(cells, nothing), pa.scalar(None, pa.string()), cells)
            try:
                numbers = pc.cast(cells, pa.float64())
            except pa.ArrowInvalid:
                dtypes[name] = "category"
                continue
            is_whole = pc.and_(
                pc.less_equal(pc.abs(numbers), EXACT), pc.equal(pc.floor(numbers), numbers)
            )
            is_plain = pc.and_(is_whole, pc.invert(pc.match_substring_regex(cells, "[.eE]")))
            if not pc.all(is_plain, min_count=0).as_py():
                dtypes[name] = "float64"
    return dtypes
