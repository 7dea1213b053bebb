from __future__ import annotations

import itertools
import math

import pandas as pd
import pytest

from reports.efficiency import area_under_curve, labels_to_target, targets
from reports.reference import Reference


def points(*curves, series="tuned"):
    """Points of the repeats of curve 0: each of `curves` maps labels to a value."""
    rows = [
        (0, series, n, repeat, value)
        for repeat, curve in enumerate(curves)
        for n, value in curve.items()
    ]
    return pd.DataFrame(rows, columns=["curve", "series", "n_labels", "repeat", "value"])


def reach(*curves, goal=0.8, metric="macro_f1"):
    return labels_to_target(points(*curves), metric, pd.Series([goal])).loc[(0, "tuned")]


def reference(**columns):
    row = {"dataset": "ton", "classifier": "random_forest", "scaler": "none", "resampler": "none"}
    row |= {"repeat": 0, "status": "done", "n_labels": 800, "test_macro_f1": 0.9}
    return row | columns


def target_of(rows, metric="macro_f1", of=None):
    return targets(pd.DataFrame(rows), metric, of or Reference())


def test_the_target_is_a_share_of_the_mean_full_data_score_of_one_pipeline():
    rows = [
        reference(),
        reference(repeat=1, test_macro_f1=0.8),
        reference(classifier="knn", test_macro_f1=0.1),
        reference(scaler="standard", test_macro_f1=0.1),
        reference(repeat=2, status="failed", test_macro_f1=None),
    ]
    target = target_of(rows)["ton"]
    assert target.reference == pytest.approx(0.85)
    assert target.value == pytest.approx(0.95 * 0.85)
    assert (target.n_repeats, target.n_labels) == (2, 800)


def test_the_target_does_not_depend_on_the_order_of_the_references():
    rows = [reference(repeat=i, test_macro_f1=score) for i, score in enumerate([0.1, 0.2, 0.3])]
    found = {target_of(order)["ton"].value for order in itertools.permutations(rows)}
    assert len(found) == 1


def test_another_reference_and_share_can_be_asked_for():
    rows = [reference(), reference(classifier="knn", test_macro_f1=0.5)]
    assert target_of(rows, of=Reference("knn", share=0.9))["ton"].value == pytest.approx(0.45)


def test_the_target_of_log_loss_lies_above_the_reference():
    target = target_of([reference(test_log_loss=0.19)], "log_loss")["ton"]
    assert target.value == pytest.approx(0.2)


@pytest.mark.parametrize("score", [None, 0.0, -0.1])
def test_without_a_score_above_zero_there_is_no_target(score):
    assert target_of([reference(test_mcc=score)], "mcc") == {}


def test_labels_to_target_are_those_of_the_first_measured_point_that_reaches_it():
    found = reach({100: 0.7, 200: 0.8, 500: 0.9})
    assert found["median"] == 200
    assert (found["reached"], found["n_repeats"], found["first"]) == (1, 1, 100)
    assert math.isnan(found["within"])


def test_nothing_is_interpolated():
    assert reach({100: 0.5, 1000: 0.99})["median"] == 1000


def test_a_later_dip_does_not_count():
    assert reach({100: 0.85, 200: 0.7, 500: 0.9})["median"] == 100


def test_less_log_loss_is_better():
    assert reach({100: 0.5, 200: 0.3, 500: 0.2}, goal=0.3, metric="log_loss")["median"] == 200


def test_never_is_infinite_and_says_how_far_it_looked():
    found = reach({100: 0.5, 200: 0.6})
    assert found["median"] == math.inf
    assert (found["reached"], found["within"]) == (0, 200)


def test_a_minority_that_never_gets_there_leaves_the_median_finite():
    good, bad = {100: 0.7, 200: 0.9}, {100: 0.5, 200: 0.6}
    found = reach(good, good, bad)
    assert found["median"] == 200
    assert (found["reached"], found["n_repeats"], found["within"]) == (2, 3, 200)


def test_half_that_never_get_there_make_the_median_never():
    assert reach({100: 0.9}, {100: 0.5})["median"] == math.inf


def test_a_curve_without_a_target_is_left_out():
    found = labels_to_target(points({100: 0.9}), "macro_f1", pd.Series([math.nan]))
    assert found.empty


def test_the_area_is_the_mean_height_between_the_first_and_the_last_budget():
    areas = area_under_curve(points({100: 0.4, 200: 0.6, 500: 0.8}), [100, 200, 500])
    assert areas["value"].tolist() == pytest.approx([(100 * 0.5 + 300 * 0.7) / 400])


def test_a_flat_curve_has_its_height_as_area():
    areas = area_under_curve(points({100: 0.4, 900: 0.4}), [100, 900])
    assert areas["value"].tolist() == pytest.approx([0.4])


def test_one_budget_has_no_area():
    assert area_under_curve(points({100: 0.4}), [100]).empty


def test_a_repeat_without_a_budget_has_no_area():
    areas = area_under_curve(points({100: 0.4, 200: 0.5}, {100: 0.4}), [100, 200])
    assert areas["repeat"].tolist() == [0]


def test_points_between_budgets_do_not_change_the_area():
    with_round = area_under_curve(points({100: 0.4, 150: 0.9, 200: 0.6}), [100, 200])
    assert with_round["value"].tolist() == pytest.approx([0.5])
