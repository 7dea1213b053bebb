"""CIC-IDS2017: eight files of flows, in the layouts of 79 and of 85 columns."""

from __future__ import annotations

from pathlib import Path

from datasets.card import Card
from datasets.cells import Texts
from datasets.imported import imported_dataset
from datasets.official import Official
from datasets.sources import Source

CARD = Card.read(Path(__file__).with_suffix(".toml"))


def clean(texts: Texts, source: Source) -> Texts:  # noqa: ARG001 - all its files are alike
    """Return `texts` with a plain dash in "Web Attack - XSS".

    The official one is byte 0x96 of cp1252. Copies have it as a dash of UTF-8, or as what reading
    and writing in wrong encodings left of it.
    """
    import pyarrow.compute as pc

    plain = pc.replace_substring_regex(texts["Label"], r"^Web Attack\W+", "Web Attack - ")
    return {**texts, "Label": plain}


DATASET = imported_dataset(Official(CARD, clean=clean))
