"""The nearest labelled rows of every row, kept up as labels arrive.

Who votes hangs on the order of distances alone. Where rounding cannot change it, counting does what
scikit-learn's search does; where it can, or where rows of several classes are equally far, the
search decides itself, since it orders ties in a way of its own. (That way hangs on how its matrix
product rounds, which hangs on the rows that it is asked about together: the reference is its answer
to the rows that are not sure.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.arrays import Classes, Features, Mask, Probabilities, Rows, Scores

Distances = npt.NDArray[np.float64]

BLOCK = 4096  # rows at once
SPARE = 11  # neighbours kept beyond the k that vote: rows equally far are many
UNIT = 2.0**-53


class Voting:
    """A classifier whose probabilities are the shares of classes among the k nearest rows.

    By Euclidean distance, each with one vote.
    """

    n_neighbors: int

    def labelled(self) -> tuple[Features, Classes] | None:
        """The rows that it was fitted on, and their classes; None where votes are weighed."""
        raise NotImplementedError


def voting_of(model: Any) -> tuple[Features, Classes] | None:
    """What a classifier of ours remembers; None for another, and for what inherits from one."""
    if isinstance(model, Voting) and "labelled" in vars(type(model)):
        return model.labelled()
    return None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Of some rows the labelled ones that are nearest, in float64.

    |x - y|^2 is computed as |x|^2 + |y|^2 - 2 x.y, by scikit-learn's search too. With n features
    and unit u either is off by 2 (n + 8) u (|x|^2 + |y|^2) at most (Higham, "Accuracy and stability
    of numerical algorithms", 2002, section 3.1).
    """

    known: Rows  # (n_known,): the labelled pool rows that were looked at
    squares: Scores  # (n_rows,): |x|^2
    largest: float  # |y|^2 of the labelled
    distances: Distances  # (n_rows, n_kept), squared, ascending; infinite where there are no more
    classes: npt.NDArray[np.int32]  # (n_rows, n_kept)

    @classmethod
    def none(cls, X: Features, n_neighbours: int) -> Neighbours:
        """Of rows, (n_rows, n_features), before anything is labelled."""
        rows = np.asarray(X, dtype=np.float64)
        shape = len(X), n_neighbours + SPARE
        return cls(
            np.arange(0),
            np.einsum("ij,ij->i", rows, rows),
            0.0,
            np.full(shape, np.inf),
            np.zeros(shape, dtype=np.int32),
        )

    def with_rows(self, X: Features, rows: Rows, labelled: Features, y: Classes) -> Neighbours:
        """With pool rows labelled too: their features and classes, and those of all rows as `X`."""
        new = np.asarray(labelled, dtype=np.float64)
        new_squares = np.einsum("ij,ij->i", new, new)
        largest = max(self.largest, float(new_squares.max(initial=0.0)))
        distances, classes = self.distances.copy(), self.classes.copy()
        n_kept = distances.shape[1]
        for start in range(0, len(X), BLOCK):
            at = slice(start, min(start + BLOCK, len(X)))
            found = np.asarray(X[at], dtype=np.float64) @ (-2 * new.T)
            found += new_squares
            found += self.squares[at, np.newaxis]
            # What is farther than all that is kept would not be kept.
            is_nearer = ~(found.min(axis=1) > distances[at, -1])
            which = start + np.flatnonzero(is_nearer)
            both = np.hstack([distances[which], found[is_nearer]])
            order = np.argsort(both, axis=1)[:, :n_kept]
            of = np.hstack(
                [classes[which], np.broadcast_to(y.astype(np.int32), found[is_nearer].shape)]
            )
            distances[which] = np.take_along_axis(both, order, axis=1)
            classes[which] = np.take_along_axis(of, order, axis=1)
        known = np.concatenate([self.known, rows])
        return Neighbours(known, self.squares, largest, distances, classes)

    def votes(self, k: int, n_features: int, n_classes: int) -> tuple[Distances, Mask]:
        """Votes of the `k` nearest, (n_rows, n_classes), and which rows' are sure, (n_rows,)."""
        far = 8 * (n_features + 8) * UNIT * (self.squares + self.largest)
        last = self.distances[:, k - 1]
        low, high = last - far, last + far
        n_in = np.zeros(len(last), dtype=np.int64)
        n_maybe = np.zeros_like(n_in)
        votes = np.zeros((len(last), n_classes))
        of = self.classes[:, k - 1]
        is_one_class = np.ones(len(last), dtype=bool)
        each = np.arange(len(last))
        for distance, its in zip(self.distances.T, self.classes.T, strict=True):
            is_in = distance < low
            is_maybe = ~is_in & (distance <= high)
            if not (is_in.any() or is_maybe.any()):
                break
            n_in += is_in
            n_maybe += is_maybe
            is_one_class &= ~is_maybe | (its == of)
            votes[each[is_in], its[is_in]] += 1
        # Those on the edge fill what places are left: all of them, or some of one class.
        votes[each, of] += k - n_in
        is_whole = ~(self.distances[:, -1] <= high)  # nobody on the edge was dropped
        return votes, is_one_class & is_whole & (n_maybe > 0)


def shares(
    neighbours: Neighbours, X: Features, k: int, ask: Callable[[Features], Probabilities], n: int
) -> Probabilities:
    """Shares of `n` classes among the `k` nearest, (n_rows, n): `ask` where they are not sure."""
    votes, is_sure = neighbours.votes(k, X.shape[1], n)
    votes /= k
    if not is_sure.all():
        votes[~is_sure] = ask(X[~is_sure])
    return votes
