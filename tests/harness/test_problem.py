from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from datasets import ton_iot_synthetic
from harness.cell import Component, Labelling, Setting, Split, Tuning, Validation
from harness.corpus import Prepared
from harness.errors import BadSplit, UnknownName
from harness.features import twins
from harness.problem import ProblemKey, prepare
from harness.problem_cache import ProblemCache
from harness.registry import Registry
from harness.scalers import SCALERS
from harness.splits import SPLITTERS, Draw, Sides, Splitter

SETTING = Setting(
    seed=1,
    split=Split("stratified", 0.2),
    labelling=Labelling(50, "random", 50),
    tuning=Tuning(1, "macro_f1", Validation("cross_validation", 5), "defaults", 5),
    dtype="float32",
    threads=1,
)
DATASET = Component("ton_iot_synthetic", "ton")


@pytest.fixture(scope="module")
def table():
    return ton_iot_synthetic.prepare(rows=700)


def problem(table, scaler="standard", repeat=0, **setting):
    key = ProblemKey(DATASET, Component(scaler, scaler), repeat, replace(SETTING, **setting))
    return prepare(key, Prepared(DATASET, table, twins(table)), Registry())


def test_a_row_of_the_test_set_is_novel_if_no_pool_row_equals_it(table):
    made = problem(table, "none", dtype="float64")
    X_test = made.test.X[made.test.of]
    pool = {row.tobytes() for row in made.X}
    expected = [row.tobytes() not in pool for row in X_test]
    assert 0 < sum(expected) < len(expected)
    assert made.is_novel.tolist() == expected


def test_distinct_rows_stand_for_all(table):
    made = problem(table)
    np.testing.assert_array_equal(made.pool.X[made.pool.of], made.X)
    assert len(made.pool.X) == len(np.unique(made.groups)) < len(made.X)
    assert made.test.of.shape == made.y_test.shape == made.is_novel.shape


def test_scalers_share_rows_order_and_twins(table):
    one, two = problem(table, "none"), problem(table, "quantile")
    for name in ("y", "y_test", "groups", "is_novel"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


def test_preparations_share_rows_and_order(table):
    binary = problem(ton_iot_synthetic.prepare(rows=700, task="binary"))
    many = problem(table)
    np.testing.assert_array_equal(binary.X, many.X)
    normal = table.classes.index("normal")
    np.testing.assert_array_equal(binary.y == 0, many.y == normal)
    assert (binary.n_classes, many.n_classes) == (2, 10)


@pytest.mark.parametrize("scaler", ["none", "standard", "min_max", "robust", "quantile"])
def test_what_lies_in_the_test_set_changes_nothing_about_the_pool(table, scaler):
    before = problem(table, scaler)
    sides_test = np.setdiff1d(np.arange(len(table)), pool_rows(table))
    changed = replace(table, numbers=table.numbers.copy(), codes=table.codes.copy())
    changed.numbers[sides_test] = np.abs(changed.numbers[sides_test]) * 1000 + 17
    changed.codes[sides_test] = 0
    after = problem(changed, scaler)
    for name in ("X", "y", "groups"):
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name))
    np.testing.assert_array_equal(before.pool.X, after.pool.X)
    assert not np.array_equal(before.test.X, after.test.X)


def pool_rows(table):
    return SPLITTERS["stratified"].sides(table, 0.2, Draw.of(SETTING, DATASET.name, 0)).pool


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_features_have_the_sweeps_dtype(table, dtype):
    made = problem(table, dtype=dtype)
    assert made.X.dtype == made.pool.X.dtype == made.test.X.dtype == dtype


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scaler", ["none", "standard", "min_max", "robust", "quantile"])
def test_a_placeholder_beyond_float32_becomes_no_infinity_and_stays_the_largest(
    table, scaler, dtype
):
    numbers = np.tile(table.numbers[:, :1], (1, 2))
    numbers[:50] = 1.7e308, -1.7e308
    held = replace(table, numbers=np.nan_to_num(numbers, nan=0.0))
    made = problem(held, scaler, dtype=dtype)
    assert np.isfinite(made.X.astype(np.float32)).all()
    above, below = (held.numbers[pool_rows(table)] == extreme for extreme in (1.7e308, -1.7e308))
    assert above[:, 0].any()
    assert (made.X[above[:, 0], 0] == made.X[:, 0].max()).all()
    assert (made.X[below[:, 1], 1] == made.X[:, 1].min()).all()


