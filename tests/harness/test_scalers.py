from __future__ import annotations

import numpy as np
import pytest

from harness.scalers import SCALERS


def scaled(name, column):
    X = np.asarray(column, dtype=np.float64)[:, np.newaxis]
    scaler = SCALERS[name](0)
    scaler.fit(X)
    return scaler.transform(X).ravel()


def test_none_hands_on_the_very_array():
    X = np.zeros((3, 2))
    assert SCALERS["none"](0).transform(X) is X


def test_min_max_spans_0_to_1():
    assert scaled("min_max", [3.9e9 - 100, 3.9e9 - 50, 3.9e9]).tolist() == [0, 0.5, 1]


IGNORES_COUNTS = [
    name for name, make in sorted(SCALERS.items()) if hasattr(make(0), "ignores_counts")
]


@pytest.mark.parametrize("name", IGNORES_COUNTS)
def test_a_scaler_that_ignores_counts_learns_the_same_of_each_different_row_once(name):
    once = np.random.default_rng(0).normal(size=(9, 3))
    scaler, other = SCALERS[name](0), SCALERS[name](0)
    scaler.fit(once)
    other.fit(once[[0, 0, 0, *range(9), 4, 4, 7]])
    assert scaler.transform(once).tobytes() == other.transform(once).tobytes()


def test_standard_has_mean_0_and_deviation_1():
    values = scaled("standard", [3.9e9 + i for i in range(10)])
    assert values.mean() == pytest.approx(0, abs=1e-9)
    assert values.std() == pytest.approx(1)


def test_robust_divides_by_the_quartile_distance():
    assert scaled("robust", [0, 1, 2, 3, 4]).tolist() == [-1, -0.5, 0, 0.5, 1]


def test_robust_only_shifts_a_column_whose_quartiles_coincide():
    assert scaled("robust", [7, 7, 7, 7, 1007]).tolist() == [0, 0, 0, 0, 1000]


def test_quantile_gives_ranks():
    assert scaled("quantile", [0, 1, 10, 1e9]) == pytest.approx([0, 1 / 3, 2 / 3, 1])


@pytest.mark.parametrize("name", ["min_max", "standard", "robust", "quantile"])
def test_constant_columns_become_0(name):
    assert scaled(name, [3.9e9] * 20).tolist() == [0] * 20
