"""What every entry of DESIGNS promises. A new design is tested by being listed."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from harness.designs import DESIGNS
from harness.designs.design import bound, looks_at_labels, misfit

every_design = pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS.keys())


def made(n_rows=60, seed=0):
    """Features and classes, of which class 2 is rare and class 3 is absent."""
    rng = np.random.default_rng(seed)
    y = rng.choice([0, 1, 2, 4], n_rows, p=[0.5, 0.3, 0.05, 0.15])
    return rng.normal(size=(n_rows, 5)).astype(np.float32), y


def chosen(design, X, y, n, seed=0):
    return bound(design, y, lambda: np.random.default_rng(seed))(X, n)


@pytest.mark.parametrize(("name", "design"), DESIGNS.items(), ids=DESIGNS.keys())
def test_is_a_documented_function_of_its_name(name, design):
    assert design.__name__ == name
    assert inspect.getdoc(design)
    assert misfit(design) is None


@every_design
@pytest.mark.parametrize("n", [1, 7, 60])
def test_chooses_n_distinct_rows(design, n):
    rows = chosen(design, *made(), n)
    assert rows.shape == (n,)
    assert np.issubdtype(rows.dtype, np.integer)
    assert len(set(rows.tolist())) == n
    assert set(rows.tolist()) <= set(range(60))


@every_design
def test_depends_on_what_it_is_given_alone(design):
    np.random.seed(0)  # noqa: NPY002 - global state must not matter
    first = chosen(design, *made(), 9)
    np.random.seed(1)  # noqa: NPY002
    before = np.random.get_state()  # noqa: NPY002
    np.testing.assert_array_equal(first, chosen(design, *made(), 9))
    np.testing.assert_array_equal(before[1], np.random.get_state()[1])  # noqa: NPY002


@every_design
def test_leaves_its_inputs_alone(design):
    X, y = made()
    X.flags.writeable = y.flags.writeable = False
    chosen(design, X, y, 9)


@every_design
def test_copes_with_rows_that_are_all_alike(design):
    X, y = np.ones((30, 3), dtype=np.float32), np.zeros(30, dtype=np.int64)
    assert chosen(design, X, y, 9).tolist() == [*range(9)]


@every_design
def test_sees_no_label_that_it_does_not_ask_for(design):
    X, y = made()
    other = np.random.default_rng(1).permutation(y)
    is_same = np.array_equal(chosen(design, X, y, 9), chosen(design, X, other, 9))
    assert is_same != looks_at_labels(design)
