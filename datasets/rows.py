"""The rows of an official file as typed batches: trimmed, missing values null, infinities too.

Everything is read as text first. Public copies pad cells, spell one truth value five ways and
mix `0`, `0.0` and names in one column; types come after that is settled.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from datasets import parquet_rows
from datasets.card import Card
from datasets.cells import Lines, Texts, blank_rows, cast, misfit
from datasets.decoding import Utf8
from datasets.errors import DatasetError
from datasets.sources import Reading, Source

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK_BYTES = 2**22

Clean = Callable[[Texts, Source], Texts]  # a family's own repairs, on trimmed text


def as_they_are(texts: Texts, source: Source) -> Texts:  # noqa: ARG001 - some look at its name
    """Repair nothing."""
    return texts


@dataclass
class Counts:
    """What was met on the way."""

    n_rows: int = 0
    n_infinite: int = 0
    removed: dict[str, int] = field(default_factory=dict)  # reason -> rows
    repaired: dict[str, int] = field(default_factory=dict)  # column -> cells that `clean` emptied


def header(head: bytes, delimiter: str = ",", encoding: str = "utf-8") -> list[str]:
    r"""Return the fields of the first line, trimmed; a name that stands twice gets `.1`, `.2`.

    >>> header(b"\xef\xbb\xbfid, Label,Length,Length\r\n1,a,3,4\r\n")
    ['id', 'Label', 'Length', 'Length.1']
    """
    first = re.split(rb"\r\n|\r|\n", head, maxsplit=1)[0]  # Arrow too ends lines at a lone \r
    try:
        line = first.decode("utf-8-sig")
    except UnicodeDecodeError:
        line = first.decode(encoding, "replace")
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # no CSV: what is wrong is said where the names are compared
        cells = line.split(delimiter)
    stripped = [cell.strip() for cell in cells]
    names: list[str] = []
    for name in stripped:
        numbered = (f"{name}.{n}" for n in count(1))
        free = (other for other in numbered if other not in names and other not in stripped)
        names.append(next(free) if name in names else name)
    return names


def column_names(source: Source, card: Card) -> list[str]:
    """Return the columns of `source` by its header, or the first line where it has none.

    Raises `DatasetError` where it cannot be a table at all.
    """
    head = source.head()
    if not source.is_parquet():
        return header(head, card.delimiter, card.encoding)
    with source.opened() as reading:
        return parquet_rows.column_names(reading, source.where)


@dataclass
class Rows:
    """The rows of one file of a card; `counts` grows while they are read."""

    source: Source
    card: Card
    clean: Clean
    counts: Counts = field(default_factory=Counts)

    def batches(self, reading: Reading, found: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of `reading`, the opened source, whose columns are called `found`.

        Typed as the card says. Raises `DatasetError`, naming line and column, for what a column
        cannot hold, and for rows of another length.
        """
        where = self.source.where
        with _arrows_words(where):
            for batch in raw_batches(self.source, self.card, reading, found):
                typed = self._typed(batch)
                if typed.num_rows:  # it may have been nothing but blank lines
                    yield typed
        if not self.counts.n_rows:
            raise DatasetError(f"{where} holds no rows")

    def _typed(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        import pyarrow as pa

        before = self.counts.n_rows + sum(self.counts.removed.values()) + 1 + self.card.has_header
        cells_of = trimmed(batch)
        texts = self._cleaned(without_blank_rows(cells_of, self.counts))
        lines = Lines(self.source, before, cells_of)
        columns: dict[str, pa.Array] = {}
        for column in self.card.columns:
            if column.name not in texts:
                continue
            cells = texts[column.name]
            try:
                typed = cast(cells, column)
            except pa.ArrowInvalid:
                raise misfit(cells, column, lines) from None
            if column.name == self.card.labels[0] and typed.null_count:
                where = lines.of(typed.is_null().index(True).as_py())
                raise DatasetError(f"{where}: no {column.name}")
            columns[column.name] = self._finite(typed)
        whole = pa.RecordBatch.from_pydict(columns)
        self.counts.n_rows += whole.num_rows
        return whole

    def _cleaned(self, texts: Texts) -> Texts:
        """The family's repairs; cells of numbers and flags that they empty are counted."""
        import pyarrow.compute as pc

        cleaned = self.clean(dict(texts), self.source)
        for column in self.card.columns:
            before, after = texts.get(column.name), cleaned.get(column.name)
            if column.dtype == "category" or after is before or before is None or after is None:
                continue
            if len(after) == len(before):
                emptied = pc.and_(pc.equal(after, ""), pc.not_equal(before, ""))
                if n := pc.sum(emptied).as_py():
                    self.counts.repaired[column.name] = self.counts.repaired.get(column.name, 0) + n
        return cleaned

    def _finite(self, numbers: pa.Array) -> pa.Array:
        import pyarrow as pa
        import pyarrow.compute as pc

        if not pa.types.is_floating(numbers.type):
            return numbers
        is_infinite = pc.is_inf(numbers).fill_null(False)  # noqa: FBT003
        n = pc.sum(is_infinite).as_py() or 0
        self.counts.n_infinite += n
        return pc.if_else(is_infinite, pa.scalar(None, numbers.type), numbers) if n else numbers


def raw_batches(
    source: Source, card: Card, reading: Reading, found: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """Yield the cells of `reading`, the opened source, as the texts that they are.

    Raises `DatasetError` for rows of another length than `found`, the names of the columns.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    if source.is_parquet():
        yield from parquet_rows.texts(reading, found, source.where)
        return
    with _arrows_words(source.where):
        read = arrow_csv.open_csv(
            pa.PythonFile(_in_utf8(source, card, reading), mode="r"),
            read_options=arrow_csv.ReadOptions(
                column_names=list(found),
                skip_rows=1 if card.has_header else 0,
                block_size=BLOCK_BYTES,
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=card.delimiter),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(found, pa.string()), strings_can_be_null=False
            ),
        )
        yield from (batch for batch in read if batch.num_rows)


def _in_utf8(source: Source, card: Card, reading: Reading) -> Reading | Utf8:
    if card.encoding == "utf-8":
        return reading
    return Utf8(reading, card.encoding, source.where)


@contextmanager
def _arrows_words(where: str) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except pa.ArrowInvalid as error:
        words = _plain(error)
        hint = "; the download may have broken off" if "columns, got" in words else ""
        raise DatasetError(f"{where} cannot be read as CSV: {words}{hint}") from error


def trimmed(batch: pa.RecordBatch) -> Texts:
    """Return the columns of `batch` without blanks around cells."""
    import pyarrow.compute as pc

    return {
        name: pc.utf8_trim_whitespace(column)
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    }


def without_blank_rows(texts: Texts, counts: Counts) -> Texts:
    """Return the others, and count: some publishers end files in lines of nothing but commas."""
    import pyarrow.compute as pc

    is_blank = blank_rows(texts)
    n = pc.sum(is_blank).as_py() or 0
    if not n:
        return texts
    counts.removed["blank lines"] = counts.removed.get("blank lines", 0) + n
    return {name: column.filter(pc.invert(is_blank)) for name, column in texts.items()}


def _plain(error: Exception) -> str:
    """Arrow's words without the whole of a row that may be kilobytes long."""
    text = str(error).partition("\n")[0]
    return f"{text[:300]}…" if len(text) > 300 else text  # noqa: PLR2004 - three lines
