"""How a dataset stands on this machine: ready, or how to get it, and how sure its card is."""

from __future__ import annotations

from datasets import cache
from datasets.dataset import Dataset
from datasets.errors import DatasetError, StaleImport
from datasets.preparation import can_be_fetched


def n_rows(dataset: Dataset) -> str:
    """Return the rows that are imported, or those that the card expects: + for at least."""
    if dataset.import_file is not None:
        try:
            n = cache.n_rows(dataset.card.name, reading_of(dataset))
        except DatasetError:
            n = None
        if n is not None:
            return f"{n:,}"
    expected = sum(dataset.card.classes.values())
    more = "+" if dataset.card.versions and dataset.card.versions[0].uncounted else ""
    return f"{expected:,}{more}" if expected else ("by path" if _takes_a_path(dataset) else "?")


def n_classes(dataset: Dataset) -> str:
    """Return the classes that the card expects."""
    card = dataset.card
    uncounted = card.versions[0].uncounted if card.versions else ()
    return str(len(card.classes) + len(uncounted) or ("by path" if _takes_a_path(dataset) else "?"))


def state(dataset: Dataset) -> str:
    """Return one line: ready or how to get it; then what is not certain about it."""
    card = dataset.card
    doubts = []
    if dataset.import_file is not None and card.tested_on == "generated files only":
        doubts.append("tested on generated files only")
    if card.versions and not card.versions[0].is_certain:
        doubts.append("counts not certain")
    return "; ".join([_ready_or_how(dataset), *doubts])


def _ready_or_how(dataset: Dataset) -> str:
    name = dataset.card.name
    if dataset.import_file is None:
        return "ready: name its path in a sweep" if _takes_a_path(dataset) else "ready"
    try:
        if cache.n_rows(name, reading_of(dataset)) is not None:
            return "ready"
    except StaleImport:
        return "read by another card or version: import it again"
    except DatasetError:
        return "damaged: import it again"
    if can_be_fetched(dataset.card):
        return f"importable: fewlabels datasets fetch {name}"
    return f"importable: get it from {dataset.card.source}"


def reading_of(dataset: Dataset) -> str:
    """By which card and code its rows are read now; empty where nothing is imported."""
    return dataset.official.reading if dataset.official else ""


def _takes_a_path(dataset: Dataset) -> bool:
    return dataset.import_file is None and not dataset.card.versions
