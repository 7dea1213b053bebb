"""What the author of a card should look at in a table, and what to write if it is so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from datasets.dataset import Table

if TYPE_CHECKING:
    import pyarrow as pa

    from datasets.cells import Texts

NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^[+-]?(?i:nan|inf|infinity)$"
MOST_SPELLINGS = 6  # that are no numbers, in a column of numbers
FEW_ROWS = 10  # among which a value per row says nothing
LOOKED_AT = 1_000_000  # rows in which a value per row is looked for: all are kept in memory
NEARLY_ALL = 0.9


class Remarks:
    """Looks for columns that are nearly numbers, and for those with another value in each row."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        """Cells that are spelt as one of `missing` are nothing."""
        self._missing = {"", *missing}
        self._words: dict[str, Counter[str]] = {}  # column -> spellings that are no numbers
        self._values: dict[str, set[str]] = {}  # column -> all, as long as each is there once
        self._n_numbers: Counter[str] = Counter()
        self._n_rows = 0

    def look(self, texts: Texts) -> None:
        """Take rows into account; all batches have the same columns."""
        if not self._n_rows:
            self._words = {name: Counter() for name in texts}
            self._values = {name: set() for name in texts}
        n = len(next(iter(texts.values())))
        for name, cells in texts.items():
            if name in self._words:
                self._look_for_words(name, cells)
            if name in self._values and self._n_rows < LOOKED_AT:
                before = len(self._values[name])
                self._values[name].update(cells.to_pylist())
                if len(self._values[name]) < before + n:
                    del self._values[name]
        self._n_rows += n

    def _look_for_words(self, name: str, cells: pa.StringArray) -> None:
        import pyarrow.compute as pc

        is_number = pc.match_substring_regex(cells, NUMBER)
        self._n_numbers[name] += pc.sum(is_number).as_py() or 0
        tally = pc.value_counts(cells.filter(pc.invert(is_number)))
        for word, n in zip(tally.field("values").to_pylist(), tally.field("counts"), strict=True):
            if word not in self._missing:
                self._words[name][word] += n.as_py()
        if len(self._words[name]) > MOST_SPELLINGS:
            del self._words[name]

    def nearly_numbers(self) -> dict[str, Counter[str]]:
        """Columns most of whose cells are numbers, and the few spellings that are none."""
        return {
            name: words
            for name, words in self._words.items()
            if 0 < words.total() < self._n_numbers[name]
        }

    def one_per_row(self) -> list[str]:
        """Columns with another value in each row."""
        return [*self._values] if self._n_rows >= FEW_ROWS else []


def alike(classes: Mapping[str, int]) -> dict[str, str]:
    """Return names that differ from another in case or blanks only -> the most frequent of those.

    >>> alike({"PROBE": 3, "probe": 7, "dos": 4})
    {'PROBE': 'probe'}
    """
    found: dict[str, str] = {}
    first: dict[str, str] = {}
    for name in sorted(classes, key=lambda name: (-classes[name], name)):
        kept = first.setdefault(" ".join(name.lower().split()), name)
        if kept != name:
            found[name] = kept
    return found


def categories_of_numbers(table: Table) -> dict[str, list[str]]:
    """Return categories nearly all of whose cells are numbers -> spellings that are none."""
    found = {}
    for j, (name, spelt) in enumerate(zip(table.category_names, table.categories, strict=True)):
        is_number = np.array([re.match(NUMBER, one) is not None for one in spelt], dtype=bool)
        cells = is_number[table.codes[table.codes[:, j] >= 0, j]]
        if not is_number.all() and len(cells) and cells.mean() > NEARLY_ALL:
            found[name] = [one for one, is_one in zip(spelt, is_number, strict=True) if not is_one]
    return found
