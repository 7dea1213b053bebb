"""Edge-IIoTset: packets of an industrial testbed, in the two merged files or as raw captures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from datasets import hexadecimal
from datasets.card import Card
from datasets.cells import Texts
from datasets.imported import imported_dataset
from datasets.official import Official
from datasets.sources import Source

if TYPE_CHECKING:
    import pyarrow as pa

TIME = r"\d\d:\d\d:\d\d"
NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^[+-]?(?i:inf|infinity|nan)$"


def clean(texts: Texts, source: Source) -> Texts:  # noqa: ARG001 - the same for all files
    """Undo what the files' making left in them.

    Hexadecimal numbers become decimal ones, as they are in the merged files. Zero has one spelling
    among categories: whether it is 0 or 0.0 depends on the capture, and so gives the class away.
    Text in a column of numbers becomes missing where the row is shifted, as those of MITM are:
    what stands for its time is no time. Elsewhere it stays, and is refused.
    """
    import pyarrow.compute as pc

    cleaned = dict(texts)
    is_shifted = pc.invert(pc.match_substring_regex(texts["frame.time"], TIME))
    for column in CARD.columns:
        if column.name in CARD.labels:
            continue
        cells = texts[column.name]
        if column.kind == "category":
            cleaned[column.name] = _whole(cells)
        elif not _are_numbers(cells):
            decimal = hexadecimal.as_decimal(cells)
            is_text = pc.invert(pc.match_substring_regex(decimal, NUMBER))
            cleaned[column.name] = pc.if_else(pc.and_(is_text, is_shifted), "", decimal)
    return cleaned


def _whole(cells: pa.StringArray) -> pa.StringArray:
    """Whole numbers among categories without the .0 that some captures have."""
    import pyarrow.compute as pc

    coded = cells.dictionary_encode()  # most spellings are few
    words = pc.replace_substring_regex(coded.dictionary, r"^(\d+)\.0$", r"\1")
    return cells if words.equals(coded.dictionary) else words.take(coded.indices)


def _are_numbers(cells: pa.StringArray) -> bool:
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.cast(cells, pa.float64())
    except pa.ArrowInvalid:
        return False
    return True


CARD = Card.read(Path(__file__).with_suffix(".toml"))
DATASET = imported_dataset(Official(CARD, clean=clean))