def test_an_unknown_scaler_is_named(table):
    with pytest.raises(UnknownName, match="no scaler 'standart'; did you mean 'standard'"):
        problem(table, "standart")


def test_a_worker_keeps_the_problems_that_it_used_last(table, monkeypatch):
    cache = ProblemCache({"ton": Prepared(DATASET, table, twins(table))})
    keys = [ProblemKey(DATASET, Component("none", "none"), repeat, SETTING) for repeat in range(3)]
    first = cache.get(keys[0], Registry())
    assert cache.get(keys[0], Registry()) is first
    size = first.X.nbytes + first.pool.X.nbytes + first.test.X.nbytes
    monkeypatch.setattr("harness.problem_cache.CAPACITY_BYTES", int(2.5 * size))
    second = cache.get(keys[1], Registry())
    assert cache.get(keys[0], Registry()) is first
    cache.get(keys[2], Registry())
    assert cache.get(keys[0], Registry()) is first
    assert cache.get(keys[1], Registry()) is not second


def broken(table, sides):
    """The problem of a splitter that gives `sides`."""
    n_test = 140
    splitter = Splitter("x", lambda *_: (len(table) - n_test, n_test), lambda *_: sides)
    setting = replace(SETTING, split=Split("mine", 0.2))
    key = ProblemKey(DATASET, Component("none", "none"), 0, setting)
    registry = Registry(splitters={"mine": splitter})
    return prepare(key, Prepared(DATASET, table, twins(table)), registry)


@pytest.mark.parametrize(
    ("pool", "test", "message"),
    [
        (range(560), range(500, 700), "puts a row into both sides, or twice"),
        ([*range(559), 3], range(560, 700), "puts a row into both sides, or twice"),
        (range(560), range(561, 701), "or one that is no row"),
        (range(500), range(560, 700), "gives 500 pool and 140 test rows, but its sizes say"),
        (range(700), [], "gives 700 pool and 0 test rows"),
    ],
)
def test_a_splitter_that_breaks_its_contract_is_refused(table, pool, test, message):
    sides = Sides(np.array(pool), np.array(test, dtype=int))
    with pytest.raises(BadSplit, match=message):
        broken(table, sides)


def test_the_order_of_the_file_is_seen_by_nobody(table):
    """It is sorted by class, so a scaler or classifier that counted rows would know the labels."""
    seen = []

    class Nosy(SCALERS["none"](0).__class__):
        def transform(self, X):
            seen.append(X.copy())
            return X

    key = ProblemKey(DATASET, Component("nosy", "nosy"), 0, replace(SETTING, dtype="float64"))
    registry = Registry(scalers={"nosy": lambda _seed: Nosy()})
    made = prepare(key, Prepared(DATASET, table, twins(table)), registry)
    n_test_alone = len(np.unique(twins(table))) - len(made.pool.X)
    assert [len(X) for X in seen] == [len(made.pool.X), n_test_alone]  # twins once
    for y, of, X in ((made.y, made.pool.of, made.pool.X), (made.y_test, made.test.of, made.test.X)):
        assert abs(np.corrcoef(np.arange(len(y)), y)[0, 1]) < 0.2
        first = [int(y[of == row][0]) for row in range(len(X))]
        assert abs(np.corrcoef(np.arange(len(X)), first)[0, 1]) < 0.2


def test_what_is_shared_cannot_be_made_writable(table):
    made = problem(table)
    arrays = [made.X, made.y, made.groups, made.y_test, made.is_novel]
    for array in [*arrays, made.pool.X, made.pool.of, made.test.X, made.test.of]:
        with pytest.raises(ValueError, match="cannot set WRITEABLE"):
            array.setflags(write=True)
