"""What to beware of in a dataset: columns that give classes away, and rows that come twice."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd

from datasets import DATASETS
from datasets.card import Card

MANY_TWINS = 0.01  # of the rows; from here on scores without them are worth a look


@dataclass(frozen=True)
class Suspect:
    """A column of the card, why it is one to beware of, and whether models see it."""

    column: str
    kind: str  # identifier or leaky
    why: str
    fate: str


@dataclass(frozen=True)
class Beware:
    """What the page warns of."""

    duplicates: str  # "" where hardly any row comes twice
    suspects: list[Suspect]
    note: str  # what is known of suspects at all


def beware(row: pd.Series) -> Beware:
    """Return the warnings of a row of datasets/."""
    name, preparation = str(row["name"]), json.loads(row["preparation"])
    card = DATASETS[name].card if name in DATASETS else None
    found = [] if card is None else _suspects(card, keeps_all=preparation.get("features") == "all")
    return Beware(_duplicates(row, preparation.get("duplicates")), found, _note(card, found))


def _suspects(card: Card, *, keeps_all: bool) -> list[Suspect]:
    features = {column.name for column in card.features}
    fate = "kept: models see it" if keeps_all else "left out by this preparation"
    lost = {v for version in card.versions for v in version.without}

    def where(text: str, column: str) -> str:
        return f"{text}, where this version of the file has it" if column in lost else text

    identifiers = [
        Suspect(column, "identifier", why, where(fate, column))
        for column, why in card.identifiers.items()
        if column in features
    ]
    leaky = [
        Suspect(column, "leaky", why, where("kept: models see it", column))
        for column, why in card.leaky.items()
        if column in features and column not in card.identifiers
    ]
    return [*identifiers, *leaky]


def _note(card: Card | None, found: list[Suspect]) -> str:
    if card is None:
        return (
            "This dataset is not known here, so nothing can be said on columns that give it away."
        )
    if not card.columns:
        return "Its card lists no columns, so nothing is known of such that give classes away."
    if not found:
        return "Its card names no identifiers and no features that give classes away."
    return ""


def _duplicates(row: pd.Series, handling: str | None) -> str:
    share = float(row["twin_share"])
    if handling == "drop":
        return "Rows that equal another one, class included, were dropped before the split."
    if share < MANY_TWINS:
        return ""
    text = f"{share:.1%}".replace("%", " %") + " of the rows equal another row in all features. "
    if handling == "group":
        return text + "Equal rows stay on one side of the split, so none is in both."
    return text + (
        "A test row that has a twin in the pool may be known by heart. So every score is also "
        "given on the test rows without one (no twins): look at those."
    )
