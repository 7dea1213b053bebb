from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

import reports
from harness.schema import METRICS
from reports.answer import answer, sureness
from reports.efficiency import Target
from reports.leaderboard import Board
from reports.metric_names import TITLES

TARGET = Target(reference=0.955, value=0.907, n_repeats=2, n_labels=8000)


def board(*rows, target=TARGET, no_target=""):
    base = {"classifier": "random_forest", "scaler": "none", "resampler": "smote"}
    base |= {"tuned": 0.9, "tuned_n_repeats": 2, "to_target_n_repeats": 2, "to_target_reached": 2}
    base |= {
        "to_target_first": 100,
        "to_target_within": 1000,
        "strategy": "random",
        "sees_labels": False,
    }
    frame = pd.DataFrame([base | row for row in rows])
    return Board("ton", "macro_f1", None, 1000, 1000, target, no_target, 2, frame)


def said(*rows, target=TARGET):
    return answer(board(*rows, target=target), "random_forest / none / none", 0.95)


def test_it_names_the_first_curve_its_labels_and_those_that_never_get_there():
    assert said(
        {"strategy": "margin", "to_target": 200},
        {"to_target": 500},
        {"classifier": "knn", "to_target": np.inf},
    ) == (
        "random_forest + margin (resampler smote) reaches 95 % of the reference's "
        "macro-F1 (target 0.907; random_forest / none / none scores 0.955 with all 8,000 labels) "
        "with 200 labels (median of 2 repeats). 1 of 3 curves does not reach it within 1,000 "
        "(median)."
    )


def test_ties_are_owned_up_to():
    assert "with 200 labels (median of 2 repeats), as does 1 other curve. All 2 curves" in said(
        {"to_target": 200}, {"to_target": 200}
    )


def test_the_smallest_budget_is_only_a_bound():
    assert "with 100 labels or fewer, the smallest budget measured (median" in said(
        {"to_target": 100}
    )


def test_repeats_that_do_not_reach_it_are_told():
    row = {"to_target": 200, "to_target_reached": 3, "to_target_n_repeats": 5}
    assert "with 200 labels (median of 5 repeats, 3 of which reach it)" in said(row)


def test_one_repeat_is_called_one_repeat():
    assert said({"to_target": 200, "to_target_n_repeats": 1}).endswith(
        "with 200 labels (one repeat)."
    )


def test_curves_without_scores_at_larger_budgets_are_not_said_to_fail():
    assert said({"to_target": 200}, {"to_target": np.inf, "to_target_within": 500}).endswith(
        "0 of 2 curves do not reach it within 1,000 (median); of 1 more this is not known, as "
        "scores are missing at larger budgets."
    )


def test_if_none_gets_there_the_first_in_the_ranking_is_named():
    assert said({"to_target": np.inf, "tuned": 0.81}) == (
        "No curve reaches 95 % of the reference's macro-F1 (target 0.907; random_forest / none / "
        "none scores 0.955 with all 8,000 labels) within 1,000 labels. The first in the ranking "
        "is random_forest + random (resampler smote): macro-F1 0.810 at 1,000 labels (mean of 2 "
        "repeats)."
    )


def test_without_a_reference_it_says_so():
    bare = board({"to_target": np.nan}, target=None, no_target="no full_data fit has ended")
    assert answer(bare, "random_forest / none / none", 0.95).startswith(
        "There is no target for ton yet: no full_data fit has ended. The first in the ranking is "
    )


def test_without_a_score_it_says_so():
    empty = board({"tuned": np.nan, "to_target": np.nan})
    assert answer(replace(empty, target=None), "x", 0.95) == (
        "No tuned model of ton has a macro-F1 yet."
    )


def test_log_loss_has_its_target_above_the_reference():
    log_loss = replace(board({"to_target": 200}), metric="log_loss")
    assert "reaches the reference's log loss divided by 0.95 (target 0.907;" in answer(
        log_loss, "random_forest / none / none", 0.95
    )


def test_every_metric_has_a_title():
    assert set(TITLES) == set(METRICS)


def test_a_winner_that_equals_random_everywhere_is_called_neither_better_nor_worse(fake, stored):
    def change(tables):
        for row in tables["trials"]:
            row["test_macro_f1"] = 0.5 + 0.01 * row["repeat"]

    split = {"split": {"method": "stratified"}}
    frames = reports.load(stored(fake(repeats=5, sweep=split), change))
    said = sureness(frames.headline("ton"), frames.grid, frames.measures())
    assert (
        "The first combination is as good as random sampling in the same pipeline in mean" in said
    )
    assert "over the budgets (AUBC) (the difference is" in said
