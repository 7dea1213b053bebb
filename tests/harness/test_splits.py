from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from datasets import ton_iot_synthetic
from datasets.duplicates import settle
from datasets.plain_table import plain_table
from harness.cell import Labelling, Setting, Split, Tuning, Validation
from harness.errors import Dropped, Unsplittable
from harness.splits import SPLITTERS, Draw

TUNING = Tuning(1, "macro_f1", Validation("cross_validation", folds=5), "defaults", 1)
SETTING = Setting(1, Split("stratified", 0.2), Labelling(50, "random", 50), TUNING, "float32", 1)
STRATIFIED, REBENCHMARK = SPLITTERS["stratified"], SPLITTERS["rebenchmark_2025"]


@pytest.fixture(scope="module")
def multiclass():
    return ton_iot_synthetic.prepare(rows=700)


def draw(seed=1, dataset="d", repeat=0, seeds=()):
    setting = replace(SETTING, seed=seed, split=Split("stratified", 0.2, seeds))
    return Draw.of(setting, dataset, repeat)


DRAWN = {name: splitter for name, splitter in SPLITTERS.items() if splitter.takes_share}
every_splitter = pytest.mark.parametrize("splitter", DRAWN.values(), ids=DRAWN.keys())


@every_splitter
@pytest.mark.parametrize("share", [0.05, 0.1, 0.2, 0.25, 0.3, 1 / 3, 0.4, 0.5, 0.7])
def test_pool_and_test_share_out_the_rows_in_sizes_known_before(splitter, share, multiclass):
    sides = splitter.sides(multiclass, share, draw())
    rows = np.concatenate([sides.pool, sides.test])
    assert sorted(rows.tolist()) == list(range(len(multiclass)))
    assert (len(sides.pool), len(sides.test)) == splitter.sizes(multiclass, share)
    assert (np.diff(sides.test) > 0).all()


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2, 0.25, 0.3, 1 / 3, 0.4, 0.5, 0.7])
@pytest.mark.parametrize("n_strata", [1, 2, 3, 7, 10])
def test_stratified_takes_the_rows_that_scikit_learn_takes(multiclass, share, n_strata):
    rng = np.random.default_rng(n_strata)
    for repeat in range(20):
        # Of few sizes, so that remainders tie; not all numbers occur.
        counts = rng.choice([2, 3, 9, 21, 40, 70], n_strata)
        strata = rng.permutation(np.repeat(2 * np.arange(n_strata), counts))
        table = replace(multiclass.rows(np.arange(len(strata)), "test"), strata=strata)
        seed = draw(repeat=repeat).seed
        try:
            pool, test = train_test_split(
                np.arange(len(table)), test_size=share, random_state=seed, stratify=strata
            )
        except ValueError:
            with pytest.raises(Unsplittable):
                STRATIFIED.sizes(table, share)
            continue
        sides = STRATIFIED.sides(table, share, draw(repeat=repeat))
        assert (sorted(sides.pool), sides.test.tolist()) == (sorted(pool), sorted(test))


@pytest.mark.parametrize("n_strata", [255, 256, 257])
def test_a_stratum_is_told_from_each_other_however_many_there_are(multiclass, n_strata):
    strata = np.arange(len(multiclass)) % n_strata
    table = replace(multiclass, strata=strata)
    pool, test = train_test_split(
        np.arange(len(table)), test_size=0.4, random_state=draw().seed, stratify=strata
    )
    sides = STRATIFIED.sides(table, 0.4, draw())
    assert (sorted(sides.pool), sides.test.tolist()) == (sorted(pool), sorted(test))
    assert set(strata[sides.pool]) == set(strata[sides.test]) == set(range(n_strata))


def outcome(splitter, table, share, repeat):
    try:
        sides = splitter.sides(table, share, draw(repeat=repeat))
    except Dropped as reason:
        return str(reason)
    return sides.pool.tolist(), sides.test.tolist()


@every_splitter
@pytest.mark.parametrize("share", [0.2, 0.9])
def test_two_preparations_of_one_dataset_share_split_order_and_what_is_dropped(
    splitter, share, multiclass
):
    binary = ton_iot_synthetic.prepare(rows=700, task="binary")
    for repeat in range(8):
        one, two = (outcome(splitter, table, share, repeat) for table in (multiclass, binary))
        assert one == two


@every_splitter
def test_the_pool_lies_in_random_order(splitter, multiclass):
    pool = splitter.sides(multiclass, 0.2, draw()).pool
    first = np.bincount(multiclass.strata[pool[:280]], minlength=10) / 280
    whole = np.bincount(multiclass.strata[pool], minlength=10) / len(pool)
    assert np.abs(first - whole).max() < 0.1
    assert abs(np.corrcoef(np.arange(len(pool)), pool)[0, 1]) < 0.2


@every_splitter
@pytest.mark.parametrize("other", [(2, "d", 0), (1, "e", 0), (1, "d", 1)])
def test_seed_dataset_and_repeat_give_other_splits(splitter, multiclass, other):
    one, two = (splitter.sides(multiclass, 0.2, draw(*which)) for which in ((1, "d", 0), other))
    assert set(one.test) != set(two.test)
    assert one.pool.tolist() != two.pool.tolist()


@every_splitter
def test_a_seed_that_is_given_is_the_only_one(splitter, multiclass):
    one = splitter.sides(multiclass, 0.2, draw(1, "d", 2, seeds=(3, 5, 8)))
    two = splitter.sides(multiclass, 0.2, draw(2, "e", 0, seeds=(8,)))
    three = splitter.sides(multiclass, 0.2, draw(1, "d", 1, seeds=(3, 5, 8)))
    np.testing.assert_array_equal(one.pool, two.pool)
    assert one.pool.tolist() != three.pool.tolist()


