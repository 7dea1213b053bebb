"""What a sweep may ask of an imported dataset: one `prepare` for all of them."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt

from datasets import cache, columns
from datasets.badges import IDENTIFIERS
from datasets.card import Card
from datasets.choices import check_choice
from datasets.dataset import Encoding, Impute, Table
from datasets.duplicates import Duplicates, settle
from datasets.errors import DatasetError
from datasets.labels import Labels, Task
from datasets.official import SIDE, Official
from datasets.sampling import Balance, balanced, fewer

if TYPE_CHECKING:
    import pyarrow as pa

FeatureSet = Literal["no_identifiers", "all"]
MOST_FILES = 6  # that a message names
MOST_ONE_HOT = 5_000  # columns: free text has a category per row


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sweep writes beside the name of a dataset; `Preparation.prepare` explains it."""

    task: Task = "multiclass"
    features: FeatureSet = "no_identifiers"
    duplicates: Duplicates = "keep"
    rows: int | None = None
    balance: Balance = "none"
    encoding: Encoding = "ordinal"
    impute: Impute = "median"

    def __post_init__(self) -> None:
        """Refuse what nothing else looks at."""
        check_choice("features", self.features, get_args(FeatureSet))
        check_choice("encoding", self.encoding, get_args(Encoding))
        check_choice("impute", self.impute, get_args(Impute))

    def left_out(self, card: Card) -> Container[str]:
        """The columns of `card` that the chosen features do without."""
        return card.identifiers if self.features == "no_identifiers" else ()


@dataclass(frozen=True)
class Preparation:
    """The imported rows of one card."""

    official: Official

    def prepare(  # noqa: PLR0913 - the parameters of a sweep
        self,
        *,
        task: Task = "multiclass",
        features: FeatureSet = "no_identifiers",
        duplicates: Duplicates = "keep",
        rows: int | None = None,
        balance: Balance = "none",
        encoding: Encoding = "ordinal",
        impute: Impute = "median",
    ) -> Table:
        """Return the imported rows as a `Table`, in the files' order.

        task: `multiclass` has the types, sorted by name; `binary` has normal (0) and attack (1).
        features: `no_identifiers` leaves out what the card calls identifiers, which tell these very
            records apart; `all` takes every column but labels and what is never a feature, and the
            table wears a badge for the identifiers that it keeps.
        duplicates: `drop` keeps the first of the rows that are equal in the chosen features and
            the chosen task's class; `group` keeps all, but lets no split tear equal ones apart.
        rows: so many, each class its share; chosen by the content, so that preparations share
            them, and before duplicates are dropped. All by default.
        balance: `down_sample` cuts the normal class to the size of the largest attack class before
            anything else, as some studies do: the scores are then not those of real traffic.
        encoding, impute: how a model sees categories and gaps; fitted per repeat, on pool rows.

        What is left out is counted in `removed`. Raises `DatasetError` where nothing was imported
        yet, and for what cannot be had.
        """
        asked = Asked(task, features, duplicates, rows, balance, encoding, impute)
        card, reading = self.official.card, self.official.reading
        content = cache.current(card.name)
        if content is None:
            raise DatasetError(not_imported(card))
        stored = cache.load(card.name, content, _needed(card, asked))
        cache.check_reading(card.name, stored.reading, reading)
        return replace(prepared(card, stored, content, asked), reading=reading)


def prepared(card: Card, stored: cache.Stored, content: str, asked: Asked) -> Table:
    """Return the typed rows `stored`, whose columns `card` describes, as `asked`.

    Raises `DatasetError` for what cannot be had of them.
    """
    types, names = types_of(stored.table, card)
    normal = names.index(card.normal) if card.normal in names else None
    if asked.task == "binary" and normal is None:
        why = f"these rows have no class {card.normal!r}" if card.normal else "no class is normal"
        raise DatasetError(f"{card.name}: {why}, so there is no task normal against attack")
    table = _table(card, stored, content, asked.left_out(card))
    labels = Labels.of(types, names, normal=card.normal or "", task=asked.task)
    table = replace(table, y=labels.y, classes=labels.classes, strata=labels.strata)
    table = fewer(balanced(table, asked.balance, normal), asked.rows)
    table = settle(table, asked.duplicates)
    table = replace(table, encoding=asked.encoding, impute=asked.impute)
    if any(name in card.identifiers for name in (*table.number_names, *table.category_names)):
        table = replace(table, badges=(*table.badges, IDENTIFIERS))
    return _all_classes_met(_not_too_wide(table))


