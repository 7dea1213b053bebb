"""The label-efficiency measures against numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import curves
from reports.efficiency.censored import survival
from reports.efficiency.crossing import interpolated_at, labels_at
from reports.efficiency.gain import tuned_minus_default
from reports.efficiency.measures import MEASURES, Curves
from reports.efficiency.of_run import measures, summary
from reports.efficiency.to_target import expected_labels
from reports.grid import Grid
from reports.measures import Measures
from reports.results import read

LABELS = np.array([100.0, 200.0, 400.0])
NAN = math.nan


def measured(name, scores, random=(0.5, 0.6, 0.7), ceiling=0.9, target=0.7, labels=LABELS):
    one = Curves(labels, np.array([scores]), np.array([random]), np.array([ceiling]), target)
    with np.errstate(invalid="ignore", divide="ignore"):
        return MEASURES[name].of(one)[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("aubc", (100 * 0.55 + 200 * 0.7) / 300),
        ("aubc_log", (0.55 + 0.7) / 2),  # doublings count alike
        ("ramp_up", 0.55),  # 100 to 200
        ("plateau", 0.65),  # 200 to 300, where the line is at 0.7
        ("final", 0.75),  # 300 to 400
        ("labels_to_target", 400),
        ("labels_restricted", 400),
        ("labels_saved", 0),  # chance needs 400, too
        ("deficiency", (0.9 - 0.65) / (0.9 - (100 * 0.55 + 200 * 0.65) / 300)),
        ("deficiency_2004", (0.7 - 0.65) / (0.7 - (100 * 0.55 + 200 * 0.65) / 300)),
        ("data_utilisation", 1),
        ("labels_to_own_ceiling", math.inf),  # 0.855
    ],
)
def test_each_measure_is_what_a_hand_gets(name, expected):
    assert measured(name, (0.5, 0.6, 0.8)) == pytest.approx(expected)


def test_thirds_add_up_to_the_area():
    labels = np.array([50.0, 90, 300, 1000, 2000])
    scores = (0.2, 0.5, 0.6, 0.8, 0.7)
    thirds = [measured(n, scores, (0,) * 5, labels=labels) for n in ("ramp_up", "plateau", "final")]
    area = measured("aubc", scores, (0,) * 5, labels=labels)
    assert np.mean(thirds) == pytest.approx(area)


def test_the_speed_up_is_two_where_chance_needs_twice_the_labels():
    """A straight line in the labels, and the same over twice as many."""
    labels = np.array([100.0, 200, 400, 800])
    fast, slow = (0.1, 0.2, 0.4, 0.8), (0.05, 0.1, 0.2, 0.4)
    found = measured("speed_up", fast, slow, labels=labels)
    assert found == pytest.approx(2, rel=1e-9)
    assert measured("speed_up", slow, fast, labels=labels) == pytest.approx(1 / found)


def test_curves_that_share_no_score_have_no_speed_up():
    assert math.isnan(measured("speed_up", (0.8, 0.85, 0.9), (0.1, 0.2, 0.3)))


def test_saving_and_utilisation_count_from_chance_on_the_same_repeat():
    assert measured("labels_saved", (0.5, 0.7, 0.8)) == 200
    assert measured("data_utilisation", (0.5, 0.7, 0.8)) == 0.5
    assert measured("data_utilisation", (0.5, 0.5, 0.6)) == math.inf
    assert measured("labels_saved", (0.5, 0.5, 0.6), target=0.6) == 200 - 400


def test_where_chance_has_nothing_left_to_gain_there_is_no_deficiency():
    assert math.isnan(measured("deficiency", (0.5, 0.6, 0.7), ceiling=0.5))


def test_a_flat_line_of_chance_is_nothing_to_gain_even_where_its_area_is_rounded():
    labels, flat = np.array([100.0, 200, 500, 1000]), (0.642,) * 4
    area = measured("aubc", flat, flat, labels=labels)
    assert 0 < flat[0] - area < 1e-12
    for name in ("deficiency", "deficiency_2004"):
        found = measured(name, (0.5, 0.6, 0.8, 0.8), flat, ceiling=flat[0], labels=labels)
        assert math.isnan(found)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.05, 0.95), min_size=3, max_size=3), st.floats(0.05, 0.95))
def test_chance_against_itself_saves_nothing(scores, target):
    assert measured("labels_saved", scores, scores, target=target) == 0
    assert measured("speed_up", scores, scores) == pytest.approx(1)
    assert measured("data_utilisation", scores, scores) == 1
    for name in ("deficiency", "deficiency_2004"):
        assert measured(name, scores, scores, ceiling=0.99) == pytest.approx(1) or math.isnan(
            measured(name, scores, scores, ceiling=0.99)
        )


@pytest.mark.parametrize("name", MEASURES)
def test_a_missing_score_leaves_no_measure(name):
    assert math.isnan(measured(name, (0.5, NAN, 0.8)))
    assert math.isnan(measured(name, (NAN, NAN, NAN)))


@pytest.mark.parametrize(
    "name", ["labels_saved", "deficiency_2004", "data_utilisation", "speed_up"]
)
def test_without_chance_to_compare_with_there_is_no_measure(name):
    assert math.isnan(measured(name, (0.5, 0.6, 0.8), (NAN, NAN, NAN)))


def test_a_single_budget_has_no_area_and_no_parts():
    for name in ("aubc", "aubc_log", "ramp_up", "plateau", "final", "deficiency"):
        assert math.isnan(measured(name, (0.5,), (0.4,), labels=np.array([100.0])))


def test_crossings_lie_on_the_line_and_never_before_the_first_label():
    scores, goals = np.array([[0.4, 0.3, 0.8]]), np.array([[0.1, 0.4, 0.6, 0.8, 0.9, NAN]])
    assert labels_at(LABELS, scores, goals)[0, :5].tolist() == [100, 100, 400, 400, math.inf]
    found = interpolated_at(LABELS, scores, goals)[0]
    assert found[:5].tolist() == pytest.approx([100, 100, 300, 400, math.inf])
    assert math.isnan(found[5])


def test_kaplan_and_meier_by_hand():
    """Reached at 100, 200 and 200; one was measured to 200 only, one to the end."""
    found = survival(
        np.zeros(5, dtype=np.int64),
        np.array([100, 200, 200, math.inf, math.inf]),
        np.array([400.0, 400, 400, 200, 400]),
        LABELS,
    )
    # S(100) = 4/5, S(200) = 4/5 (1 - 2/4) = 2/5
    assert found.median.tolist() == [200]
    assert found.restricted_mean.tolist() == pytest.approx([100 + 100 * 4 / 5 + 200 * 2 / 5])
    assert (found.n.tolist(), found.n_censored.tolist()) == ([5], [2])


def test_kaplan_and_meier_on_the_remission_times_of_freireich_1963():
    """The 6-MP group that every lesson uses: S(6) = .857, S(10) = .753, S(23) = .448."""
    events = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    weeks = np.unique([*events, *censored]).astype(float)
    labels = np.array([*events, *([math.inf] * len(censored))], dtype=float)
    seen = np.array([*events, *censored], dtype=float)
    found = survival(np.zeros(21, dtype=np.int64), labels, seen, weeks)
    assert found.median.tolist() == [23]
    s = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
    steps = [0, *s, 35]
    area = sum(
        (after - at) * height
        for at, after, height in zip(steps, steps[1:], [1, *s.values()], strict=False)
    )
    assert found.restricted_mean[0] == pytest.approx(area, abs=0.01)


def test_when_nobody_is_left_to_say_the_mean_is_unknown_and_not_imputed():
    found = survival(
        np.array([0, 0, 1], dtype=np.int64),
        np.array([100.0, math.inf, 200.0]),
        np.array([400.0, 100.0, 400.0]),
        LABELS,
    )
    assert math.isnan(found.restricted_mean[0])
    assert found.restricted_mean[1] == 200
    assert found.median.tolist() == [100, 200]


def of(root, metric="macro_f1"):
    results = read(root)
    grid = Grid.of(results)
    scored = curves.scores(results, grid)
    whole = Measures.of(metric, grid, scored, results.references, results.reference)
    targets = {name: goal.value for name, goal in whole.targets.items()}
    return whole, measures(whole.points, metric, grid, results.references, targets), grid


def by_name(found, grid):
    names = grid.curves.loc[found.index.get_level_values("curve")]
    index = [
        *map(tuple, names.to_numpy()),
    ]
    keys = pd.MultiIndex.from_arrays(
        [index, found.index.get_level_values("series"), found.index.get_level_values("repeat")]
    )
    return found.set_axis(keys).sort_index()


def test_the_measures_of_a_run_are_those_of_the_leaderboard(fake, stored):
    whole, found, grid = of(stored(fake(repeats=5)))
    over = summary(found)
    for curve in grid.curves.index:
        area = whole.of_curves.loc[curve, "aubc"]
        assert over.loc[(curve, "tuned", "aubc"), "mean"] == pytest.approx(area)
        labels = whole.of_curves.loc[curve, "to_target"]
        assert over.loc[(curve, "tuned", "labels_to_target"), "median"] == labels


def test_adding_a_loser_changes_no_measure_of_the_others(fake, stored):
    def without_loser(tables):
        for rows in tables.values():
            rows[:] = [row for row in rows if row.get("strategy") != "a_loser"]

    run = fake(strategies=("a_loser", "margin", "random"), repeats=3)
    _, large, grid = of(stored(run, name="large"))
    _, small, smaller = of(stored(run, without_loser, name="small"))
    large, small = by_name(large, grid), by_name(small, smaller)
    kept = large[[key[0][-1] != "a_loser" for key in large.index]]
    pd.testing.assert_frame_equal(kept, small, check_exact=True)


@pytest.mark.parametrize("metric", ["macro_f1", "log_loss"])
def test_the_order_of_stored_rows_changes_no_measure(fake, stored, metric):
    def shuffle(tables):
        for table, rows in tables.items():
            order = np.random.default_rng(3).permutation(len(rows))
            tables[table] = [rows[i] for i in order]

    run = fake(repeats=4)
    (_, one, _), (_, other, _) = of(stored(run), metric), of(stored(run, shuffle, "again"), metric)
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    pd.testing.assert_frame_equal(summary(one), summary(other), check_exact=True)


def test_of_log_loss_less_is_better_and_the_area_has_its_unit(fake, stored):
    whole, found, _ = of(stored(fake()), "log_loss")
    assert (found["aubc"] > 0).all()
    rows = whole.points[(whole.points["curve"] == 0) & (whole.points["series"] == "tuned")]
    first = rows[rows["repeat"] == 0].sort_values("n_labels")
    area = np.trapezoid(first["value"], first["n_labels"]) / 400
    assert found.loc[(0, "tuned", 0), "aubc"] == pytest.approx(area)
    assert (found["ramp_up"] > found["final"]).all()  # it falls


def test_a_run_of_one_strategy_dataset_and_repeat_has_what_needs_no_other(fake, stored):
    _, found, _ = of(stored(fake(strategies=("margin",), repeats=1)))
    assert found["aubc"].notna().all()
    assert found[["labels_saved", "speed_up", "deficiency_2004"]].isna().all(axis=None)
    over = summary(found)
    assert over["half"].isna().all()
    assert "speed_up" not in over.index.get_level_values("measure")


def test_a_repeat_without_a_budget_has_no_measure_and_counts_for_kaplan_and_meier(fake, stored):
    def cut(tables):
        tables["trials"] = [
            row
            for row in tables["trials"]
            if (row["strategy"], row["repeat"], row["budget"]) != ("margin", 1, 500)
        ]
        for row in tables["references"]:
            row["test_macro_f1"] = 0.99  # nobody gets there

    whole, found, grid = of(stored(fake(repeats=2), cut))
    margin = grid.curves.index[grid.curves["strategy"] == "margin"][0]
    assert found.loc[(margin, "tuned", 1)].isna().all()
    goals = grid.curves["dataset"].map({"ton": whole.targets["ton"].value})
    over = expected_labels(whole.points, "macro_f1", goals, grid).loc[(margin, "tuned")]
    assert (over["n"], over["n_censored"], over["restricted_mean"]) == (2, 2, 500)


def test_tuned_minus_default_is_paired_and_above_zero_where_tuning_helps(fake, stored):
    whole, _, _ = of(stored(fake(trials=1)))
    assert (tuned_minus_default(whole.points, "macro_f1")["value"] == 0).all()  # trial 0 won
    points = pd.DataFrame(
        [(0, "tuned", 100, 0, 0.3), (0, "default", 100, 0, 0.5), (0, "tuned", 100, 1, 0.3)],
        columns=["curve", "series", "n_labels", "repeat", "value"],
    )
    assert tuned_minus_default(points, "log_loss")["value"].tolist() == pytest.approx([0.2])
    assert tuned_minus_default(points, "macro_f1")["value"].tolist() == pytest.approx([-0.2])


def test_a_median_beyond_what_was_measured_is_unknown_and_not_never():
    """Two repeats end at 100 of 400 labels; two are measured to the end."""
    group, never = np.array([0, 0, 1, 1]), np.full(4, math.inf)
    found = survival(group, never, np.array([100.0, 100, 400, 400]), LABELS)
    assert math.isnan(found.median[0])
    assert found.median[1] == math.inf
