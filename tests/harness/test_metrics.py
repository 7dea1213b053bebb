import math
import time
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from harness.metrics import confusion, score
from harness.schema import METRICS

OF_PROBABILITIES = ("log_loss", "roc_auc", "pr_auc")


def example(seed, n=200, n_classes=4, absent=(), decimals=None):
    rng = np.random.default_rng(seed)
    y = rng.choice([c for c in range(n_classes) if c not in absent], n)
    probabilities = rng.dirichlet(np.ones(n_classes), n)
    probabilities[np.arange(n), y] += 0.3
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    if decimals is not None:
        probabilities = probabilities.round(decimals)
    return y, probabilities.argmax(axis=1), probabilities


def by_sklearn(y, predicted, probabilities, n_classes):
    present = np.unique(y)
    values = {"accuracy": reference.accuracy_score(y, predicted), "mcc": 0.0}
    if len(np.unique([y, predicted])) > 1:  # else scikit-learn warns and says 0 too
        values["mcc"] = reference.matthews_corrcoef(y, predicted)
    for average in ("macro", "weighted"):
        precision, recall, f1, _ = reference.precision_recall_fscore_support(
            y, predicted, labels=present, average=average, zero_division=0
        )
        values[f"{average}_precision"] = precision
        values[f"{average}_recall"] = recall
        values[f"{average}_f1"] = f1
    values["balanced_accuracy"] = values["macro_recall"]
    if len(present) > 1:
        values["specificity"] = np.mean(
            [reference.recall_score(y != c, predicted != c) for c in present]
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # rounded rows do not sum to 1
        values["log_loss"] = reference.log_loss(y, probabilities, labels=np.arange(n_classes))
    if len(present) == n_classes > 1:
        own = np.eye(n_classes)[y]
        of = slice(1, 2) if n_classes == 2 else slice(None)
        values["roc_auc"] = reference.roc_auc_score(own[:, of], probabilities[:, of])
        values["pr_auc"] = reference.average_precision_score(own[:, of], probabilities[:, of])
    return {name: values.get(name) for name in METRICS}


def same(found, expected):
    assert list(found) == list(METRICS)
    assert [name for name in METRICS if found[name] is None] == [
        name for name in METRICS if expected[name] is None
    ]
    for name, value in found.items():
        if value is not None:
            assert type(value) is float
            assert value == pytest.approx(expected[name], rel=1e-10, abs=1e-12), name


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("decimals", [None, 1, 0], ids=["distinct", "ties", "zeros and ones"])
@pytest.mark.parametrize(
    "shape",
    [{"n_classes": 2}, {"n_classes": 5}, {"n_classes": 4, "absent": (1, 3)}, {"n": 1}],
    ids=["binary", "multi-class", "absent classes", "one row"],
)
def test_every_metric_equals_scikit_learns(shape, decimals, seed):
    y, predicted, probabilities = example(seed, decimals=decimals, **shape)
    n_classes = shape.get("n_classes", 4)
    found = score(y, predicted, probabilities, n_classes)
    same(found, by_sklearn(y, predicted, probabilities, n_classes))


def test_with_every_score_equal_ranking_is_chance():
    y = np.array([0, 0, 0, 1])
    found = score(y, np.zeros(4, dtype=int), np.full((4, 2), 0.5), 2)
    assert found["roc_auc"] == 0.5
    assert found["pr_auc"] == 0.25
    assert found["log_loss"] == pytest.approx(math.log(2))


def test_a_class_that_is_only_predicted_has_no_term_of_its_own():
    found = score(np.array([0, 0, 1, 1]), np.array([0, 2, 1, 1]), None, 3)
    assert found["macro_recall"] == found["balanced_accuracy"] == 0.75
    assert found["macro_precision"] == 1
    assert found["macro_f1"] == pytest.approx((2 / 3 + 1) / 2)


def test_a_class_never_predicted_has_precision_0():
    found = score(np.array([0, 1]), np.array([0, 0]), None, 2)
    assert found["macro_precision"] == 0.25
    assert found["mcc"] == 0


def test_without_probabilities_three_are_null():
    y, predicted, probabilities = example(0)
    found, full = score(y, predicted, None, 4), score(y, predicted, probabilities, 4)
    assert [name for name in METRICS if found[name] is None] == list(OF_PROBABILITIES)
    assert all(found[name] == full[name] for name in METRICS if name not in OF_PROBABILITIES)


def test_a_probability_without_bound_leaves_those_scores_out_that_need_probabilities():
    y, predicted, probabilities = example(0)
    probabilities[7, 2] = np.inf
    assert score(y, predicted, probabilities, 4) == score(y, predicted, None, 4)


def test_a_row_without_an_answer_leaves_no_score():
    y, predicted, probabilities = example(0)
    probabilities[7, 2] = np.nan
    assert set(score(y, predicted, probabilities, 4).values()) == {None}


def test_the_areas_are_null_where_a_class_is_absent():
    y, predicted, probabilities = example(0, absent=(2,))
    found = score(y, predicted, probabilities, 4)
    assert [name for name in METRICS if found[name] is None] == ["roc_auc", "pr_auc"]


def test_a_single_class_has_no_negatives():
    found = score(np.zeros(5, dtype=int), np.zeros(5, dtype=int), np.ones((5, 1)), 1)
    null = ["roc_auc", "pr_auc", "specificity"]
    assert [name for name in METRICS if found[name] is None] == null
    assert found["accuracy"] == found["macro_f1"] == 1
    assert found["mcc"] == 0


def test_without_rows_everything_is_null():
    nothing = np.zeros(0, dtype=np.int64)
    assert score(nothing, nothing, np.zeros((0, 3)), 3) == dict.fromkeys(METRICS)
    assert confusion(nothing, nothing, 3).tolist() == [[0] * 3] * 3


def test_certain_and_wrong_costs_36_nats():
    y = np.array([0, 1])
    found = score(y, 1 - y, np.eye(2)[1 - y], 2)
    assert found["log_loss"] == pytest.approx(-math.log(np.finfo(np.float64).eps))
    assert score(y, y, np.eye(2)[y], 2)["log_loss"] == pytest.approx(0, abs=1e-15)


def test_binary_areas_are_those_of_class_1():
    y = np.array([1, 0, 0, 0, 1])
    one = np.array([0.9, 0.8, 0.2, 0.1, 0.3])
    found = score(y, (one > 0.5).astype(int), np.column_stack([1 - one, one]), 2)
    assert found["roc_auc"] == pytest.approx(5 / 6)
    assert found["pr_auc"] == pytest.approx((1 + 2 / 3) / 2)


def test_confusion_counts_by_true_then_predicted_class():
    matrix = confusion(np.array([0, 0, 2]), np.array([1, 1, 2]), 3)
    assert matrix.tolist() == [[0, 2, 0], [0, 0, 0], [0, 0, 1]]
    assert matrix.dtype == np.int64


@st.composite
def outcomes(draw):
    n_classes = draw(st.integers(2, 5))
    n = draw(st.integers(1, 40))
    classes = st.lists(st.integers(0, n_classes - 1), min_size=n, max_size=n)
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    probabilities = rng.dirichlet(np.full(n_classes, 0.3), n).round(draw(st.integers(0, 4)))
    return np.array(draw(classes)), np.array(draw(classes)), probabilities, n_classes


@settings(max_examples=100, deadline=None)
@given(outcomes())
def test_values_lie_in_their_ranges(outcome):
    for name, value in score(*outcome).items():
        lowest = -1 if name == "mcc" else 0
        highest = 36.05 if name == "log_loss" else 1
        assert value is None or lowest - 1e-12 <= value <= highest + 1e-12, name


@settings(max_examples=100, deadline=None)
@given(outcomes(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(outcome, random):
    y, predicted, probabilities, n_classes = outcome
    order = random.sample(range(len(y)), len(y))
    found = score(y[order], predicted[order], probabilities[order], n_classes)
    same(found, score(y, predicted, probabilities, n_classes))


@settings(max_examples=40, deadline=None)
@given(outcomes())
def test_random_outcomes_equal_scikit_learns(outcome):
    y, predicted, probabilities, n_classes = outcome
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns about the corners tested here
        expected = by_sklearn(y, predicted, probabilities, n_classes)
    same(score(y, predicted, probabilities, n_classes), expected)


def test_scoring_is_cheap_beside_fitting():
    y, predicted, probabilities = example(0, n=42_000, n_classes=10)
    seconds = []
    for _ in range(5):
        started = time.process_time()
        score(y, predicted, probabilities, 10)
        seconds.append(time.process_time() - started)
    assert min(seconds) < 0.15  # 0.02 to 0.04 measured on a busy core


@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_scores_of_distinct_rows_have_the_bits_of_those_of_every_row(n_classes):
    """Also where some distinct rows are none of these, and many score alike."""
    rng = np.random.default_rng(n_classes)
    for digits in (1, 2, 16):
        p = rng.dirichlet(np.ones(n_classes), size=300).round(digits)
        predicted, of = p.argmax(axis=1), rng.integers(0, rng.choice([40, 280]), 2_000)
        y = rng.integers(0, n_classes, 2_000)
        expected = score(y, predicted[of], p[of], n_classes)
        assert score(y, predicted, p, n_classes, of) == expected
        assert expected["pr_auc"] is not None
