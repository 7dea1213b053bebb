from __future__ import annotations

import itertools

import numpy as np
import pytest

from reports import curves, terminal
from reports.grid import Grid
from reports.headline import headline
from reports.leaderboard import board
from reports.measures import Measures
from reports.results import read


def measures_of(root, metric="macro_f1"):
    results = read(root)
    grid = Grid.of(results)
    scored = curves.scores(results, grid)
    return Measures.of(metric, grid, scored, results.references, results.reference)


@pytest.fixture
def scored(fake, stored):
    """Measures of a run with the given tuned scores: strategy -> budget -> one per repeat."""

    number = itertools.count()

    def make(scores, metric="macro_f1", target=0.8):
        def change(tables):
            tables["trials"] = [
                row | {f"test_{metric}": score, f"val_{metric}": 0.5, "metric": metric}
                for row in tables["trials"]
                if (score := scores[row["strategy"]][row["budget"]][row["repeat"]]) is not None
            ]
            for row in tables["references"]:
                row[f"test_{metric}"] = target / 0.95

        first = next(iter(scores.values()))
        repeats = len(next(iter(first.values())))
        run = fake(strategies=tuple(scores), budgets=tuple(first), repeats=repeats, trials=1)
        return measures_of(stored(run, change, f"run {next(number)}"), metric)

    return make


def strategies(measures, found):
    names = measures.grid.curves["strategy"]
    return {names[curve]: times for curve, times in found.chosen.items()}


def test_the_winner_is_scored_on_the_repeat_that_did_not_choose_it(scored):
    """Of two equally lucky ones each is chosen where its luck was seen, and not scored there."""
    measures = scored({"a": {100: [0.9, 0.5, 0.5]}, "b": {100: [0.5, 0.9, 0.6]}})
    found = headline(measures, "ton", None, 100)
    # without 0: b (.75 to .5) scores .5; without 1: a (.7 to .55) .5; without 2: a tie, a first
    assert strategies(measures, found) == {"a": 2, "b": 1}
    assert found.held_out == pytest.approx((0.5 + 0.5 + 0.5) / 3)
    assert found.naive == pytest.approx((0.5 + 0.9 + 0.6) / 3)
    assert np.isnan(found.half)


def test_picking_among_equals_flatters_and_holding_out_does_not(scored):
    rng = np.random.default_rng(1)
    flattered, honest = [], []
    for _ in range(4):
        noise = rng.normal(0.7, 0.05, (12, 6))
        one = scored({f"s{j}": {100: list(row)} for j, row in enumerate(noise)})
        found = headline(one, "ton", None, 100)
        flattered.append(found.naive)
        honest.append(found.held_out)
    assert np.mean(flattered) > 0.71
    assert np.mean(honest) < 0.705  # true: 0.7


@pytest.mark.parametrize("metric", ["macro_f1", "log_loss"])
@pytest.mark.parametrize("budget", [None, 100])
def test_the_winner_is_the_first_row_of_the_leaderboard(fake, stored, metric, budget):
    run = fake(
        classifiers=("random_forest", "svc"), strategies=("random", "margin", "x"), repeats=6
    )
    measures = measures_of(stored(run), metric)
    found = headline(measures, "ton", 0.25, budget)
    assert found.winner == board(measures, "ton", budget).rows["curve"].iloc[0]
    assert found.winner in found.alike


def test_a_clear_winner_is_alone_and_a_tie_is_not(scored):
    noise = [0.001, -0.001, 0.0005, -0.0005, 0.0]
    clear = {"a": {100: [0.9 + x for x in noise]}, "random": {100: [0.5 - x for x in noise]}}
    found = headline(scored(clear), "ton", 0.25, 100)
    assert found.alike == (found.winner,)
    assert found.against_chance.p < 0.001
    close = {"a": {100: [0.7 + x for x in noise]}, "b": {100: [0.7 - x for x in noise]}}
    assert len(headline(scored(close), "ton", 0.25, 100).alike) == 2


