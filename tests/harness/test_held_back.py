from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.held_back import digests
from harness.held_back import held_back as drawn


def rows(n, seed=0, n_classes=3):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 4)).astype(np.float32), rng.integers(0, n_classes, n)


def held_back(X, y, share, seed, seen=None):
    return drawn(digests(X, seed), y, share, seen)


def test_about_the_share_is_held_back_and_another_seed_holds_others():
    X, y = rows(20_000)
    held = held_back(X, y, 0.1, seed=1)
    assert held.mean() == pytest.approx(0.1, abs=0.01)
    assert (held & held_back(X, y, 0.1, seed=2)).mean() == pytest.approx(0.01, abs=0.005)


@given(n=st.integers(1, 60), more=st.integers(0, 60), seed=st.integers(0, 2**63 - 1))
def test_a_row_that_was_held_back_stays_so_while_others_are_bought(n, more, seed):
    X, y = rows(n + more)
    before, after = held_back(X[:n], y[:n], 0.3, seed), held_back(X, y, 0.3, seed)
    assert not (before & ~after[:n]).any()


@given(n=st.integers(1, 60), more=st.integers(1, 60), seed=st.integers(0, 100))
def test_what_was_trained_on_is_never_judged_by(n, more, seed):
    X, y = rows(n + more, n_classes=8)
    trained = ~held_back(X[:n], y[:n], 0.5, seed)
    after = held_back(X, y, 0.5, seed, seen=digests(X[:n], seed)[trained])
    assert not after[:n][trained].any()


def test_twins_are_on_one_side():
    X, y = rows(300, n_classes=1)
    held = held_back(np.concatenate([X, X]), np.concatenate([y, y]), 0.5, seed=0)
    np.testing.assert_array_equal(held[:300], held[300:])
    assert 0 < held.sum() < 600


@pytest.mark.parametrize("seed", range(30))
def test_copies_that_make_up_much_of_a_class_are_trained_on(seed):
    X, y = rows(200, n_classes=1)
    X[:150] = X[0]
    held = held_back(X, y, 0.1, seed)
    assert not held[:150].any()
    assert held.mean() < 0.1


@given(seed=st.integers(0, 1000), share=st.floats(0.01, 0.99))
def test_every_class_is_trained_on(seed, share):
    X, y = rows(12, seed)
    _, y = np.unique(y, return_inverse=True)
    held = held_back(X, y, share, seed)
    assert set(y[~held]) == set(y)
