from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.dataset import Table
from harness import features
from harness.features import MISSING, UNKNOWN, encode, twins

NAN = float("nan")


def table(numbers, codes=None):
    numbers = np.array(numbers, dtype=np.float64)
    n = len(numbers)
    codes = np.empty((n, 0), np.int32) if codes is None else np.array(codes, dtype=np.int32)
    most = int(codes.max(initial=-1)) + 1
    y = np.arange(n) % 2
    return Table(
        numbers=numbers,
        number_names=tuple(f"n{j}" for j in range(numbers.shape[1])),
        codes=codes,
        category_names=tuple(f"c{j}" for j in range(codes.shape[1])),
        categories=tuple(tuple(f"v{i:02}" for i in range(most)) for _ in range(codes.shape[1])),
        y=y,
        classes=("a", "b"),
        strata=y,
        content="",
    )


def test_gaps_are_filled_with_the_pools_median():
    given_ = table([[1.0], [3.0], [NAN], [100.0], [NAN]])
    assert encode(given_, np.array([0, 1, 2]))[:, 0].tolist() == [1, 3, 2, 100, 2]


def test_a_column_without_any_value_becomes_0():
    assert encode(table([[NAN], [NAN], [5.0]]), np.array([0, 1]))[:, 0].tolist() == [0, 0, 5]


def test_categories_are_ranked_among_the_pools():
    codes = [[7], [2], [-1], [4], [7], [9]]
    given_ = table(np.zeros((6, 1)), codes)
    encoded = encode(given_, np.array([0, 1, 2]))[:, 1]
    assert encoded.tolist() == [2, 1, MISSING, UNKNOWN, 2, UNKNOWN]
    assert (MISSING, UNKNOWN) == (0, -1)


def test_a_category_that_is_missing_everywhere_is_missing():
    assert encode(table([[0.0]] * 2, [[-1], [-1]]), np.array([0]))[:, 1].tolist() == [0, 0]


@pytest.mark.parametrize("at_once", [1, 3, 7, 2**12])
def test_gaps_are_found_in_whichever_part_they_lie(monkeypatch, at_once):
    monkeypatch.setattr(features, "AT_ONCE", at_once)
    numbers = np.arange(21, dtype=float).reshape(7, 3)
    numbers[0, 0] = numbers[6, 2] = NAN
    expected = numbers.copy()
    expected[0, 0], expected[6, 2] = 10.5, 9.5  # medians of the other six
    np.testing.assert_array_equal(encode(table(numbers), np.arange(7)), expected)
    chosen = np.array([6, 2, 0, 0, 5])
    np.testing.assert_array_equal(encode(table(numbers), np.arange(7), chosen), expected[chosen])


values = st.sampled_from([0.0, -0.0, 1.0, 2.5, NAN])
small_tables = st.integers(2, 12).flatmap(
    lambda n: st.tuples(
        st.lists(st.tuples(values, values), min_size=n, max_size=n),
        st.lists(st.tuples(st.integers(-1, 3)), min_size=n, max_size=n),
    )
)


@given(small_tables, st.data())
def test_what_lies_in_the_test_set_changes_no_pool_feature(columns, data):
    before = table(*columns)
    n = len(before)
    pool = np.array(sorted(data.draw(st.sets(st.integers(0, n - 1), min_size=1, max_size=n - 1))))
    test = np.setdiff1d(np.arange(n), pool)
    after = table(before.numbers.copy(), before.codes.copy())
    after.numbers[test] = 1e9
    after.codes[test] = 3
    np.testing.assert_array_equal(encode(before, pool)[pool], encode(after, pool)[pool])


@given(small_tables, st.sampled_from(["ordinal", "one_hot"]), st.data())
def test_some_rows_that_have_every_category_of_the_pool_say_as_much_as_all(columns, encoding, data):
    given_ = replace(table(*columns), encoding=encoding)
    rows = np.array(data.draw(st.permutations(range(len(given_)))))
    pool = rows[: data.draw(st.integers(1, len(rows)))]
    kinds = pool[np.unique(given_.codes[pool, 0], return_index=True)[1]]
    np.testing.assert_array_equal(
        encode(given_, pool, rows, kinds=kinds), encode(given_, pool)[rows]
    )


@given(small_tables)
def test_twins_are_rows_that_are_equal_in_everything(columns):
    given_ = table(*columns)
    groups = twins(given_)
    seen = {}
    for row, group in enumerate(groups):
        whole = (*given_.numbers[row], *given_.codes[row])
        key = tuple("missing" if value != value else value + 0.0 for value in whole)  # noqa: PLR0124
        assert seen.setdefault(key, group) == group
    assert len(set(seen.values())) == len(seen)
    first = {group: row for row, group in reversed(list(enumerate(groups)))}
    assert sorted(first, key=first.__getitem__) == list(range(len(first)))


def test_twins_are_encoded_alike():
    given_ = table([[NAN, 1.0], [0.0, 1.0], [NAN, 1.0]], [[-1], [2], [-1]])
    assert twins(given_).tolist() == [0, 1, 0]
    encoded = encode(given_, np.array([0, 1]))
    assert encoded[0].tolist() == encoded[2].tolist()


@pytest.mark.parametrize(("impute", "expected"), [("median", 2.0), ("mean", 4.0), ("zero", 0.0)])
def test_gaps_are_filled_as_asked_with_what_the_pool_says(impute, expected):
    numbers = np.array([[1.0], [2.0], [9.0], [np.nan], [1000.0]])
    filled = encode(replace(table(numbers), impute=impute), np.arange(3))
    assert filled[3, 0] == expected


def test_a_columns_mean_has_the_same_bits_whatever_other_columns_lack():
    numbers = np.random.default_rng(0).normal(0, 1e3, size=(5000, 3))
    numbers[0, 1] = np.nan
    alone = encode(replace(table(numbers), impute="mean"), np.arange(4000))[0, 1]
    numbers[1, 2] = np.nan
    assert encode(replace(table(numbers), impute="mean"), np.arange(4000))[0, 1] == alone


def test_one_hot_has_a_column_for_each_category_of_the_pool_and_one_for_its_gaps():
    codes = np.array([[2], [0], [-1], [1], [2]], dtype=np.int32)
    made = replace(table(np.zeros((5, 0)), codes), encoding="one_hot")
    assert encode(made, np.array([0, 1])).tolist() == [[0, 1], [1, 0], [0, 0], [0, 0], [0, 1]]
    assert encode(made, np.array([0, 2])).tolist() == [[0, 1], [0, 0], [1, 0], [0, 0], [0, 1]]