def test_stratified_gives_every_finest_class_its_share_on_both_sides(multiclass):
    sides = STRATIFIED.sides(multiclass, 0.2, draw())
    whole = np.bincount(multiclass.strata)
    assert (np.abs(np.bincount(multiclass.strata[sides.test]) - 0.2 * whole) <= 1).all()


def two_classes(n, n_positive):
    y = np.r_[np.ones(n_positive), np.zeros(n - n_positive)]
    return plain_table(np.arange(n, dtype=float)[:, np.newaxis], y, "made up", "here")


@pytest.mark.parametrize(
    ("splitter", "n_positive", "test", "message"),
    [
        (STRATIFIED, 1, 0.2, "a class has one row; a stratified split needs two"),
        (STRATIFIED, 5, 0.05, "9 pool and 1 test rows cannot hold a row of each of 2 classes; "),
        (REBENCHMARK, 5, 0.9, "a pool of 0 rows cannot hold a row of each class"),
        (REBENCHMARK, 5, 1e-17, "1e-17 of 10 rows leaves no test row"),
    ],
)
def test_says_why_there_is_no_split(splitter, n_positive, test, message):
    with pytest.raises(Unsplittable, match=message):
        splitter.sizes(two_classes(10, n_positive), test)


def test_the_published_protocol_step_by_step():
    """Its README in the words of plain numpy, for a seed that is given."""
    table = two_classes(50, 20)
    sides = REBENCHMARK.sides(table, 0.4, draw(seeds=(6,)))
    rows = np.arange(50)
    np.random.default_rng(6).shuffle(rows)
    train, test = rows[:30].copy(), rows[30:]
    np.random.default_rng(6).shuffle(train)
    assert sides.pool.tolist() == train.tolist()
    assert sides.test.tolist() == sorted(test.tolist())


def test_a_seed_whose_pool_misses_a_class_is_dropped():
    table = two_classes(10, 1)
    without = next(s for s in range(99) if 0 in np.random.default_rng(s).permutation(10)[6:])
    with pytest.raises(Dropped, match=f"^the pool of seed {without} has no row of class number 1$"):
        REBENCHMARK.sides(table, 0.4, draw(seeds=(without,)))


@pytest.fixture(scope="module")
def tied():
    """Rows of which half have twins, also in another class."""
    rng = np.random.default_rng(3)
    X = np.r_[rng.normal(size=(200, 1)), rng.integers(0, 40, size=(200, 1)).astype(float)]
    y = np.r_[np.arange(200) % 3, rng.integers(0, 3, size=200)]
    return settle(plain_table(X, y, "made up", "here"), "group")


@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
def test_equal_rows_that_stay_together_never_straddle_a_split(tied, share):
    least_pool, most_test = STRATIFIED.sizes(tied, share)
    for repeat in range(5):
        sides = STRATIFIED.sides(tied, share, draw(repeat=repeat))
        assert not set(tied.together[sides.pool]) & set(tied.together[sides.test])
        assert sorted([*sides.pool, *sides.test]) == list(range(400))
        assert len(sides.pool) >= least_pool
        assert len(sides.test) <= most_test
        counts, all_ = np.bincount(tied.strata[sides.test]), np.bincount(tied.strata)
        assert (np.abs(counts - share * all_) <= np.maximum(5, 0.1 * all_)).all()


def test_a_class_whose_rows_are_all_equal_cannot_be_split_by_groups():
    X = np.r_[np.arange(50.0), np.zeros(20)][:, np.newaxis]
    y = np.r_[np.zeros(50), np.ones(20)]
    table = settle(plain_table(X, y, "made up", "here"), "group")
    with pytest.raises(Unsplittable, match="group leaves no test row of 1 classes"):
        STRATIFIED.sizes(table, 0.2)


def test_the_official_split_is_the_authors_in_every_repeat():
    table = two_classes(20, 8)
    is_test = np.arange(20) % 4 == 0
    table = replace(table, is_test=is_test)
    official = SPLITTERS["official"]
    assert official.sizes(table, 0.0) == (15, 5)
    one, two = (official.sides(table, 0.0, draw(repeat=repeat)) for repeat in (0, 1))
    assert one.test.tolist() == two.test.tolist() == np.flatnonzero(is_test).tolist()
    assert sorted(one.pool) == sorted(two.pool) == np.flatnonzero(~is_test).tolist()
    assert one.pool.tolist() != two.pool.tolist()


def test_without_an_official_test_set_there_is_no_official_split():
    with pytest.raises(Unsplittable, match="there is no official test set"):
        SPLITTERS["official"].sizes(two_classes(20, 8), 0.0)


def test_equal_rows_on_both_official_sides_cannot_stay_together():
    table = two_classes(20, 8)
    table = replace(table, numbers=table.numbers // 2, is_test=np.arange(20) % 2 == 0)
    with pytest.raises(Unsplittable, match="10 groups of equal rows lie on both sides"):
        SPLITTERS["official"].sizes(settle(table, "group"), 0.0)


def test_groups_of_several_classes_leave_each_class_its_test_rows():
    """A group is shared by both; others might use up what class 1 is allowed before its own."""
    groups = [0] * 2 + [1] * 5 + [0] + [2] + [3] + [4]
    y = [0] * 2 + [0] * 5 + [1] * 4
    table = plain_table(np.array(groups, dtype=float)[:, None], np.array(y), "made up", "here")
    table = settle(table, "group")
    STRATIFIED.sizes(table, 0.3)
    for repeat in range(20):
        sides = STRATIFIED.sides(table, 0.3, draw(repeat=repeat))
        assert set(table.y[sides.test]) == {0, 1}
