"""The leakage audit of a file as it lies on disk, before anything is trimmed or left out.

What an import repairs gives some classes away: spaces after the words of one class only, dates on
which nothing but attacks were recorded.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from datasets.card import Card
from datasets.errors import DatasetError
from datasets.leakage import Tell, audit_texts
from datasets.rows import column_names, raw_batches
from datasets.sources import Source, sources

if TYPE_CHECKING:
    import pyarrow as pa


def audit_raw(card: Card, path: Path) -> list[Tell]:
    """Audit the official files of `card` at `path`; their columns need not be those of the card.

    Raises `DatasetError` where there are none, they cannot be read, have no label column or several
    layouts.
    """
    if not card.files:
        of_own = "fewlabels datasets describe generic --path PATH audits a table of your own"
        raise DatasetError(f"{card.name} has no official files to look at with --raw; {of_own}")
    names = list(dict.fromkeys(file.name for v in card.versions for file in v.files))
    return audit_cells(card, sources(path, names))


def audit_cells(card: Card, files: list[Source]) -> list[Tell]:
    """Audit `files` as one table."""
    import pyarrow as pa

    read = [_cells(card, source) for source in files]
    for source, cells in zip(files, read, strict=True):
        if cells.column_names != read[0].column_names:
            raise DatasetError(
                f"{source.where} does not have the columns of {files[0].where}; name one of them"
            )
    texts = pa.concat_tables(read).unify_dictionaries()
    label = _label(card, texts.column(card.labels[0]))
    return audit_texts(texts.drop_columns(_labels(card, texts)), label, card.normal)


def _cells(card: Card, source: Source) -> pa.Table:
    import pyarrow as pa

    found = column_names(source, card)
    if not card.has_header:
        layouts = [[c.name for c in card.columns_of(version)] for version in card.versions]
        found = next((names for names in layouts if len(names) == len(found)), found)
    if card.labels[0] not in found:
        raise DatasetError(
            f"{source.where} has no column {card.labels[0]}, which names the classes of "
            f"{card.name}; it has {', '.join(found[:6])}, ..."
        )
    with source.opened() as reading:
        batches = [
            pa.RecordBatch.from_arrays(
                [column.dictionary_encode() for column in batch.columns], names=found
            )
            for batch in raw_batches(source, card, reading, found)
        ]
    if not batches:
        raise DatasetError(f"{source.where} holds no rows")
    return pa.Table.from_batches(batches)


def _labels(card: Card, texts: pa.Table) -> list[str]:
    return [name for name in texts.column_names if name in card.labels]


def _label(card: Card, cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """The classes, spelt as in the card."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = cells.unify_dictionaries().combine_chunks()
    words = [word.strip() for word in column.dictionary.to_pylist()]
    spelt = pa.array([card.spellings.get(word, word) for word in words], pa.string())
    return pa.chunked_array([pc.dictionary_encode(spelt.take(column.indices))])
