"""What is in imported rows: classes, gaps, repetitions, contradictions, constants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datasets.card import Card
from datasets.columns import categories
from datasets.fingerprints import Columns, Hashes, groups, indices, mix
from datasets.labels import Task
from datasets.official import SIDE
from datasets.preparation import types_of

if TYPE_CHECKING:
    import pyarrow as pa

SEED = 0  # of the one random split that is looked at
TEST_SHARE = 0.2

Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Repetition:
    """How often rows repeat, and contradict, one another.

    A pattern is a row without labels, identifiers, and what is never a feature: what a
    classifier sees by default.
    """

    n_rows: int
    n_duplicates: int  # rows that equal an earlier one in all columns, labels included
    n_patterns: int  # distinct
    n_conflicts: int  # patterns with rows of several classes
    n_conflict_rows: int
    ceiling: Mapping[Task, float]  # accuracy of the best answer to each pattern


@dataclass(frozen=True, slots=True)
class OfClass:
    """The rows of one class."""

    n_rows: int
    n_patterns: int
    n_alone: int  # patterns that no other class has
    n_shared: int  # rows whose pattern another class has too

    @property
    def n_repeats(self) -> int:
        """Rows that repeat an earlier one of a pattern that only this class has."""
        return self.n_rows - self.n_shared - self.n_alone


@dataclass(frozen=True, slots=True)
class Twins:
    """Test rows whose pattern is in the pool, too."""

    split: str
    n_test: int
    n_twins: int

    @property
    def share(self) -> float:
        """Of the test rows."""
        return self.n_twins / self.n_test if self.n_test else 0.0


@dataclass(frozen=True, slots=True)
class Facts:
    """Imported rows, counted."""

    classes: Mapping[str, OfClass]  # sorted by name
    missing: Mapping[str, int]  # column -> cells; every column of the rows, in order
    constants: Mapping[str, str]  # column -> the one value that all rows have; "" is missing
    whole: Repetition
    sides: Mapping[str, Repetition]  # of the official split, where both are there
    across: Codes  # (n_classes, n_classes): rows of one class whose pattern the other has too;
    # on the diagonal, rows that repeat the pattern of an earlier row of their class
    twins: tuple[Twins, ...]

    @property
    def n_rows(self) -> int:
        """All rows."""
        return self.whole.n_rows


def facts(rows: Columns, card: Card) -> Facts:
    """Count what is in the imported `rows` of `card`. One pass, a column at a time."""
    names = [name for name in rows.column_names if name != SIDE]
    types, classes = types_of(rows, card)
    features = pattern_columns(card)
    hashes = np.zeros(rows.num_rows, dtype=np.uint64)
    columns: dict[str, _Column] = {}
    for name in (name for name in names if name in features):
        columns[name] = _Column.of(rows.column(name), hashes)
    patterns = groups(hashes)
    for name in (name for name in names if name not in features):
        columns[name] = _Column.of(rows.column(name), hashes)
    seen = _Seen(types.astype(np.int64), patterns, groups(hashes), _normal(card, classes))
    sides = _sides(rows)
    across = _across_classes(seen, len(classes))
    return Facts(
        classes=_of_classes(seen, classes, across),
        missing={name: columns[name].n_missing for name in names},
        constants={n: only for n in names if (only := columns[n].only_value) is not None},
        whole=seen.repetition(),
        sides={side: seen.of(is_in).repetition() for side, is_in in sides.items()},
        across=across,
        twins=_twins(patterns, sides),
    )


def pattern_columns(card: Card) -> frozenset[str]:
    """The features that are used unless more are asked for."""
    return frozenset(c.name for c in card.features if c.name not in card.identifiers)


@dataclass(frozen=True, slots=True)
class _Seen:
    types: Codes  # (n_rows,), as are the others
    patterns: Codes
    whole: Codes  # equal rows share a number
    normal: int | None  # its type

    def of(self, kept: Mask) -> _Seen:
        return _Seen(self.types[kept], self.patterns[kept], self.whole[kept], self.normal)

    def repetition(self) -> Repetition:
        is_mixed = self.is_mixed()
        n = len(self.types)
        tasks: dict[Task, Codes] = {"multiclass": self.types}
        if self.normal is not None:
            tasks["binary"] = (self.types != self.normal).astype(np.int64)
        return Repetition(
            n_rows=n,
            n_duplicates=n - _n_distinct(self.whole),
            n_patterns=_n_distinct(self.patterns),
            n_conflicts=_n_distinct(self.patterns[is_mixed]),
            n_conflict_rows=int(is_mixed.sum()),
            ceiling={task: _ceiling(self.patterns, y) for task, y in tasks.items()},
        )

    def is_mixed(self) -> Mask:
        """Whether the pattern of each row, (n_rows,), has rows of several types."""
        one_of_them = np.zeros(int(self.patterns.max(initial=-1)) + 1, dtype=np.int64)
        one_of_them[self.patterns] = self.types
        is_other = np.zeros(len(one_of_them), dtype=bool)
        is_other[self.patterns[self.types != one_of_them[self.patterns]]] = True
        found: Mask = is_other[self.patterns]
        return found


def _n_distinct(codes: Codes) -> int:
    import pandas as pd

    return len(pd.unique(codes))


def _ceiling(patterns: Codes, y: Codes) -> float:
    import pandas as pd

    n_classes = int(y.max(initial=0)) + 1
    pairs, which = pd.factorize(patterns * n_classes + y)
    largest = np.zeros(int(patterns.max(initial=-1)) + 1, dtype=np.int64)
    np.maximum.at(largest, which // n_classes, np.bincount(pairs, minlength=len(which)))
    return float(largest.sum() / len(y)) if len(y) else 0.0


def _across_classes(seen: _Seen, n_classes: int) -> Codes:
    from scipy.sparse import csr_array

    ones = np.ones(len(seen.types), dtype=np.int64)
    shape = int(seen.patterns.max(initial=-1)) + 1, n_classes
    counts = csr_array((ones, (seen.patterns, seen.types)), shape=shape)
    counts.sum_duplicates()
    has_any = csr_array((np.ones_like(counts.data), counts.indices, counts.indptr), shape=shape)
    found: Codes = (counts.T @ has_any).toarray()
    found[np.diag_indices(n_classes)] -= has_any.sum(axis=0)
    return found


def _of_classes(seen: _Seen, classes: tuple[str, ...], across: Codes) -> dict[str, OfClass]:
    is_mixed = seen.is_mixed()
    repeats = np.diagonal(across)
    found = {}
    for k, name in enumerate(classes):
        of_it = seen.types == k
        n, n_shared = int(of_it.sum()), int((of_it & is_mixed).sum())
        n_alone = _n_distinct(seen.patterns[of_it & ~is_mixed])
        found[name] = OfClass(n, n - int(repeats[k]), n_alone, n_shared)
    return found


def _normal(card: Card, classes: tuple[str, ...]) -> int | None:
    if card.normal not in classes or len(classes) < 2:  # noqa: PLR2004 - nothing to tell apart
        return None
    return classes.index(card.normal)


@dataclass(frozen=True, slots=True)
class _Column:
    n_missing: int
    only_value: str | None

    @classmethod
    def of(cls, column: pa.ChunkedArray, hashes: Hashes) -> _Column:
        """Count, and add the column to `hashes`."""
        mix(hashes, column)
        return cls(column.null_count, _only_value(column))


def _only_value(column: pa.ChunkedArray) -> str | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.null_count:
        return "" if column.null_count == len(column) else None
    if pa.types.is_dictionary(column.type):
        codes = indices(column)
        return str(column[0].as_py()) if len(codes) and (codes == codes[0]).all() else None
    ends = pc.min_max(column).as_py()
    if ends["min"] is None or ends["min"] != ends["max"]:
        return None
    return f"{ends['min']:g}" if isinstance(ends["min"], float) else str(ends["min"])


def _sides(rows: Columns) -> dict[str, Mask]:
    if SIDE not in rows.column_names:
        return {}
    codes, (names,) = categories(rows, [SIDE])
    if len(names) < 2:  # noqa: PLR2004 - one of the two files was imported
        return {}
    return {side: codes[:, 0] == names.index(side) for side in ("train", "test")}


def _twins(patterns: Codes, sides: Mapping[str, Mask]) -> tuple[Twins, ...]:
    n = len(patterns)
    is_test = np.zeros(n, dtype=bool)
    is_test[np.random.default_rng(SEED).permutation(n)[: round(TEST_SHARE * n)]] = True
    found = [_across("random 80/20", patterns, is_test)]
    if sides:
        found.append(_across("official", patterns, sides["test"]))
    return tuple(found)


def _across(split: str, patterns: Codes, is_test: Mask) -> Twins:
    in_pool = np.zeros(int(patterns.max(initial=-1)) + 1, dtype=bool)
    in_pool[patterns[~is_test]] = True
    return Twins(split, int(is_test.sum()), int(in_pool[patterns[is_test]].sum()))
