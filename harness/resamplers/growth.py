"""Which classes an over-sampler is to grow, and with how many neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from harness.arrays import Classes, Features
from harness.resampling import Resampled


@dataclass(frozen=True, slots=True)
class Growth:
    """Every class is to reach the size of the largest, with `min(k, n_class - 1)` neighbours.

    imbalanced-learn raises if any class has fewer than k + 1 rows. Shrinking k class by class
    leaves those with enough rows as they would have been without the small ones.
    """

    target: int  # rows per class
    neighbours: dict[int, int]  # class -> neighbours, of the classes to grow
    shrunk: dict[int, int]  # the same, of those that got fewer than asked for
    single: tuple[int, ...]  # classes to grow that have one row, hence no neighbour

    @classmethod
    def of(cls, y: Classes, k: int) -> Growth:
        """Plan for labels `y` and `k` neighbours.

        >>> Growth.of(np.repeat([0, 1, 2, 3], [9, 7, 3, 1]), k=5)
        Growth(target=9, neighbours={1: 5, 2: 2}, shrunk={2: 2}, single=(3,))
        """
        counts = np.bincount(y).tolist()
        target = max(counts)
        small = {c: n for c, n in enumerate(counts) if n < target}
        neighbours = {c: min(k, n - 1) for c, n in small.items() if n > 1}
        return cls(
            target=target,
            neighbours=neighbours,
            shrunk={c: used for c, used in neighbours.items() if used < k},
            single=tuple(c for c, n in small.items() if n == 1),
        )

    def by_neighbours(self) -> Iterator[tuple[int, dict[int, int]]]:
        """Pairs of a number of neighbours and imbalanced-learn's `sampling_strategy` for it."""
        ordered = sorted(self.neighbours.items(), key=lambda item: item[1])
        for used, group in groupby(ordered, key=lambda item: item[1]):
            yield used, {c: self.target for c, _ in group}

    def result(
        self, X: Features, y: Classes, grown: Iterable[tuple[Features, Classes]]
    ) -> Resampled:
        """The rows (X, y), then the new ones by class, with a note of what was done.

        `grown` are answers of imbalanced-learn for (X, y): all rows again, then new ones.
        """
        n = len(y)
        grown = list(grown)
        X_new = np.concatenate([X[:0], *(X_after[n:] for X_after, _ in grown)])
        y_new = np.concatenate([y[:0], *(y_after[n:] for _, y_after in grown)])
        by_class = np.argsort(y_new, kind="stable")
        failed = self.neighbours.keys() - set(y_new.tolist())
        return Resampled(
            X=np.concatenate([X, X_new[by_class]]),
            y=np.concatenate([y, y_new[by_class]]),
            neighbours={c: used for c, used in self.shrunk.items() if c not in failed},
            left_alone=tuple(sorted({*self.single, *failed})),
        )
