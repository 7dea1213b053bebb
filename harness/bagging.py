"""A committee for a classifier that is none: fits of it on random draws of the labelled rows.

Abe and Mamitsuka, "Query learning strategies using boosting and bagging", ICML 1998
(query by bagging); the draw is Breiman's bootstrap ("Bagging predictors", Machine Learning 24,
1996). Other than there, every draw keeps a row of each class: the members would otherwise disagree
about rare classes only because some have never met them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from harness.arrays import Classes, Features, Rows, Samples
from harness.learner import Fitted, Learner
from harness.seeding import generator, integer


def bagged(learner: Learner, X: Features, y: Classes, n: int, seed: int) -> list[Fitted]:
    """`n` fits, each with a seed and a draw of its own, of (n_rows, n_features) and (n_rows,).

    A learner that continues starts anew in each of them.
    """
    members = []
    for number in range(n):
        rows = _draw(y, generator(seed, "draw", number))
        member = replace(learner, seed=integer(seed, "member", number))
        members.append(member.fit(X[rows], y[rows]))
    return members


def samples(members: list[Fitted], X: Features) -> Samples:
    """The members' probabilities, or softmax of decision values, (n_members, n_rows, n_classes)."""
    return np.stack([member.confidences(X) for member in members])


def _draw(y: Classes, rng: np.random.Generator) -> Rows:
    """As many rows as there are, ascending: one of each class, the others with replacement."""
    kept = [int(rng.choice(np.flatnonzero(y == k))) for k in np.unique(y)]
    return np.sort(np.r_[kept, rng.integers(len(y), size=len(y) - len(kept))])