def _table(card: Card, stored: cache.Stored, content: str, left_out: Container[str]) -> Table:
    here, rows = set(stored.table.column_names), stored.table
    chosen = [c for c in card.features if c.name in here and c.name not in left_out]
    number_names = tuple(column.name for column in chosen if column.kind == "number")
    category_names = tuple(column.name for column in chosen if column.kind == "category")
    codes, categories = columns.categories(rows, category_names)
    nothing = np.zeros(len(rows), dtype=np.int64)
    return Table(
        numbers=columns.numbers(rows, number_names),
        number_names=number_names,
        codes=codes,
        category_names=category_names,
        categories=categories,
        y=nothing,
        classes=(),
        strata=nothing,
        content=content,
        removed=stored.removed,
        is_test=_is_test(rows),
    )


def not_imported(card: Card) -> str:
    """What to do where a dataset is not there."""
    return f"{card.name} is not imported yet; {how_to_get(card)}"


def how_to_get(card: Card) -> str:
    """The way from a card to imported rows."""
    if can_be_fetched(card):
        return f"run: fewlabels datasets fetch {card.name}"
    shown = [file.name for file in card.files[:MOST_FILES]]
    more = len(card.files) - len(shown)
    names = ", ".join(shown) + (f" and {more} more" if more else "")
    return f"get {names} from {card.source} and run: fewlabels datasets import {card.name} PATH"


def can_be_fetched(card: Card) -> bool:
    """Whether all files of its first version may be downloaded by a program."""
    return bool(card.files) and all(file.url for file in card.files)


def _needed(card: Card, asked: Asked) -> list[str]:
    """The columns to load: free text that is no feature may be larger than all the rest."""
    left_out = asked.left_out(card)
    features = [column.name for column in card.features if column.name not in left_out]
    return [*features, card.labels[0], SIDE]


def types_of(rows: pa.Table, card: Card) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    """The finest classes of imported rows: codes (n_rows,) into sorted names."""
    codes, (names,) = columns.categories(rows, [card.labels[0]])
    return codes[:, 0], names


def _is_test(rows: pa.Table) -> npt.NDArray[np.bool_] | None:
    if SIDE not in rows.column_names:
        return None
    codes, (sides,) = columns.categories(rows, [SIDE])
    if len(sides) < 2:  # noqa: PLR2004 - one of the two files was imported
        return None
    return np.asarray(codes[:, 0] == sides.index("test"))


def _not_too_wide(table: Table) -> Table:
    widths = {name: len(c) for name, c in zip(table.category_names, table.categories, strict=True)}
    if table.encoding == "one_hot" and sum(widths.values()) > MOST_ONE_HOT:
        widest = sorted(widths, key=lambda name: -widths[name])[:3]
        shown = ", ".join(f"{name} {widths[name]:,}" for name in widest)
        raise DatasetError(
            f"encoding: one_hot would make {sum(widths.values()):,} columns of the categories "
            f"(most: {shown}); {MOST_ONE_HOT:,} is the limit. Use ordinal"
        )
    return table


def _all_classes_met(table: Table) -> Table:
    if len(table.classes) < 2 or len(np.unique(table.y)) < 2:  # noqa: PLR2004
        only = ", ".join(table.classes[k] for k in np.unique(table.y))
        raise DatasetError(f"all rows are of one class, {only}; there is nothing to tell apart")
    return table
