from __future__ import annotations

import numpy as np
import pytest

from harness.geometry import points
from harness.geometry.points import Points

ROWS = np.array([[1, 2], [0, 5], [1, 2], [3, 3], [0, 5], [1, 2]], dtype=np.float32)


@pytest.fixture(params=["digests", "one digest for all"])
def hashed(request, monkeypatch):
    if request.param != "digests":
        one = lambda bits: np.zeros(len(bits), dtype=np.uint64)  # noqa: E731
        monkeypatch.setattr(points, "_digests", one)


@pytest.mark.usefixtures("hashed")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equal_rows_are_one_point(dtype):
    X = ROWS.astype(dtype)
    found = Points.of_rows(X)
    assert sorted(found.first.tolist()) == [0, 1, 3]
    np.testing.assert_array_equal(found.X[found.of], X)
    assert dict(zip(found.first.tolist(), found.n_rows.tolist(), strict=True)) == {0: 3, 1: 2, 3: 1}
    assert found.X.dtype == np.float64


@pytest.mark.usefixtures("hashed")
def test_points_lie_in_the_same_order_however_the_rows_do():
    X = np.random.default_rng(0).normal(size=(500, 4)).round(1)
    order = np.random.default_rng(1).permutation(len(X))
    np.testing.assert_array_equal(Points.of_rows(X).X, Points.of_rows(X[order]).X)


def test_chunks_change_nothing(monkeypatch):
    X = np.random.default_rng(0).normal(size=(50, 4))
    whole = Points.of_rows(X)
    monkeypatch.setattr(points, "CHUNK", 9)
    np.testing.assert_array_equal(Points.of_rows(X).X, whole.X)


def test_minus_zero_is_zero():
    assert len(Points.of_rows(np.array([[0.0], [-0.0]]))) == 1


def test_points_among_rows_are_those_that_any_of_them_are():
    found = Points.of_rows(ROWS)
    at, rows = found.among(np.array([False, False, True, False, True, True]))
    assert sorted(rows.tolist()) == [2, 4]
    np.testing.assert_array_equal(found.X[at], ROWS[rows])
