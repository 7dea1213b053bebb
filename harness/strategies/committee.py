"""What strategies that query a committee have in common."""

from __future__ import annotations

import numpy as np

from harness.arrays import Probabilities, Rows, Samples
from harness.strategies.query import Query, Summary


def most_disputed(query: Query, n: int, members: int, disagreement: Summary) -> Rows:
    """The `n` candidates about which the model's committee disagrees most.

    `disagreement` is a score per row, (n_rows,), of the members' probabilities, (n_members, n_rows,
    n_classes). The members hang on one number out of the query's generator.
    """
    seed = int(query.rng.integers(2**31))
    return query.lowest(-query.model.committee(query.candidates, members, seed, disagreement), n)


def vote_shares(p: Samples) -> Probabilities:
    """Share of the members that vote for each class, (n_rows, n_classes).

    A vote is the likeliest class, the first one of equals; NaN in any member's answer is NaN here.
    """
    votes = p.argmax(axis=2)
    shares = np.stack([(votes == k).mean(axis=0) for k in range(p.shape[2])], axis=1)
    shares[np.isnan(p).any(axis=(0, 2))] = np.nan
    return np.asarray(shares)
