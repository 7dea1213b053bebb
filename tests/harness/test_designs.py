# ruff: noqa: ARG001, ARG005 - signatures are what is tested here

from __future__ import annotations

import numpy as np
import pytest

from harness.designs import DESIGNS
from harness.designs.design import bound, looks_at_labels, misfit


def rng():
    return np.random.default_rng(0)


def groups(*sizes):
    of = np.repeat(np.arange(len(sizes)), sizes)
    return rng().normal(size=(len(of), 2)) + 100 * of[:, None], of


@pytest.mark.parametrize("name", ["k_means", "typiclust"])
def test_a_row_of_each_group_is_chosen_the_largest_first(name):
    X, of = groups(12, 9, 30)
    assert of[DESIGNS[name](X, 3, rng=rng())].tolist() == [2, 0, 1]


def test_k_center_begins_in_the_middle_and_goes_as_far_as_it_can():
    X = np.array([[0.0], [9.0], [4.0], [5.0], [7.0], [1.0]])
    assert DESIGNS["k_center"](X, 4).tolist() == [2, 1, 0, 4]


@pytest.mark.parametrize(
    ("n", "mix"),
    [(1, [1, 0, 0]), (2, [1, 1, 0]), (3, [1, 1, 1]), (10, [7, 2, 1]), (24, [18, 5, 1])],
)
def test_stratified_takes_of_each_class_its_share_and_at_least_one(n, mix):
    y = rng().permutation(np.repeat([0, 1, 2], [40, 10, 2]))
    rows = DESIGNS["stratified"](np.zeros((52, 1)), n, y=y)
    assert np.bincount(y[rows], minlength=3).tolist() == mix
    assert (np.diff(rows) > 0).all()


def test_stratified_takes_the_first_rows_of_a_class():
    y = np.array([0, 0, 1, 1, 0, 1])
    assert DESIGNS["stratified"](np.zeros((6, 1)), 4, y=y).tolist() == [0, 1, 2, 3]


def test_a_design_has_the_labels_of_its_own_rows_and_a_fresh_generator_each_time():
    seen = []

    def design(X, n, *, y, rng):
        seen.append((y.tolist(), rng.integers(1000)))
        return np.arange(n)

    choose = bound(design, np.array([3, 1, 2]), rng)
    assert choose(np.zeros((2, 1)), 1).tolist() == choose(np.zeros((2, 1)), 1).tolist() == [0]
    assert seen[0] == seen[1]
    assert seen[0][0] == [3, 1]


def test_only_what_asks_for_them_looks_at_labels():
    assert [name for name, design in DESIGNS.items() if looks_at_labels(design)] == ["stratified"]


RULE = "must be (X, n), and may ask for rng and y by name"


@pytest.mark.parametrize(
    ("design", "why"),
    [
        (lambda X, n: range(n), None),
        (lambda X, n, step=2, *, seed=0, rng: range(n), None),
        (lambda X: X, f"{RULE}; it takes (X)"),
        (lambda X, n, rng: range(n), f"{RULE}; it takes (X, n, rng)"),
        (lambda X, n, *, seed: range(n), f"{RULE}; nobody gives it seed"),
    ],
)
def test_what_cannot_be_called_as_a_design_is_told_why(design, why):
    assert misfit(design) == why
