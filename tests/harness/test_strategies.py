from __future__ import annotations

import numpy as np
import pytest

from harness.geometry import gaps
from harness.strategies import STRATEGIES, Query

P = np.array(
    [
        [0.50, 0.25, 0.25],
        [0.50, 0.48, 0.02],
        [0.45, 0.30, 0.25],
        [0.90, 0.05, 0.05],
    ]
)


class Model:
    def probabilities(self, rows):
        return P[rows]

    def scores(self, score, rows, n, of):  # noqa: ARG002 - every score is exact
        return score(P[rows])


def query(fit=Model):
    none = np.arange(0)
    return Query(np.zeros((4, 1)), none, none, np.arange(4), 3, np.random.default_rng(0), fit)


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("random", [0, 1, 2, 3]),
        ("least_confidence", [2, 0, 1, 3]),
        ("margin", [1, 2, 0, 3]),
        ("entropy", [2, 0, 1, 3]),
    ],
)
def test_ranks_by_its_own_idea_of_uncertainty(name, order):
    assert STRATEGIES[name](query(), 4).tolist() == order


def test_entropy_looks_at_all_classes_where_least_confidence_sees_a_tie():
    two_way = query()
    entropy = STRATEGIES["entropy"](two_way, 4).tolist()
    assert entropy.index(0) < entropy.index(1)
    assert P[0].max() == P[1].max()


def test_random_needs_no_model():
    def fit():
        pytest.fail("fitted a model")

    assert STRATEGIES["random"](query(fit), 2).tolist() == [0, 1]


def test_margin_works_without_probabilities():
    class Distances:
        def scores(self, score, rows, n, of):  # noqa: ARG002 - every score is exact
            assert of == "decisions"
            gaps = np.array([3.0, 0.1, 2.0, 0.2])[rows]
            return score(np.column_stack([-gaps, gaps]))

    assert STRATEGIES["margin"](query(Distances), 2).tolist() == [1, 3]


@pytest.mark.parametrize("chunk", [1, 7, 2**22])
@pytest.mark.parametrize("n", [1, 5, 12])
def test_k_center_is_greedy_farthest_first_whatever_the_chunks(n, chunk, monkeypatch):
    monkeypatch.setattr(gaps, "CHUNK", chunk)
    rng = np.random.default_rng(n)
    X = rng.normal(size=(40, 3)).round(1)
    labelled, candidates = np.arange(0, 20, 2), np.setdiff1d(np.arange(40), np.arange(0, 20, 2))
    asked = Query(X, labelled % 2, labelled, candidates, 2, rng, Model)
    known, expected = labelled.tolist(), []
    for _ in range(n):
        away = [min(((X[row] - X[k]) ** 2).sum() for k in known) for row in candidates]
        expected.append(int(candidates[np.argmax(away)]))
        known.append(expected[-1])
    assert STRATEGIES["k_center"](asked, n).tolist() == expected


def test_k_center_buys_each_row_once_where_all_are_equal():
    labelled, candidates = np.arange(2), np.arange(2, 12)
    asked = Query(np.ones((12, 2)), labelled, labelled, candidates, 2, None, Model)
    assert STRATEGIES["k_center"](asked, 10).tolist() == candidates.tolist()
    assert asked.ties[0] == 1.0
