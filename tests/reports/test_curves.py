from __future__ import annotations

import itertools

import pandas as pd
import pytest

from reports import curves
from reports.grid import Grid
from reports.results import read


def points_of(root, metric="macro_f1"):
    results = read(root)
    return curves.points(curves.scores(results, Grid.of(results)), metric)


def values(points, series):
    return points[points["series"] == series].sort_values(["repeat", "n_labels"])["value"].tolist()


@pytest.fixture
def one_study(fake, stored):
    """A run of a single study; `validated` and `tested` give the scores of its trials."""

    def make(validated, tested, status=None):
        def change(tables):
            for row, val, test in zip(tables["trials"], validated, tested, strict=True):
                row |= {"val_macro_f1": val, "test_macro_f1": test, "test_novel_macro_f1": 0.5}
            for number, word in (status or {}).items():
                tables["trials"][number]["status"] = word

        run = fake(strategies=("random",), budgets=(100,), repeats=1, trials=len(validated))
        return points_of(stored(run, change))

    return make


def test_tuned_is_the_test_score_of_the_best_validated_trial(one_study):
    points = one_study([0.5, 0.9, 0.7], [0.99, 0.6, 0.8])
    assert values(points, "tuned") == [0.6]
    assert values(points, "default") == [0.99]
    assert values(points, "novel") == [0.5]


def test_of_equal_trials_the_earlier_one_wins(one_study):
    assert values(one_study([0.5, 0.9, 0.9], [0.1, 0.2, 0.3]), "tuned") == [0.2]


def test_a_failed_trial_never_counts(one_study):
    points = one_study([0.5, 0.9, 0.7], [0.1, 0.2, 0.3], {0: "failed", 1: "oom"})
    assert values(points, "tuned") == [0.3]
    assert values(points, "default") == []


def test_trial_0_and_an_evaluation_after_the_same_round_are_one_point(fake, stored):
    run = fake(strategies=("random",), budgets=(100, 200), repeats=1, every_round=True)
    points = points_of(stored(run))
    default = points[points["series"] == "default"]
    assert sorted(default["n_labels"]) == [50, 100, 150, 200]
    assert sorted(points.loc[points["series"] == "tuned", "n_labels"]) == [100, 200]


def test_a_mean_runs_over_the_repeats_that_are_there():
    rows = [(0, "tuned", 100, repeat, value) for repeat, value in [(0, 0.5), (3, 0.7)]]
    points = pd.DataFrame(rows, columns=[*curves.POINT, "repeat", "value"])
    found = curves.over_repeats(points, curves.POINT).iloc[0]
    assert found["mean"] == pytest.approx(0.6)
    assert found["n_repeats"] == 2
    assert (found["low"], found["high"]) == (0.5, 0.7)


def test_a_mean_does_not_depend_on_the_order_of_its_rows():
    sums = set()
    for order in itertools.permutations([0.1, 0.2, 0.3, 0.6, 0.7]):
        values = pd.DataFrame({"classifier": "knn", "value": order})
        sums.add(tuple(curves.over_repeats(values, ["classifier"]).iloc[0]))
    assert len(sums) == 1


@pytest.mark.parametrize(("repeats", "has_interval"), [(4, False), (5, True)])
def test_intervals_begin_at_five_repeats(fake, stored, repeats, has_interval):
    points = points_of(stored(fake(strategies=("random",), budgets=(100,), repeats=repeats)))
    found = curves.over_repeats(points, curves.POINT)
    assert found["half"].notna().all() == has_interval
    assert (found["n_repeats"] == repeats).all()


def test_a_metric_that_is_null_has_no_points(fake, stored):
    def change(tables):
        for row in tables["trials"]:
            row |= {"test_log_loss": None, "test_novel_log_loss": None}

    assert points_of(stored(fake(), change), "log_loss").empty
