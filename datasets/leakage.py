"""Which columns give the class away: an audit that knows nothing of the dataset.

The majority class of each value of a column is learned on a random half of the rows and tried on
the other; a value not met before gets the majority class of all. Numbers of many values are also
tried in ranges with equally many rows (times leak as ranges, ports as values), and the better
counts. The number of the row is tried like a column: files are often sorted by class.

What a column achieves is the share of mistakes that it removes: those of always naming the
majority class, or those that the same column leaves when the classes are shuffled, whichever are
fewer. So a class that has 99 % of the rows flatters nobody, and a column of many values gains
nothing by chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from datasets.card import Card
from datasets.fingerprints import Columns, indices
from datasets.labels import Labels, Task
from datasets.official import SIDE
from datasets.preparation import types_of

if TYPE_CHECKING:
    import pyarrow as pa

ROW_NUMBER = "(row number)"
MOST_ROWS = 500_000  # of more, that many are drawn: an estimate to three digits needs no others
MOST_RANGES = 256
ROWS_PER_RANGE = 20  # so that each has a majority worth the name
# A sensor's column that leaves a fifth of the mistakes is rarer than one that tells of the
# testbed; a third is what is worth a look.
GIVES_AWAY = 0.8
TELLS_MUCH = 1 / 3
# Standard deviations (McNemar): with 126 columns and two tasks, chance gets there on one table
# in a hundred, if it could remove a third of the mistakes at all.
SURE = 4.0
DENSE = 2**22  # cells of a table of counts

Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Grade = Literal["gives it away", "tells much", ""]


@dataclass(frozen=True, slots=True)
class Tell:
    """How well one column, or a pair, tells the class of rows that were not learned from."""

    columns: tuple[str, ...]
    task: Task
    accuracy: float
    baseline: float  # of always naming the majority class
    shuffled: float  # accuracy, the same way, after the classes were shuffled
    sureness: float  # standard deviations by which it beats the baseline
    n_values: int
    by: Literal["values", "ranges"]

    @property
    def name(self) -> str:
        """The columns as one text."""
        return " + ".join(self.columns)

    @property
    def removed(self) -> float:
        """The share of mistakes that it removes; negative where it adds some."""
        mistakes = 1 - max(self.baseline, self.shuffled)
        return 1 - (1 - self.accuracy) / mistakes if mistakes else 0.0

    @property
    def grade(self) -> Grade:
        """What to think of it."""
        if self.sureness < SURE or self.removed <= TELLS_MUCH:
            return ""
        return "gives it away" if self.removed > GIVES_AWAY else "tells much"


@dataclass(frozen=True, slots=True)
class Coding:
    """A column as numbers of its values, or of ranges of them."""

    codes: Codes  # (n_rows,)
    n: int
    by: Literal["values", "ranges"]


def role(card: Card, tell: Tell) -> str:
    """What the one column of `tell` is to the card; empty for plain features and for pairs."""
    if len(tell.columns) > 1:
        return ""
    if tell.columns == (ROW_NUMBER,):
        return "order of the file"
    of_it = {"identifier": card.identifiers, "never a feature": card.useless, "leaky": card.leaky}
    return next((word for word, names in of_it.items() if tell.columns[0] in names), "")


def audit(rows: Columns, card: Card) -> list[Tell]:
    """Try every column but the labels, and every pair of identifiers; the best first per task."""
    types, names = types_of(rows, card)
    kept = _kept(rows.num_rows)
    columns = [name for name in rows.column_names if name not in (*card.labels, SIDE)]
    exams = list(_exams(types[kept].astype(np.int64), names, card.normal))
    codings = ((name, codings_of(_chosen(rows.column(name), kept))) for name in columns)
    return _tells(exams, codings, set(card.identifiers))


def audit_texts(texts: pa.Table, label: pa.ChunkedArray, normal: str | None) -> list[Tell]:
    """Try every column of `texts`, the untouched cells of a file, against its `label` (n_rows,).

    Cells that trimming would change are tried both as they are and trimmed, so that the
    difference shows what spaces give away. All are of Arrow's dictionary type.
    """
    kept = _kept(texts.num_rows)
    whole = label.unify_dictionaries().combine_chunks()
    classes = whole.dictionary.to_pylist()
    types = indices(label)[kept]
    exams = list(_exams(types, classes, normal))
    return _tells(exams, _texts(texts, kept), set())


def _texts(texts: pa.Table, kept: Codes) -> Iterator[tuple[str, list[Coding]]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    for name in texts.column_names:
        column = _chosen(texts.column(name), kept).unify_dictionaries().combine_chunks()
        yield name, codings_of(pa.chunked_array([column]))
        trimmed = pc.utf8_trim_whitespace(column.dictionary)
        if not trimmed.equals(column.dictionary):
            cells = pc.dictionary_encode(trimmed.take(column.indices))
            yield f"{name}, trimmed", codings_of(pa.chunked_array([cells]))


def codings_of(column: pa.ChunkedArray) -> list[Coding]:
    """Return the ways to number a column: by its values and, of many numbers, by ranges.

    Missing is a value.
    """
    import pandas as pd
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        codes, distinct = pd.factorize(indices(column))
        numbers = _as_numbers(column)
    else:
        numbers = column.to_numpy().astype(np.float64)
        codes, distinct = pd.factorize(numbers, use_na_sentinel=False)
    found = [Coding(codes.astype(np.int64), len(distinct), "values")]
    return found if numbers is None else [*found, *_ranges(numbers, len(distinct))]


def _as_numbers(column: pa.ChunkedArray) -> npt.NDArray[np.float64] | None:
    """The numbers that the words are; None where one is not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = column.unify_dictionaries().combine_chunks()
    if len(whole.dictionary) <= MOST_RANGES:
        return None
    try:
        words = pc.cast(pc.utf8_trim_whitespace(whole.dictionary), pa.float64()).to_numpy()
    except pa.ArrowInvalid:
        return None
    numbers: npt.NDArray[np.float64] = np.append(words, np.nan)[indices(column)]
    return numbers


