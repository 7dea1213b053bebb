"""Tables that somebody wrote again as Parquet, as text: what is checked in CSV is checked here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from datasets.errors import DatasetError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

    from datasets.sources import Reading

BATCH_ROWS = 2**16


def column_names(reading: Reading, where: str) -> list[str]:
    """Return the columns of the Parquet file in `reading`, trimmed.

    Raises `DatasetError`, naming `where`, for a file that is damaged.
    """
    return [name.strip() for name in _opened(reading, where).schema_arrow.names]


def texts(reading: Reading, found: Sequence[str], where: str) -> Iterator[pa.RecordBatch]:
    """Yield its rows as a CSV file would spell them, columns called `found`; null is empty.

    Raises `DatasetError`, naming `where`, for a file that is damaged, or holds lists and the like.
    """
    import pyarrow as pa

    try:
        for batch in _opened(reading, where).iter_batches(BATCH_ROWS):
            columns = [_spelt(column) for column in batch.columns]
            yield pa.RecordBatch.from_arrays(columns, names=list(found))
    except (pa.ArrowException, OSError) as error:
        raise DatasetError(f"{where} cannot be read as Parquet: {_line(error)}") from error


def _opened(reading: Reading, where: str) -> parquet.ParquetFile:
    """In memory, packed: its table of contents stands at the end of the file."""
    import pyarrow as pa
    from pyarrow import parquet

    whole = b"".join(iter(lambda: reading.read(2**22), b""))
    try:
        return parquet.ParquetFile(pa.BufferReader(whole))
    except (pa.ArrowException, OSError) as error:
        raise DatasetError(
            f"{where} cannot be read as Parquet ({_line(error)}); it may be incomplete"
        ) from error


def _spelt(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    column.validate(full=True)  # a file may hold texts that are no UTF-8
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    return pc.fill_null(pc.cast(column, pa.string()), "")


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0][:300]
