from __future__ import annotations

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
import numpy as np
import pytest

from harness.resamplers import RESAMPLERS


def labelled(*counts, gap=1.0, seed=0):
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(len(counts)), counts)
    return (rng.normal(size=(len(y), 3)) + gap * y[:, np.newaxis]).astype(np.float32), y


def sizes(after):
    return np.bincount(after.y).tolist()


def ordered(X, y):
    """Rows with their class, in an order of their own."""
    rows = np.column_stack([X, y])
    return rows[np.lexsort(rows.T)]


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("random_over", imblearn.over_sampling.RandomOverSampler(random_state=3)),
        ("random_under", imblearn.under_sampling.RandomUnderSampler(random_state=3)),
        ("smote", imblearn.over_sampling.SMOTE(random_state=3)),
        ("borderline_smote", imblearn.over_sampling.BorderlineSMOTE(random_state=3)),
        ("tomek", imblearn.under_sampling.TomekLinks()),
        ("smote_enn", imblearn.combine.SMOTEENN(random_state=3)),
    ],
)
def test_is_imbalanced_learns_where_every_class_has_enough_rows(name, theirs):
    X, y = labelled(60, 30, 12)
    after = RESAMPLERS[name](3)(X, y)
    np.testing.assert_array_equal(ordered(after.X, after.y), ordered(*theirs.fit_resample(X, y)))
    assert after.neighbours == {}
    assert after.left_alone == ()


def test_adasyn_is_imbalanced_learns_for_two_classes():
    X, y = labelled(60, 12)
    after = RESAMPLERS["adasyn"](3)(X, y)
    theirs, _ = imblearn.over_sampling.ADASYN(random_state=3).fit_resample(X, y)
    np.testing.assert_array_equal(after.X, theirs)


def test_smote_shrinks_neighbours_class_by_class_and_leaves_single_rows_alone():
    after = RESAMPLERS["smote"](0, k_neighbors=5)(*labelled(60, 1, 2, 3, 5, 6, 8))
    assert sizes(after) == [60, 1, 60, 60, 60, 60, 60]
    assert after.neighbours == {2: 1, 3: 2, 4: 4}
    assert after.left_alone == (1,)


def test_smote_gives_a_class_the_same_rows_whoever_its_neighbours_are():
    X, y = labelled(60, 20, 3, 1)
    alone = RESAMPLERS["smote"](0)(X[:80], y[:80])
    among = RESAMPLERS["smote"](0)(X, y)
    np.testing.assert_array_equal(among.X[among.y == 1], alone.X[alone.y == 1])


def test_smote_adds_points_between_rows_of_the_class():
    X, y = labelled(40, 6)
    after = RESAMPLERS["smote"](0)(X, y)
    own, new = X[y == 1], after.X[len(y) :]
    assert (new >= own.min(axis=0)).all()
    assert (new <= own.max(axis=0)).all()


def test_smote_changes_nothing_where_classes_are_equally_large():
    X, y = labelled(9, 9, 9)
    after = RESAMPLERS["smote"](0)(X, y)
    np.testing.assert_array_equal(after.X, X)
    assert after.left_alone == ()


def test_single_rows_are_no_problem_where_nothing_is_to_grow():
    after = RESAMPLERS["smote"](0)(*labelled(1, 1, 1))
    assert sizes(after) == [1, 1, 1]
    assert after.left_alone == ()


def test_adasyn_leaves_a_class_alone_that_has_no_other_class_near():
    X, y = labelled(60, 10, 10, gap=1.0)
    X[y == 2] += 1000
    after = RESAMPLERS["adasyn"](0)(X, y)
    assert after.left_alone == (2,)
    assert sizes(after)[2] == 10
    assert sizes(after)[1] > 50


def test_adasyn_notes_no_neighbours_for_a_class_that_it_could_not_grow():
    after = RESAMPLERS["adasyn"](0)(*labelled(60, 3, gap=1000))
    assert after.neighbours == {}
    assert after.left_alone == (1,)


def test_adasyn_lets_other_errors_out():
    with pytest.raises(ValueError, match="n_neighbors"):
        RESAMPLERS["adasyn"](0, k_neighbors=-3)(*labelled(60, 10))


def test_borderline_smote_leaves_a_class_alone_that_is_not_in_danger():
    X, y = labelled(60, 20, 20, gap=0.5)
    X[y == 2] += 1000
    after = RESAMPLERS["borderline_smote"](0)(X, y)
    assert sizes(after) == [60, 60, 20]
    assert after.left_alone == (2,)


def test_borderline_smote_looks_no_further_than_there_are_rows():
    after = RESAMPLERS["borderline_smote"](0, m_neighbors=500)(*labelled(9, 4, gap=0.1))
    assert sizes(after) == [9, 9]
    assert after.neighbours == {1: 3}


def test_random_under_keeps_one_row_per_class_where_a_class_has_one():
    assert sizes(RESAMPLERS["random_under"](0)(*labelled(60, 20, 1))) == [1, 1, 1]


def test_tomek_takes_the_row_of_the_larger_class():
    X = np.array([[0.0], [1.0], [2.0], [5.0], [5.1], [9.0]], dtype=np.float32)
    after = RESAMPLERS["tomek"](0)(X, np.array([0, 0, 0, 0, 1, 1]))
    assert after.X.ravel().tolist() == pytest.approx([0, 1, 2, 5.1, 9])
    assert after.left_alone == ()


def test_tomek_keeps_the_last_row_of_a_class():
    X = np.array([[0.0], [0.1], [3.0], [5.0], [5.1]], dtype=np.float32)
    after = RESAMPLERS["tomek"](0)(X, np.array([0, 1, 0, 0, 2]))
    assert after.y.tolist() == [1, 0, 2]
    assert after.left_alone == (2,)


def test_smote_enn_cleans_where_classes_overlap():
    after = RESAMPLERS["smote_enn"](0)(*labelled(60, 12, gap=0.3))
    assert 0 < sizes(after)[0] < 60


def test_smote_enn_keeps_a_class_that_cleaning_would_empty():
    after = RESAMPLERS["smote_enn"](0)(*labelled(60, 1, 8, gap=2.0))
    assert sizes(after)[1] == 1
    assert 1 in after.left_alone
