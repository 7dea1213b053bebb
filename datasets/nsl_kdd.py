"""NSL-KDD: KDD Cup 99 without its repetitions, and with a harder official test set."""

from __future__ import annotations

from pathlib import Path

from datasets.card import Card
from datasets.imported import imported_dataset
from datasets.official import Official

CARD = Card.read(Path(__file__).with_suffix(".toml"))
DATASET = imported_dataset(Official(CARD))
