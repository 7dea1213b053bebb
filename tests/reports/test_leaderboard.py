from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from reports import curves
from reports.grid import Grid
from reports.leaderboard import board
from reports.measures import Measures
from reports.results import read


def measures_of(root, metric="macro_f1"):
    results = read(root)
    grid = Grid.of(results)
    scored = curves.scores(results, grid)
    return Measures.of(metric, grid, scored, results.references, results.reference)


@pytest.fixture
def ranked(fake, stored):
    """A run whose tuned scores are given: strategy -> budget -> one score per repeat (or None)."""

    def make(scores, metric="macro_f1", budget=None):
        def change(tables):
            tables["trials"] = [
                row | {f"test_{metric}": score, f"val_{metric}": 0.5, "metric": metric}
                for row in tables["trials"]
                if (score := scores[row["strategy"]][row["budget"]][row["repeat"]]) is not None
            ]
            for row in tables["references"]:
                row[f"test_{metric}"] = 0.8

        first = next(iter(scores.values()))
        repeats = len(next(iter(first.values())))
        run = fake(strategies=tuple(scores), budgets=tuple(first), repeats=repeats, trials=1)
        return board(measures_of(stored(run, change), metric), "ton", budget)

    return make


def order(board):
    return list(zip(board.rows["rank"], board.rows["strategy"], strict=True))


def test_at_a_budget_the_best_mean_comes_first(ranked):
    found = ranked({"a": {100: [0.5, 0.7]}, "b": {100: [0.9, 0.6]}}, budget=100)
    assert order(found) == [(1, "b"), (2, "a")]
    assert found.rows["tuned"].tolist() == pytest.approx([0.75, 0.6])
    assert found.rows["tuned_low"].tolist() == [0.6, 0.5]


def test_the_lowest_log_loss_comes_first(ranked):
    scores = {"a": {100: [0.5], 200: [0.4]}, "b": {100: [0.9], 200: [0.9]}}
    assert order(ranked(scores, "log_loss", 200)) == [(1, "a"), (2, "b")]
    assert order(ranked(scores, "log_loss")) == [(1, "a"), (2, "b")]


def test_equal_means_share_a_rank(ranked):
    found = ranked({"a": {100: [0.5]}, "b": {100: [0.5]}, "c": {100: [0.4]}}, budget=100)
    assert order(found) == [(1, "a"), (1, "b"), (3, "c")]


def test_over_all_budgets_fewer_labels_to_the_target_come_first_then_area(ranked):
    scores = {
        "early": {100: [0.5], 200: [0.77], 500: [0.77]},
        "late": {100: [0.7], 200: [0.7], 500: [0.99]},
        "never": {100: [0.7], 200: [0.7], 500: [0.7]},
        "worse": {100: [0.1], 200: [0.1], 500: [0.7]},
    }
    found = ranked(scores)
    assert found.at == 500
    assert order(found) == [(1, "early"), (2, "late"), (3, "never"), (4, "worse")]


def test_nothing_is_imputed_and_fewer_repeats_are_marked(ranked):
    found = ranked({"a": {100: [0.5, 0.6]}, "b": {100: [0.9, None]}, "c": {100: [None, None]}})
    rows = found.rows.set_index("strategy")
    assert found.n_repeats == 2
    assert rows["coverage"].to_dict() == {"a": 2, "b": 1, "c": 0}
    assert rows["is_partial"].to_dict() == {"a": False, "b": True, "c": True}
    assert rows["tuned"].isna().to_dict() == {"a": False, "b": False, "c": True}
    assert rows["rank"].isna().to_dict() == {"a": False, "b": False, "c": True}


def test_fewer_repeats_stand_behind_complete_ones(ranked):
    """Otherwise a strategy that fails on the hard splits would come first."""
    whole, picky = {100: [0.9, 0.5, 0.4]}, {100: [0.9, None, None]}
    rows = ranked({"whole": whole, "picky": picky}, budget=100).rows
    assert rows["strategy"].tolist() == ["whole", "picky"]
    assert rows["rank"].tolist() == [1, 2]


def test_without_a_target_the_area_ranks(fake, stored):
    def change(tables):
        tables["references"].clear()

    found = board(measures_of(stored(fake(), change)), "ton")
    assert found.target is None
    assert found.rows["to_target"].isna().all()
    assert found.rows["aubc"].is_monotonic_decreasing


def test_defaults_tested_after_every_round_get_no_head_start(fake, stored):
    measures = measures_of(stored(fake(every_round=True, budgets=(100, 500))))
    assert set(measures.to_target["first"]) == {100}


def test_the_sweep_says_what_the_target_is(fake, stored):
    sweep = {"reference": {"classifier": "knn", "scaler": "none", "target": 0.5}}
    run = fake(classifiers=("knn", "random_forest"), sweep=sweep)
    measures = measures_of(stored(run))
    full = read(stored(run, name="again")).references.query("classifier == 'knn'")
    assert measures.targets["ton"].value == pytest.approx(full["test_macro_f1"].mean() / 2)


def test_over_all_budgets_only_repeats_with_every_budget_are_covered(ranked):
    found = ranked({"a": {100: [0.5, None], 200: [0.7, 0.6]}})
    assert found.rows["coverage"].tolist() == [1]
    assert found.rows["is_partial"].tolist() == [True]


@pytest.mark.parametrize("metric", ["macro_f1", "log_loss"])
def test_the_order_of_stored_rows_changes_not_one_bit(fake, stored, metric):
    def shuffle(tables):
        for table, rows in tables.items():
            order = np.random.default_rng(3).permutation(len(rows))
            tables[table] = [rows[i] for i in order]

    run = fake(repeats=9, every_round=True)
    one = measures_of(stored(run), metric)
    other = measures_of(stored(run, shuffle, name="shuffled"), metric)
    assert one.targets == other.targets
    for budget in (None, *run.budgets):
        rows, again = (board(measures, "ton", budget).rows for measures in (one, other))
        pd.testing.assert_frame_equal(rows, again, check_exact=True)
    pd.testing.assert_frame_equal(one.points, other.points, check_exact=True)