def _ranges(numbers: npt.NDArray[np.float64], n_distinct: int) -> list[Coding]:
    n_ranges = min(MOST_RANGES, len(numbers) // (2 * ROWS_PER_RANGE))
    known = numbers[np.isfinite(numbers)]
    if n_distinct <= n_ranges or n_ranges < 2 or not len(known):  # noqa: PLR2004 - one range
        return []
    edges = np.unique(np.quantile(known, np.linspace(0, 1, n_ranges + 1)[1:-1]))
    codes = np.searchsorted(edges, numbers, side="right")
    codes[np.isnan(numbers)] = len(edges) + 1
    return [Coding(codes.astype(np.int64), len(edges) + 2, "ranges")]


@dataclass(frozen=True)
class _Exam:
    task: Task
    y: Codes  # (n_rows,)
    shuffled: Codes  # (n_rows,), the same classes in another order
    is_asked: Mask  # (n_rows,): the others are learned from

    def is_right(self, coding: Coding, y: Codes) -> Mask:
        """Whether each asked row gets its class, (n_asked,)."""
        best = _majorities(coding, y, ~self.is_asked)
        found: Mask = best[coding.codes[self.is_asked]] == y[self.is_asked]
        return found

    def tell(self, columns: tuple[str, ...], codings: Sequence[Coding]) -> tuple[Tell, Coding]:
        """How well the best of `codings` does, and which it is."""
        right = [self.is_right(coding, self.y) for coding in codings]
        n_right = [int(each.sum()) for each in right]
        best = int(np.argmax(n_right))
        n_asked = len(right[best])
        simple = self.is_right(Coding(np.zeros_like(self.y), 1, "values"), self.y)
        shuffled = max(int(self.is_right(one, self.shuffled).sum()) for one in codings)
        n_differ = int((right[best] != simple).sum())
        gain = n_right[best] - int(simple.sum())
        return (
            Tell(
                columns=columns,
                task=self.task,
                accuracy=n_right[best] / n_asked,
                baseline=float(simple.mean()),
                shuffled=shuffled / n_asked,
                sureness=gain / math.sqrt(n_differ) if n_differ else 0.0,
                n_values=codings[0].n,
                by=codings[best].by,
            ),
            codings[best],
        )


def _majorities(coding: Coding, y: Codes, is_learned: Mask) -> Codes:
    """Return the class that most learned rows of each code have, (n_codes,)."""
    n_classes = int(y.max()) + 1
    learned = y[is_learned]
    of_all = np.bincount(learned, minlength=n_classes).argmax()
    cells = coding.codes[is_learned] * n_classes + learned
    best = np.full(coding.n, of_all, dtype=np.int64)
    if coding.n * n_classes <= DENSE:
        counts = np.bincount(cells, minlength=coding.n * n_classes).reshape(coding.n, n_classes)
        is_met = counts.any(axis=1)
        best[is_met] = counts[is_met].argmax(axis=1)
    else:
        met, n_met = np.unique(cells, return_counts=True)
        in_order = met[np.argsort(n_met, kind="stable")]  # the last one to be written stays
        best[in_order // n_classes] = in_order % n_classes
    return best


def _exams(types: Codes, names: Sequence[str], normal: str | None) -> Iterator[_Exam]:
    if len(types) < 2 or len(np.unique(types)) < 2:  # noqa: PLR2004 - nothing to tell apart
        return
    rng = np.random.default_rng([len(types), 1])
    is_asked = np.zeros(len(types), dtype=bool)
    is_asked[rng.permutation(len(types))[: len(types) // 2]] = True
    order = rng.permutation(len(types))
    tasks: list[Task] = ["multiclass"]
    if normal in names and len(names) > 2:  # noqa: PLR2004 - two classes are one task
        tasks.append("binary")
    for task in tasks:
        y = Labels.of(types, names, normal=normal or "", task=task).y
        yield _Exam(task, y, y[order], is_asked)


def _tells(
    exams: Sequence[_Exam], columns: Iterable[tuple[str, list[Coding]]], identifiers: set[str]
) -> list[Tell]:
    if not exams:
        return []
    n_rows = len(exams[0].y)
    found: dict[Task, list[Tell]] = {exam.task: [] for exam in exams}
    chosen: dict[tuple[str, Task], Coding] = {}
    order = _ranges(np.arange(n_rows, dtype=np.float64), n_rows)
    for name, codings in [*([(ROW_NUMBER, order)] if order else []), *columns]:
        for exam in exams:
            tell, best = exam.tell((name,), codings)
            found[exam.task].append(tell)
            if name in identifiers:
                chosen[name, exam.task] = best
    for exam in exams:
        names = [name for name, task in chosen if task == exam.task]
        for pair in combinations(names, 2):
            both = _crossed(*(chosen[name, exam.task] for name in pair))
            found[exam.task].append(exam.tell(pair, [both])[0])
    return [tell for tells in found.values() for tell in sorted(tells, key=lambda t: -t.removed)]


def _crossed(one: Coding, other: Coding) -> Coding:
    import pandas as pd

    codes, distinct = pd.factorize(one.codes * other.n + other.codes)
    return Coding(codes.astype(np.int64), len(distinct), "values")


def _kept(n_rows: int) -> Codes:
    """The rows that are looked at, ascending."""
    if n_rows <= MOST_ROWS:
        return np.arange(n_rows)
    drawn = np.random.default_rng([n_rows, 0]).choice(n_rows, MOST_ROWS, replace=False)
    return np.sort(drawn)


def _chosen(column: pa.ChunkedArray, kept: Codes) -> pa.ChunkedArray:
    return column if len(kept) == len(column) else column.take(kept)