def test_below_five_repeats_nothing_is_said_to_be_alike(scored):
    measures = scored({"a": {100: [0.9, 0.8]}, "random": {100: [0.5, 0.6]}})
    found = headline(measures, "ton", 0.25, 100)
    assert (found.alike, found.why_alike) == ((), "underpowered: N = 2, needs 5")
    assert np.isnan([found.half, found.against_chance.p]).all()
    assert found.against_chance.mean == pytest.approx(0.3)
    assert terminal.headline(found, board(measures, "ton", 100)) == []


def test_one_repeat_cannot_be_held_out(scored):
    found = headline(scored({"a": {100: [0.9]}}), "ton", 0.25, 100)
    assert found.chosen == {}
    assert np.isnan([found.held_out, found.half]).all()


def test_a_curve_without_all_repeats_cannot_win(scored):
    measures = scored({"a": {100: [0.9, None]}, "b": {100: [0.6, 0.7]}})
    found = headline(measures, "ton", None, 100)
    assert measures.grid.curves.loc[found.winner, "strategy"] == "b"
    assert found.left_out == 1


def test_without_any_complete_curve_there_is_no_headline(scored):
    assert headline(scored({"a": {100: [0.9, None], 200: [0.9, 0.8]}}), "ton", None, 100) is None


def test_labels_are_saved_against_chance_in_the_same_repeat(scored):
    five = [0.0, 0.001, 0.002, 0.003, 0.004]

    def steps(*levels):
        return {b: [s + x for x in five] for b, s in zip((100, 200, 500), levels, strict=True)}

    slow = steps(0.5, 0.6, 0.9)
    slow[200][0] = 0.85  # once chance is as quick
    found = headline(scored({"a": steps(0.5, 0.85, 0.9), "random": slow}), "ton", 0.25)
    assert found.labels_saved.mean == pytest.approx(300 * 4 / 5)
    assert (found.labels_saved.wins, found.labels_saved.ties) == (4, 1)
    assert found.by == "area"


def test_the_terminal_says_it_in_words(fake, stored, capsys):
    from reports.commands import leaderboard

    sweep = {"split": {"method": "stratified"}}
    leaderboard(stored(fake(repeats=6, sweep=sweep)))
    out = capsys.readouterr().out
    assert "winner chosen without one repeat and scored on it: area under the macro-F1 curve" in out
    assert " of 6 such choices fell on the first\n" in out
    assert "at 95 %" in out


def test_chance_whose_scores_end_early_is_not_taken_to_need_all_labels(scored):
    def at(low, high):
        return {100: [low + x / 100 for x in range(5)], 200: [high + x / 100 for x in range(5)]}

    chance = at(0.3, 0.4)
    chance[200][2] = None
    found = headline(scored({"a": at(0.85, 0.9), "random": chance}), "ton", 0.25)
    assert (found.labels_saved.n, found.labels_saved.n_missing) == (4, 1)
    assert found.labels_saved.why == "1 repeat of one of them missing"


def test_equal_means_stay_equal_whatever_the_order_of_their_repeats(scored):
    """Summed as they come, b is ahead by the last digit; the leaderboard has a first."""
    one = [0.1, 0.2, 0.3, 0.6, 0.7, 0.8]
    for other in itertools.permutations(one):
        if np.mean(other) > np.mean(one):
            break
    assert np.mean(other) > np.mean(one)
    measures = scored({"a": {100: one}, "b": {100: list(other)}})
    rows = board(measures, "ton", 100).rows
    assert rows["rank"].tolist() == [1, 1]
    assert headline(measures, "ton", 0.25, 100).winner == rows["curve"].iloc[0]


def test_a_set_of_one_that_is_not_the_first_row_is_named(scored):
    """The first row is there first; the other is higher by area in every repeat."""
    noise = [0.001, -0.001, 0.0005, -0.0005, 0.0]
    first = {b: [s + x for x in noise] for b, s in ((100, 0.1), (200, 0.81), (500, 0.81))}
    area = {b: [s - x for x in noise] for b, s in ((100, 0.7), (200, 0.78), (500, 0.99))}
    measures = scored({"quick": first, "high": area})
    found = headline(measures, "ton", 0.25)
    assert measures.grid.curves["strategy"][found.winner] == "quick"
    assert found.winner not in found.alike
    lines = terminal.headline(found, board(measures, "ton"))
    assert (
        "only the row of rank 2 may be the best by area under the macro-F1 curve, at 95 %" in lines
    )
