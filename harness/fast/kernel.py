"""Decisions of a support vector machine with a Gaussian kernel, by matrix products.

libsvm (Chang and Lin, "LIBSVM: a library for support vector machines", ACM TIST 2, 2011) goes
through all features of all support vectors for each row by itself; a matrix product of blocks of
rows gives the same up to rounding, some ten times faster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from harness.arrays import Classes, Features, Mask

Decisions = npt.NDArray[np.float64]

BLOCK = 2048  # rows at once
FAR = 1024.0  # gamma |x|^2 of a row, beyond which rounding may be seen
CLOSE = 2.0**-38  # of a decision to 0, in units of its weights' sum: some ten times the rounding


@dataclass(frozen=True, slots=True)
class Expansion:
    """A fitted machine of two classes or more, one against another; all in float64.

    |x - s|^2 is computed as |x|^2 + |s|^2 - 2 x.s, so the kernel is off by some 2^-52 times gamma
    |x|^2 at most. Rows for which that is much, and those whose decision in some pair is so close to
    0 that rounding might change the winner, are left to libsvm: who wins is what it says. Decisions
    may differ from its own in their last bits. Where two rows' tie there, or nearly, the order that
    these numbers give is the reference.

    Takes `BLOCK` x (n_vectors + n_features) numbers of memory.
    """

    gamma: float
    vectors: Features  # (n_vectors, n_features), class by class
    weights: Decisions  # (n_pairs, n_vectors): in the decision of each pair of classes
    intercepts: Decisions  # (n_pairs,)
    n_classes: int

    @classmethod
    def of(
        cls,
        gamma: float,
        vectors: Features,
        n_of_class: npt.NDArray[np.integer],
        duals: Decisions,
        intercepts: Decisions,
    ) -> Expansion:
        """From what libsvm keeps: `duals` is (n_classes - 1, n_vectors), its own layout.

        A vector of class i counts in the pair (i, j) with entry j - 1 of its column, one of class j
        with entry i.
        """
        n_classes = len(n_of_class)
        ends = np.cumsum(n_of_class)
        of_class = [slice(end - n, end) for end, n in zip(ends, n_of_class, strict=True)]
        pairs = list(combinations(range(n_classes), 2))
        weights = np.zeros((len(pairs), len(vectors)))
        for pair, (i, j) in enumerate(pairs):
            weights[pair, of_class[i]] = duals[j - 1, of_class[i]]
            weights[pair, of_class[j]] = duals[i, of_class[j]]
        return cls(gamma, vectors, weights, intercepts, n_classes)

    def votes(self, X: Features, libsvm: Callable[[Features], Classes]) -> Classes:
        """The class that wins most of its pairs, the first of those that tie, (n_rows,).

        In a pair (i, j) a decision above 0 is a vote for i, any other for j, as in libsvm.
        """
        found = np.empty(len(X), dtype=np.int64)
        for block, decisions, is_sure in self._blocks(X):
            votes = np.zeros((self.n_classes, decisions.shape[1]), dtype=np.int64)
            for own, (i, j) in zip(decisions, combinations(range(self.n_classes), 2), strict=True):
                for_first = own > 0
                votes[i] += for_first
                votes[j] += ~for_first
            found[block] = votes.argmax(axis=0)
            if not is_sure.all():
                found[block][~is_sure] = libsvm(X[block][~is_sure])
        return found

    def decisions(self, X: Features, libsvm: Callable[[Features], Decisions]) -> Decisions:
        """As scikit-learn has them: (n_rows,) for two classes, else (n_rows, n_classes).

        Two classes: above 0 for the second. More: the pairs that a class wins (0 is a win of the
        first of a pair), plus c / (3 (|c| + 1)) with c the sum of its decisions, which orders the
        classes that win equally many.
        """
        is_binary = self.n_classes == 2  # noqa: PLR2004
        found = np.empty(len(X) if is_binary else (len(X), self.n_classes))
        for block, decisions, is_sure in self._blocks(X):
            found[block] = -decisions[0] if is_binary else self._by_class(decisions)
            if not is_sure.all():
                found[block][~is_sure] = libsvm(X[block][~is_sure])
        return found

    def _by_class(self, decisions: Decisions) -> Decisions:
        wins = np.zeros((self.n_classes, decisions.shape[1]))
        sums = np.zeros_like(wins)
        for own, (i, j) in zip(decisions, combinations(range(self.n_classes), 2), strict=True):
            sums[i] += own
            sums[j] -= own
            for_second = own < 0
            wins[j] += for_second
            wins[i] += ~for_second
        return np.asarray((wins + sums / (3 * (np.abs(sums) + 1))).T)

    def _blocks(self, X: Features) -> Iterator[tuple[slice, Decisions, Mask]]:
        """Blocks of rows, each pair's decisions on them, (n_pairs, n_rows), and whether all hold.

        They do not for rows with NaN or infinities.
        """
        vectors = -2 * self.gamma * self.vectors
        squares = self.gamma * np.einsum("ij,ij->i", self.vectors, self.vectors)
        close = CLOSE * np.abs(self.weights).sum(axis=1, keepdims=True)
        for start in range(0, len(X), BLOCK):
            block = slice(start, min(start + BLOCK, len(X)))
            rows = np.asarray(X[block], dtype=np.float64)
            own_squares = self.gamma * np.einsum("ij,ij->i", rows, rows)
            kernel = vectors @ rows.T  # (n_vectors, n_rows)
            kernel += squares[:, np.newaxis]
            kernel += own_squares
            np.maximum(kernel, 0, out=kernel)  # a distance, whatever rounding says
            np.negative(kernel, out=kernel)
            np.exp(kernel, out=kernel)
            decisions = self.weights @ kernel
            decisions += self.intercepts[:, np.newaxis]
            yield block, decisions, (own_squares <= FAR) & (np.abs(decisions) > close).all(axis=0)
