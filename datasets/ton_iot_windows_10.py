"""ToN-IoT's counters of Windows 10. Those of Windows 7 have columns that are not known here."""

from __future__ import annotations

from pathlib import Path

from datasets.card import Card
from datasets.imported import imported_dataset
from datasets.official import Official

CARD = Card.read(Path(__file__).with_suffix(".toml"))
DATASET = imported_dataset(Official(CARD))
