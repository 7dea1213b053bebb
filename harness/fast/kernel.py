"""Decisions of a support vector machine with a Gaussian kernel, by matrix products.

libsvm (Chang and Lin, "LIBSVM: a library for support vector machines", ACM TIST 2, 2011) goes
through all features of all support vectors for each row by itself; a matrix product of blocks of
rows gives the same up to rounding, some ten times faster. How far rounding can lead is known, so
that whoever needs libsvm's own bits knows which rows to ask it about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.arrays import Classes, Features, Mask, Rows, Scores

Decisions = npt.NDArray[np.float64]

BLOCK = 512  # rows at once
UNIT = 2.0**-53  # the largest relative error of one operation
HARMLESS = 2.0**-20  # above 0, as far as rounding may take minus a squared distance
PAIR = 2  # classes: scikit-learn has one decision of two classes, a column a class of more


@dataclass(frozen=True, slots=True)
class Close:
    """What a machine says of some rows, up to rounding."""

    classes: Classes  # (n_rows,): numbers of the classes that most pairs vote for
    decisions: Decisions  # as scikit-learn's `decision_function`
    error: Scores  # (n_rows,): no decision is farther from libsvm's, where `is_sure`
    is_sure: Mask  # (n_rows,): every pair votes as libsvm's does


@dataclass(frozen=True, slots=True)
class Expansion:
    """A fitted machine of two classes or more, one against another; all in float64.

    -gamma |x - s|^2 is one product, of (2 gamma s, -gamma |s|^2, -1) with (x, 1, gamma |x|^2). With
    n features, g = gamma (|x|^2 + max |s|^2) and unit u, the sizes of its n + 2 terms add up to 2 g
    at most, so it is off by 2 (n + 2) u g for the product, u g for rounding 2 gamma s and
    (n + 2) u g for the squares, less than 3 (n + 8) u g; a kernel value by as much, and libsvm's
    own by (n + 8) u (Higham, "Accuracy and stability of numerical algorithms", 2002, section 3.1).
    A sum of m terms is off by m u times the sum of their sizes, which the weights' sizes bound.
    """

    gamma: float
    vectors: Features  # (n_vectors, n_features), class by class
    n_of_class: npt.NDArray[np.integer[Any]]  # (n_classes,): vectors
    duals: Decisions  # (n_classes - 1, n_vectors): libsvm's layout and signs
    intercepts: Decisions  # (n_pairs,)

    def close(self, X: Features) -> Close:
        """What it says of rows, (n_rows, n_features), in `BLOCK`s."""
        n, n_classes = len(X), len(self.n_of_class)
        is_pair = n_classes == PAIR
        found = Close(
            classes=np.empty(n, dtype=np.int64),
            decisions=np.empty(n if is_pair else (n, n_classes)),
            error=np.empty(n),
            is_sure=np.empty(n, dtype=bool),
        )
        weights, largest = self._weights()
        signs, as_second = self._signs()
        for at, by_pair, g in self._blocks(X):
            unit = 2 * UNIT * (3 * (X.shape[1] + 8) * g + X.shape[1] + 2 * len(self.vectors) + 32)
            # Not so where something is NaN.
            found.is_sure[at] = (np.abs(by_pair) > weights[:, np.newaxis] * unit).all(axis=0)
            found.error[at] = largest * unit + n_classes * 16 * UNIT
            # Pairs that each class wins. Where a decision is exactly 0, libsvm's predictions and
            # scikit-learn's decisions give the vote to different classes: such a row is not sure.
            votes = signs @ (by_pair > 0) + as_second
            found.classes[at] = votes.argmax(axis=0)  # the first of those that tie
            if is_pair:
                found.decisions[at] = -by_pair[0]  # scikit-learn's sign
            else:
                sums = signs @ by_pair
                found.decisions[at] = (votes + sums / (3 * (np.abs(sums) + 1))).T
        return found

    def _weights(self) -> tuple[Scores, float]:
        """Sizes of what a pair adds up, (n_pairs,); the largest sum over the pairs of a class."""
        parts = self._of_class(np.abs(self.duals))
        n_classes = len(parts)
        first, second = self._pairs()
        sums = np.array([part.sum(axis=1) for part in parts])  # (n_classes, n_classes - 1)
        sizes = sums[first, second - 1] + sums[second, first] + np.abs(self.intercepts)
        of_class = np.bincount(first, sizes, n_classes) + np.bincount(second, sizes, n_classes)
        return sizes, float(of_class.max())

    def _signs(self) -> tuple[Decisions, Decisions]:
        """How each pair counts for each class: 1 as its first, -1 as its second, 0 if in neither.

        (n_classes, n_pairs); and in how many pairs each class is second, (n_classes, 1).
        """
        first, second = self._pairs()
        classes = np.arange(len(self.n_of_class))[:, np.newaxis]
        is_first, is_second = ((classes == side).astype(np.float64) for side in (first, second))
        return is_first - is_second, is_second.sum(axis=1, keepdims=True)

    def _pairs(self) -> tuple[Rows, Rows]:
        """The first class of each pair, and the second, (n_pairs,), in libsvm's order."""
        return np.triu_indices(len(self.n_of_class), 1)

    def _of_class(self, columns: Decisions) -> list[Decisions]:
        return np.split(columns, np.cumsum(self.n_of_class)[:-1], axis=1)

    def _blocks(self, X: Features) -> Iterator[tuple[slice, Decisions, Scores]]:
        """Blocks of rows, each pair's decisions on them, (n_pairs, n_rows), and g of each row."""
        squares = self.gamma * np.einsum("ij,ij->i", self.vectors, self.vectors)
        used = np.flatnonzero(self.vectors.any(axis=0))  # others add nothing to any product
        minus_one = np.full(len(squares), -1.0)
        vectors = np.column_stack([2 * self.gamma * self.vectors[:, used], -squares, minus_one])
        farthest = squares.max()
        duals = self._of_class(self.duals)
        ends = np.cumsum(self.n_of_class)
        of_class = [slice(end - n, end) for n, end in zip(self.n_of_class, ends, strict=True)]
        first, second = self._pairs()
        for start in range(0, len(X), BLOCK):
            at = slice(start, min(start + BLOCK, len(X)))
            own = np.asarray(X[at], dtype=np.float64)
            own_squares = self.gamma * np.einsum("ij,ij->i", own, own)
            rows = np.ones((len(used) + 2, len(own)))
            rows[:-2], rows[-1] = own[:, used].T, own_squares
            g = own_squares + farthest
            exceeds = not 3 * (X.shape[1] + 8) * UNIT * g.max() < HARMLESS
            # A vector of class i counts in the pair (i, j) with entry j - 1 of its column, one of
            # class j with entry i. Class by class: what one takes stays in a processor's cache.
            kernels = (_kernel(vectors[of], rows, exceeds=exceeds) for of in of_class)
            parts = np.array([dual @ each for dual, each in zip(duals, kernels, strict=True)])
            by_pair = parts[first, second - 1] + parts[second, first]
            by_pair += self.intercepts[:, np.newaxis]
            yield at, by_pair, g


def _kernel(vectors: Decisions, rows: Decisions, *, exceeds: bool) -> Decisions:
    """Kernel values, (n_vectors, n_rows), of what makes their logarithms as products.

    `exceeds`: rounding may take a logarithm, which is 0 at most, beyond `HARMLESS`.
    """
    kernel = vectors @ rows
    if exceeds:  # an exponential might overflow
        np.minimum(kernel, 0, out=kernel)
    return np.exp(kernel, out=kernel)


class Expanding:
    """A classifier that decides as its `Expansion` does, up to rounding."""

    def expansion(self) -> Expansion:
        """Of the fitted model."""
        raise NotImplementedError


def expansion_of(model: Any) -> Expansion | None:
    """The expansion of a classifier of ours; None for another, and for what inherits from one."""
    if isinstance(model, Expanding) and "expansion" in vars(type(model)):
        return model.expansion()
    return None
