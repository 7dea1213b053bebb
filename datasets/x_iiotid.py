"""X-IIoTID: flows, host resources and alerts of an industrial IoT testbed, in one file."""

from __future__ import annotations

from pathlib import Path

from datasets.card import Card
from datasets.cells import Texts
from datasets.imported import imported_dataset
from datasets.official import Official
from datasets.sources import Source


def clean(texts: Texts, source: Source) -> Texts:  # noqa: ARG001 - there is one file
    """Truth values in columns that count become 1 and 0; which columns have them is not certain."""
    import pyarrow.compute as pc

    cleaned = dict(texts)
    for column in CARD.columns:
        if column.dtype == "int64":
            lower = pc.utf8_lower(texts[column.name])
            is_true, is_false = pc.equal(lower, "true"), pc.equal(lower, "false")
            cells = pc.if_else(is_true, "1", pc.if_else(is_false, "0", texts[column.name]))
            cleaned[column.name] = cells
    return cleaned


CARD = Card.read(Path(__file__).with_suffix(".toml"))
DATASET = imported_dataset(Official(CARD, clean=clean))
