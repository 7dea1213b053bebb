"""What every entry of RESAMPLERS promises. A new resampler is tested by being listed."""

from __future__ import annotations

import inspect
from typing import get_type_hints

import numpy as np
import pytest

from harness.resamplers import RESAMPLERS
from harness.resampling import Resampled

every_resampler = pytest.mark.parametrize("make", RESAMPLERS.values(), ids=RESAMPLERS.keys())
COUNTS = {
    **{f"{n}_of_61": (60, n) for n in (1, 2, 6)},
    "all_sizes": (60, 1, 2, 3, 5, 6, 8),
    "smallest_first": (1, 1, 2, 60),
    "one_each": (1,) * 10,
    "one_and_one": (1, 1),
    "one_and_two": (1, 2),
    "two_and_two": (2, 2),
    "balanced": (20, 20, 20),
    "fifty_labels": (30, 9, 4, 1, 1, 1, 1, 1, 1, 1),
}
every_count = pytest.mark.parametrize("counts", COUNTS.values(), ids=COUNTS.keys())
# How far apart the classes lie, in their own widths; 0 is on top of each other.
every_gap = pytest.mark.parametrize("gap", [0, 1, 100], ids=["mixed", "touching", "apart"])


def labelled(counts, gap=1.0, dtype=np.float32, seed=0):
    """Rows and classes of the given sizes, shuffled and read-only."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    X = (rng.normal(size=(len(y), 3)) + gap * y[:, np.newaxis]).astype(dtype)
    X.flags.writeable = y.flags.writeable = False
    return X, y


def only_adds(after, X):
    return len(after.y) >= len(X) and np.array_equal(after.X[: len(X)], X)


@pytest.mark.parametrize(("name", "make"), RESAMPLERS.items(), ids=RESAMPLERS.keys())
def test_is_a_documented_function_of_its_name(name, make):
    assert make.__name__ == name
    assert name == name.lower()
    assert name.isidentifier()
    assert inspect.getdoc(make)


@every_resampler
def test_takes_a_seed_and_named_typed_parameters_with_defaults(make):
    hints = get_type_hints(make)  # what the sweep's reader checks users' values against
    parameters = [*inspect.signature(make).parameters.values()]
    assert parameters[0].name == "seed"
    for parameter in parameters[1:]:
        assert parameter.kind is parameter.KEYWORD_ONLY
        assert parameter.default is not parameter.empty
        assert parameter.name in hints


@every_resampler
@every_gap
@every_count
def test_copes_with_any_class_sizes(make, counts, gap):
    X, y = labelled(counts, gap)
    after = make(0)(X, y)
    assert isinstance(after, Resampled)
    assert after.X.shape == (len(after.y), 3)
    assert np.isfinite(after.X).all()
    grown = np.bincount(after.y, minlength=len(counts))
    assert len(grown) == len(counts)
    assert (grown > 0).all(), "lost a class"
    assert grown.max() <= max(counts) + len(counts), "adasyn rounds"
    if only_adds(after, X):
        assert (grown >= counts).all()
        assert all(grown[c] == counts[c] for c in after.left_alone)
    assert list(after.left_alone) == sorted(set(after.left_alone) & set(range(len(counts))))
    for c, used in after.neighbours.items():
        assert 1 <= used == counts[c] - 1
        assert grown[c] >= counts[c] or not only_adds(after, X)


@every_resampler
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_dtypes(make, dtype):
    after = make(0)(*labelled((30, 12, 4), dtype=dtype))
    assert after.X.dtype == dtype
    assert after.y.dtype == np.int64


@every_resampler
def test_keeps_the_order_of_rows(make):
    X, y = labelled((30, 12, 7, 1))
    after = make(0)(X, y)
    place = {row.tobytes(): i for i, row in enumerate(X)}
    found = [place[row.tobytes()] for row in after.X if row.tobytes() in place]
    first_time = list(dict.fromkeys(found))  # random_over repeats rows
    assert first_time == sorted(first_time)


@every_resampler
def test_is_a_function_of_seed_and_rows(make):
    X, y = labelled((40, 12, 7, 2, 1))
    np.random.seed(0)  # noqa: NPY002 - global state must not matter
    first = make(7)(X, y)
    np.random.seed(1)  # noqa: NPY002
    before = np.random.get_state()  # noqa: NPY002
    resample = make(7)
    resample(X, y)
    again = resample(X, y)  # a factory's product remembers nothing
    np.testing.assert_array_equal(first.X, again.X)
    np.testing.assert_array_equal(first.y, again.y)
    assert (first.neighbours, first.left_alone) == (again.neighbours, again.left_alone)
    np.testing.assert_array_equal(before[1], np.random.get_state()[1])  # noqa: NPY002


@every_resampler
def test_leaves_the_rows_alone(make):
    X, y = (array.copy() for array in labelled((40, 12, 2, 1)))
    make(0)(X, y)
    np.testing.assert_array_equal(X, labelled((40, 12, 2, 1))[0])
    np.testing.assert_array_equal(y, labelled((40, 12, 2, 1))[1])


@every_resampler
@pytest.mark.parametrize("counts", [(60, 8, 2, 1), (30, 30)])
def test_copes_with_rows_that_are_all_alike(make, counts):
    y = np.repeat(np.arange(len(counts)), counts)
    after = make(0)(np.full((len(y), 2), 3.9e9, dtype=np.float32), y)
    assert np.unique(after.y).tolist() == list(range(len(counts)))
    assert np.unique(after.X).tolist() == [np.float32(3.9e9)]
