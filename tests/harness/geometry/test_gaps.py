from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from harness.geometry import gaps
from harness.geometry.gaps import Gaps, upper_bounds

SCALES = st.sampled_from([1e-6, 1.0, 1e9, 1e36])


@given(st.integers(0, 1000), SCALES, SCALES)
def test_a_bound_is_no_less_than_the_distance_and_hardly_more(seed, one, other):
    rng = np.random.default_rng(seed)
    X, centres = (rng.normal(size=(n, 3)) * [one, other, 1.0] for n in (20, 6))
    exact = cdist(X, centres, "sqeuclidean").min(axis=1)
    above = upper_bounds(X, centres) - exact
    assert (above >= 0).all()
    assert above.max() <= 1e-12 * (X**2).sum(axis=1).max() + 1e-12 * (centres**2).sum(axis=1).max()


@pytest.mark.parametrize("copies", [1, 5])
def test_the_highest_scores_and_their_ties_are_those_of_all_distances(copies, monkeypatch):
    monkeypatch.setattr(gaps, "NARROW", 3)
    rng = np.random.default_rng(copies)
    X = np.repeat(rng.normal(size=(30, 2)).round(1), copies, axis=0)
    centres, found = X[:2], Gaps(X, X[:2])
    for _ in range(40):
        exact = cdist(X, centres, "sqeuclidean").min(axis=1)
        scores = found.exact_at_the_top(lambda gap: gap)
        best = scores.max()
        assert best == exact.max()
        assert (scores == best).tolist() == (exact == best).tolist()
        row = int(scores.argmax())
        found.add(row)
        centres = np.vstack([centres, X[row]])


def test_few_rows_are_compared_with_all_centres(monkeypatch):
    monkeypatch.setattr(gaps, "NARROW", 1)
    compared = []
    monkeypatch.setattr(Gaps, "_make_exact", _counting(Gaps._make_exact, compared))
    X = np.random.default_rng(0).normal(size=(500, 3))
    found = Gaps(X, X[:50])
    for _ in range(10):
        found.add(int(found.exact_at_the_top(lambda gap: gap).argmax()))
    assert sum(compared) <= 30


def _counting(make_exact, compared):
    def counted(self, rows):
        compared.append(len(rows))
        make_exact(self, rows)

    return counted
