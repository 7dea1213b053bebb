from __future__ import annotations

import numpy as np
import pytest

from harness.strategies import STRATEGIES, Query
from harness.strategies.bald import mutual_information
from harness.strategies.committee import vote_shares


class Committee:
    """A model that is nothing but the answers of its members."""

    def __init__(self, p):
        self.p = np.asarray(p, dtype=float)  # (n_members, n_rows, n_classes)

    def committee(self, rows, n, seed, summary):  # noqa: ARG002 - as many as there are
        return summary(self.p[:, rows])


def chosen(name, p):
    n_rows, n_classes = np.shape(p)[1:]
    none = np.arange(0)
    asked = Query(
        X=np.zeros((n_rows, 1)),
        y_labelled=none,
        labelled=none,
        candidates=np.arange(n_rows),
        n_classes=n_classes,
        rng=np.random.default_rng(0),
        fit=lambda: Committee(p),
    )
    return STRATEGIES[name](asked, n_rows).tolist(), asked


def of_votes(*by_row):
    """Four members, each sure of the class that it votes for."""
    return np.eye(3)[np.array(by_row).T]


VOTES = of_votes([0, 0, 0, 0], [0, 0, 1, 1], [2, 0, 0, 0], [0, 0, 1, 2])


def test_vote_entropy_ranks_by_how_votes_are_spread():
    # 0, log 2, 0.56, 1.04 nats
    assert chosen("vote_entropy", VOTES)[0] == [3, 1, 2, 0]


def test_variation_ratio_ranks_by_the_largest_faction_alone():
    # 0, 1/2, 1/4, 1/2: rows 1 and 3 tie
    assert chosen("variation_ratio", VOTES)[0] == [1, 3, 2, 0]


AGREED = [[0.5, 0.5], [0.5, 0.5]]  # by row: hard, and both members say so
TORN = [[0.9, 0.1], [0.1, 0.9]]  # the same mean
SURE = [[0.9, 0.1], [0.9, 0.1]]


def by_row(*rows):
    return np.array(rows).swapaxes(0, 1)


def test_consensus_entropy_sees_the_mean_only():
    order, asked = chosen("consensus_entropy", by_row(SURE, TORN, AGREED))
    assert order == [1, 2, 0]
    assert asked.ties == [pytest.approx(1 / 3)]


def test_divergence_from_the_consensus_is_of_those_who_are_torn():
    order, _ = chosen("qbc_kl", by_row(AGREED, SURE, TORN))
    assert order == [2, 0, 1]


def test_the_divergence_is_the_mean_over_members_of_that_to_their_mean():
    p = np.random.default_rng(1).dirichlet(np.ones(4), size=(5, 30))
    mean = p.mean(axis=0)
    divergence = (p * np.log(p / mean)).sum(axis=2).mean(axis=0)
    np.testing.assert_allclose(mutual_information(p), divergence)


def test_members_who_know_nothing_of_a_row_have_no_vote():
    p = VOTES.copy()
    p[1, 2, 0] = np.nan
    assert np.isnan(vote_shares(p)).all(axis=1).tolist() == [False, False, True, False]
    assert vote_shares(p)[3].tolist() == [0.5, 0.25, 0.25]
