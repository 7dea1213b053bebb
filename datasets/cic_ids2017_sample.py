"""A small sample of CIC-IDS2017 in seven classes, to try things out on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from datasets import cic_ids2017
from datasets.card import Card
from datasets.imported import imported_dataset
from datasets.official import Official

LACKS = (*cic_ids2017.CARD.versions[0].without, "Destination Port")
CARD = replace(
    Card.read(Path(__file__).with_suffix(".toml")),
    columns=tuple(column for column in cic_ids2017.CARD.columns if column.name not in LACKS),
)
DATASET = imported_dataset(Official(CARD))
