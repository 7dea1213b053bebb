"""What a sweep may ask of an imported dataset: one `prepare` for all of them."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt

from datasets import cache, columns
from datasets.card import Card
from datasets.choices import check_choice
from datasets.dataset import Encoding, Impute, Table
from datasets.duplicates import Duplicates, settle
from datasets.errors import DatasetError
from datasets.labels import Labels, Task
from datasets.official import SIDE
from datasets.sampling import Balance, balanced, fewer

if TYPE_CHECKING:
    import pyarrow as pa

FeatureSet = Literal["no_identifiers", "all"]
MOST_ONE_HOT = 5_000  # columns: free text has a category per row


@dataclass(frozen=True)
class Preparation:
    """The imported rows of one card."""

    card: Card

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
            records apart; `all` takes every column but labels and what is never a feature.
        duplicates: `drop` keeps the first of the rows that are equal in the chosen features and
            the chosen task's class; `group` keeps all, but lets no split tear equal ones apart.
        rows: so many, each class its share; chosen by the content, so that preparations share
            them. All by default.
        balance: `down_sample` cuts the normal class to the size of the largest attack class before
            anything else, as some studies do: the scores are then not those of real traffic.
        encoding, impute: how a model sees categories and gaps; fitted per repeat, on pool rows.

        What is left out is counted in `removed`. Raises `DatasetError` where nothing was imported
        yet, and for what cannot be had.
        """
        check_choice("features", features, get_args(FeatureSet))
        check_choice("encoding", encoding, get_args(Encoding))
        check_choice("impute", impute, get_args(Impute))
        content = cache.current(self.card.name)
        if content is None:
            raise DatasetError(not_imported(self.card))
        left_out = self.card.identifiers if features == "no_identifiers" else {}
        stored = cache.load(self.card.name, content, _needed(self.card, left_out))
        types, names = types_of(stored.table, self.card)
        normal = names.index(self.card.normal) if self.card.normal in names else None
        if task == "binary" and normal is None:
            raise DatasetError(
                f"{self.card.name}: these rows have no class {self.card.normal!r}, so there is no "
                "task normal against attack"
            )
        table = self._table(stored, content, left_out)
        labels = Labels.of(types, names, normal=self.card.normal or "", task=task)
        table = replace(table, y=labels.y, classes=labels.classes, strata=labels.strata)
        table = fewer(balanced(table, balance, normal), rows)
        table = replace(settle(table, duplicates), encoding=encoding, impute=impute)
        return _all_classes_met(_not_too_wide(table))

    def _table(self, stored: cache.Stored, content: str, left_out: Container[str]) -> Table:
        here, rows = set(stored.table.column_names), stored.table
        chosen = [c for c in self.card.features if c.name in here and c.name not in left_out]
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
    names = ", ".join(file.name for file in card.files)
    return (
        f"{card.name} is not imported yet; get {names} from {card.source} and run: "
        f"fewlabels datasets import {card.name} PATH"
    )


def _needed(card: Card, left_out: Container[str]) -> list[str]:
    """The columns to load: free text that is no feature may be larger than all the rest."""
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
