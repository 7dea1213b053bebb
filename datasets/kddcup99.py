"""KDD Cup 99: the 10 % file, whose labels end in a dot."""

from __future__ import annotations

from pathlib import Path

from datasets.card import Card
from datasets.cells import Texts
from datasets.imported import imported_dataset
from datasets.official import Official
from datasets.sources import Source

CARD = Card.read(Path(__file__).with_suffix(".toml"))


def clean(texts: Texts, source: Source) -> Texts:  # noqa: ARG001 - all its files are alike
    """Return `texts` with labels as NSL-KDD spells them: normal, not normal."""
    import pyarrow.compute as pc

    return {**texts, "label": pc.utf8_rtrim(texts["label"], ".")}


DATASET = imported_dataset(Official(CARD, clean=clean))
