"""Seek classes that are rare: label what fits its own class worst, one class after another.

Pelleg and Moore, "Active learning for anomaly and rare-category detection", NIPS 2004, section 2
(the hint selection that they call interleave), found to need the fewest labels until every class
is met on, among others, KDD Cup 99: a classifier cannot be uncertain about an attack that it has
never seen, and the rarest attacks are what an intrusion detector is for. Chosen over its successors
(He and Carbonell, "Nearest-neighbor-based active learning for rare category detection", NIPS 2007)
because they must be told each class's share of the pool, which nobody knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
from annotated_types import Ge

from harness.arrays import Classes, Features, Mask, Rows
from harness.strategies.query import Query

CHUNK = 2**15  # rows at a time
ROUNDING = 1e-9  # of a column's largest value
Joint = npt.NDArray[np.float64]  # (n_rows, n_components): log of weight x density


def rare_category(
    query: Query, n: int, *, rows: Annotated[int, Ge(0)] = 20_000, steps: Annotated[int, Ge(0)] = 10
) -> Rows:
    """Candidates that a mixture with one component per met class explains worst, in turns.

    Components are Gaussians with independent features (theirs are dependency trees), fitted by
    `steps` of expectation maximisation on the labelled rows, each of which belongs to its class,
    and on up to `rows` random candidates. Each candidate is owned by its likeliest component;
    components take turns, as labels come in, to name the least likely one they own. No classifier
    is asked.
    """
    drawn = query.candidates
    if len(drawn) > rows:
        drawn = np.sort(query.rng.choice(drawn, rows, replace=False))
    mixture = _fitted(query, drawn, steps)
    joint = np.concatenate(
        [
            mixture.joint(query.X[query.candidates[start : start + CHUNK]])
            for start in range(0, len(query.candidates), CHUNK)
        ]
    )
    owner = joint.argmax(axis=1)
    fit = joint[np.arange(len(joint)), owner]
    worst_first = np.lexsort((fit, owner))
    ends = np.cumsum(np.bincount(owner, minlength=joint.shape[1]))
    nexts = np.r_[0, ends[:-1]]
    turn = len(query.labelled)  # so that rounds of one row take turns, too
    chosen: list[int] = []
    while len(chosen) < n:
        of = turn % len(ends)
        turn += 1
        if nexts[of] < ends[of]:
            chosen.append(int(worst_first[nexts[of]]))
            nexts[of] += 1
    last = chosen[-1]
    query.ties.append(float(((fit == fit[last]) & (owner == owner[last])).mean()))
    return query.candidates[chosen]


@dataclass(frozen=True)
class _Mixture:
    """Gaussians with independent features, of features that are first standardised."""

    varies: Mask  # (n_features,): the others say nothing, and have no width to be measured in
    centre: npt.NDArray[np.float64]  # (n_varying,)
    width: npt.NDArray[np.float64]  # (n_varying,)
    weight: npt.NDArray[np.float64]  # (n_components,)
    mean: npt.NDArray[np.float64]  # (n_components, n_varying)
    variance: npt.NDArray[np.float64]  # (n_components, n_varying)

    def joint(self, X: Features) -> Joint:
        """Log of weight x density at each row, but for a constant."""
        return self.at((X[:, self.varies] - self.centre) / self.width)

    def at(self, Z: npt.NDArray[np.float64]) -> Joint:
        """The same at standardised rows."""
        precision = 1 / self.variance
        squared = (
            (Z**2) @ precision.T
            - 2 * Z @ (self.mean * precision).T
            + (self.mean**2 * precision).sum(axis=1)
        )
        constant = np.log(self.weight) - np.log(self.variance).sum(axis=1) / 2
        return np.asarray(constant - squared / 2)


def _fitted(query: Query, drawn: Rows, steps: int) -> _Mixture:
    n_known = len(query.labelled)
    both = np.asarray(query.X[np.r_[query.labelled, drawn]], dtype=np.float64)
    centre, width = both.mean(axis=0), both.std(axis=0)
    # Rounding leaves a constant column some width, which must not become its unit.
    varies = width > ROUNDING * np.abs(both).max(axis=0)
    centre, width = centre[varies], width[varies]
    both = (both[:, varies] - centre) / width
    share = _of_labels(query.y_labelled)
    mixture = _Mixture(varies, centre, width, *_moments(both[:n_known], share))
    for _ in range(steps):
        joint = mixture.at(both[n_known:])
        joint -= joint.max(axis=1, keepdims=True)
        owned = np.exp(joint)
        owned /= owned.sum(axis=1, keepdims=True)
        mixture = _Mixture(varies, centre, width, *_moments(both, np.vstack([share, owned])))
    return mixture


def _of_labels(y: Classes) -> npt.NDArray[np.float64]:
    """1 where a row has the class, (n_labelled, n_met)."""
    return np.asarray(y[:, np.newaxis] == np.unique(y), dtype=np.float64)


def _moments(
    Z: npt.NDArray[np.float64], share: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], ...]:
    """Weight, mean and variance of each component.

    A row of the pool's own variance is added to each: one row, or equal ones, have none.
    """
    size = share.sum(axis=0)
    mean = share.T @ Z / size[:, np.newaxis]
    variance = share.T @ Z**2 - size[:, np.newaxis] * mean**2
    return size / size.sum(), mean, (np.maximum(variance, 0) + 1) / (size[:, np.newaxis] + 1)
