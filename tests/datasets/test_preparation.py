"""What a sweep may ask of an imported dataset."""

from dataclasses import replace

import numpy as np
import pytest

from datasets.errors import DatasetError
from datasets.plain_table import plain_table
from datasets.sampling import balanced, fewer


@pytest.fixture
def imported(small):
    small.import_()
    return small


def test_no_label_is_a_feature(imported):
    table = imported.prepare(features="all")
    assert not {"label", "type"} & {*table.number_names, *table.category_names}
    assert len(table.number_names) + len(table.category_names) == 42


def test_identifiers_are_left_out_unless_asked_for(imported):
    table, everything = imported.prepare(), imported.prepare(features="all")
    assert set(everything.number_names) - set(table.number_names) == {"src_port", "dst_port"}
    assert set(everything.category_names) - set(table.category_names) == {"src_ip", "dst_ip"}


def test_binary_has_normal_first(imported):
    types, binary = imported.prepare(), imported.prepare(task="binary")
    assert binary.classes == ("normal", "attack")
    np.testing.assert_array_equal(binary.y == 0, types.y == types.classes.index("normal"))
    np.testing.assert_array_equal(binary.strata, types.strata)


def test_dropping_duplicates_keeps_the_first_and_counts_the_others(imported):
    kept = imported.prepare()
    dropped = imported.prepare(duplicates="drop")
    rows = [tuple(row) for row in np.column_stack([kept.numbers, kept.codes, kept.y])]
    first = [i for i, row in enumerate(rows) if row not in rows[:i]]
    np.testing.assert_array_equal(dropped.numbers, kept.numbers[first])
    np.testing.assert_array_equal(dropped.codes, kept.codes[first])
    assert dropped.removed == {"duplicates": 120 - len(first)}
    assert 20 <= 120 - len(first) < 60
    assert kept.removed == {}


def test_grouping_duplicates_keeps_all_and_ties_those_of_equal_features(imported):
    table = imported.prepare(duplicates="group")
    assert len(table) == 120
    rows = [tuple(row) for row in np.column_stack([table.numbers, table.codes])]
    for i in range(120):
        alike = [j for j in range(120) if rows[j] == rows[i]]
        assert np.flatnonzero(table.together == table.together[i]).tolist() == alike


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"task": "binry"}, "no task 'binry'; did you mean 'binary'? Known: multiclass, binary"),
        ({"features": "none"}, "no features 'none'. Known: no_identifiers, all"),
        ({"duplicates": "dropp"}, "no duplicates 'dropp'; did you mean 'drop'? Known: keep, drop"),
        ({"balance": "up"}, "no balance 'up'. Known: none, down_sample"),
        ({"encoding": "onehot"}, "no encoding 'onehot'; did you mean 'one_hot'? Known: ordinal"),
        ({"impute": "mode"}, "no impute 'mode'"),
        ({"rows": 19}, "rows: 19 is not between 20 (two of each class) and the 120 that there are"),
        ({"rows": 121}, "rows: 121 is not between 20"),
    ],
)
def test_what_cannot_be_had_is_refused_with_what_can(imported, params, message):
    with pytest.raises(DatasetError) as caught:
        imported.prepare(**params)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("rows", [20, 33, 90, 119, 120])
def test_fewer_rows_are_exactly_as_many_and_each_class_has_its_share(imported, rows):
    table = imported.prepare(rows=rows)
    counts = np.bincount(table.y)
    assert counts.sum() == len(table) == rows
    assert counts.max() - counts.min() <= 1
    assert table.removed.get("left out by rows", 0) == 120 - rows


def test_all_preparations_choose_the_same_rows(imported):
    chosen = imported.prepare(rows=40, features="all")
    for params in ({"task": "binary"}, {"encoding": "one_hot"}, {"impute": "mean"}):
        other = imported.prepare(rows=40, features="all", **params)
        np.testing.assert_array_equal(other.numbers, chosen.numbers)
        np.testing.assert_array_equal(other.strata, chosen.strata)


def skewed(counts):
    y = np.repeat(np.arange(len(counts)), counts)
    return plain_table(np.arange(len(y), dtype=float)[:, None], y.astype(str), "a" * 64, "here")


def test_no_class_vanishes_however_few_rows_are_asked_for():
    table = fewer(skewed([10_000, 500, 3, 2]), 12)
    assert np.bincount(table.y).tolist() == [6, 2, 2, 2]


def test_rows_keep_the_files_order():
    table = fewer(skewed([100, 50]), 30)
    assert (np.diff(table.numbers[:, 0]) > 0).all()


def test_down_sampling_cuts_the_normal_class_to_the_largest_attack_and_says_so():
    table = balanced(skewed([1000, 60, 9]), "down_sample", normal=0)
    assert np.bincount(table.y).tolist() == [60, 60, 9]
    assert table.removed == {"down-sampled": 940}
    assert table.badges == ("normal class down-sampled before the split",)
    assert balanced(skewed([50, 60]), "down_sample", normal=0).removed == {"down-sampled": 0}


def test_without_a_normal_class_there_is_nothing_to_cut():
    with pytest.raises(DatasetError, match="no normal class to cut down"):
        balanced(skewed([10, 10]), "down_sample", normal=None)


def test_one_hot_of_free_text_is_refused_with_the_widest_columns(imported, monkeypatch):
    from datasets import preparation

    monkeypatch.setattr(preparation, "MOST_ONE_HOT", 20)
    with pytest.raises(DatasetError, match=r"one_hot would make \d+ columns .*; 20 is the limit"):
        imported.prepare(encoding="one_hot")


def test_sides_of_the_official_split_survive_every_preparation():
    y = np.tile([0, 1], 30)
    table = plain_table(np.arange(60, dtype=float)[:, None] // 2, y.astype(str), "b" * 64, "here")
    table = replace(table, is_test=np.arange(60) < 20)
    fewer_rows = fewer(table, 30)
    kept = fewer_rows.numbers[:, 0] * 2
    np.testing.assert_array_equal(fewer_rows.is_test, kept < 20)
