"""What every entry of SCALERS promises. A new scaler is tested by being listed."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from harness.scalers import SCALERS

every_scaler = pytest.mark.parametrize("make", SCALERS.values(), ids=SCALERS.keys())
TRAPS = {
    "normal": lambda rng, n: rng.normal(size=n),
    "huge": lambda rng, n: 3.9e9 + rng.integers(-1000, 1000, size=n),
    "tiny": lambda rng, n: 1e-9 * rng.random(n),
    "constant": lambda _rng, n: np.full(n, 0.1),
    "constant_huge": lambda _rng, n: np.full(n, 3.9e9),
    "mostly_zero": lambda rng, n: np.where(rng.random(n) < 0.9, 0, rng.integers(1, 4e9, size=n)),
    "flag": lambda rng, n: rng.integers(0, 2, size=n),
}


def features(n=200, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    X = np.column_stack([column(rng, n) for column in TRAPS.values()]).astype(dtype)
    X.flags.writeable = False
    return X


@pytest.mark.parametrize(("name", "make"), SCALERS.items(), ids=SCALERS.keys())
def test_is_a_documented_function_of_its_name(name, make):
    assert make.__name__ == name
    assert name == name.lower()
    assert name.isidentifier()
    assert inspect.getdoc(make)
    assert [*inspect.signature(make).parameters] == ["seed"], "a scaler has nothing to tune"


@every_scaler
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [1, 2, 50, 1500])
def test_gives_finite_features_of_the_same_shape_and_dtype(make, dtype, n):
    X = features(n, dtype)
    scaler = make(0)
    scaler.fit(X)
    scaled = scaler.transform(X)
    assert scaled.shape == X.shape
    assert scaled.dtype == dtype
    assert np.isfinite(scaled).all()


@every_scaler
def test_takes_rows_outside_the_range_it_was_fitted_on(make):
    scaler = make(0)
    scaler.fit(features(50))
    for row in (np.full((1, len(TRAPS)), 4e9), np.full((1, len(TRAPS)), -4e9)):
        scaled = scaler.transform(row)
        assert np.isfinite(scaled).all()
        assert np.isfinite(scaled.astype(np.float32)).all()


@every_scaler
def test_treats_every_row_by_itself(make):
    X = features()
    scaler = make(0)
    scaler.fit(X)
    np.testing.assert_array_equal(scaler.transform(X)[40:60], scaler.transform(X[40:60]))


@every_scaler
def test_keeps_the_order_of_values(make):
    X = features()
    scaler = make(0)
    scaler.fit(X)
    for before, after in zip(X.T, scaler.transform(X).T, strict=True):
        assert (np.diff(after[np.argsort(before)]) >= 0).all()


@every_scaler
def test_is_a_function_of_seed_and_rows(make):
    X = features(12_000)  # beyond the rows that `quantile` draws from
    np.random.seed(0)  # noqa: NPY002 - global state must not matter
    first, second = make(7), make(7)
    first.fit(X)
    np.random.seed(1)  # noqa: NPY002
    before = np.random.get_state()  # noqa: NPY002
    second.fit(X)
    np.testing.assert_array_equal(first.transform(X), second.transform(X))
    np.testing.assert_array_equal(before[1], np.random.get_state()[1])  # noqa: NPY002


@every_scaler
def test_leaves_the_rows_alone(make):
    X = features().copy()
    scaler = make(0)
    scaler.fit(X)
    scaler.transform(X)
    np.testing.assert_array_equal(X, features())
