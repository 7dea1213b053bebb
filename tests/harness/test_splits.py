from __future__ import annotations

import numpy as np
import pytest

from datasets import ton_iot_synthetic
from harness.cell import Split
from harness.splits import sizes, split

HOW = Split("stratified", 0.2)


@pytest.fixture(scope="module")
def multiclass():
    return ton_iot_synthetic.prepare(rows=700)


def test_pool_and_test_share_out_the_rows(multiclass):
    sides = split(multiclass, HOW, 1, "d", 0)
    rows = np.concatenate([sides.pool, sides.test])
    assert sorted(rows.tolist()) == list(range(len(multiclass)))
    assert (len(sides.pool), len(sides.test)) == sizes(multiclass, HOW)
    assert (np.diff(sides.test) > 0).all()


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2, 0.25, 0.3, 1 / 3, 0.5, 0.7])
def test_the_sizes_are_known_before_the_split(multiclass, share):
    how = Split("stratified", share)
    sides = split(multiclass, how, 1, "d", 0)
    assert (len(sides.pool), len(sides.test)) == sizes(multiclass, how)


def test_two_preparations_of_one_dataset_share_split_and_order(multiclass):
    binary = ton_iot_synthetic.prepare(rows=700, task="binary")
    one, two = (split(table, HOW, 1, "d", 3) for table in (multiclass, binary))
    np.testing.assert_array_equal(one.pool, two.pool)
    np.testing.assert_array_equal(one.test, two.test)


def test_every_finest_class_has_its_share_on_both_sides(multiclass):
    sides = split(multiclass, HOW, 1, "d", 0)
    whole = np.bincount(multiclass.strata)
    assert (np.abs(np.bincount(multiclass.strata[sides.test]) - 0.2 * whole) <= 1).all()


def test_the_pool_lies_in_random_order(multiclass):
    pool = split(multiclass, HOW, 1, "d", 0).pool
    first = np.bincount(multiclass.strata[pool[:280]], minlength=10) / 280
    whole = np.bincount(multiclass.strata[pool], minlength=10) / len(pool)
    assert np.abs(first - whole).max() < 0.1
    assert abs(np.corrcoef(np.arange(len(pool)), pool)[0, 1]) < 0.2


@pytest.mark.parametrize("other", [(2, "d", 0), (1, "e", 0), (1, "d", 1)])
def test_seed_dataset_and_repeat_give_other_splits(multiclass, other):
    one, two = split(multiclass, HOW, 1, "d", 0), split(multiclass, HOW, *other)
    assert set(one.test) != set(two.test)
    assert one.pool.tolist() != two.pool.tolist()
