from __future__ import annotations

import pytest

import reports
from reports.at_budgets import at_budgets
from reports.site.overview import is_more


@pytest.fixture
def run(fake, stored):
    """Measures of six repeats, each score that of a table of strategy -> budget -> score."""

    def make(scores, metric="macro_f1"):
        def change(tables):
            for row in tables["trials"]:
                value = scores[row["strategy"]][row["budget"]] + 0.001 * row["repeat"]
                row[f"test_{metric}"] = value

        root = stored(fake(repeats=6, strategies=tuple(scores)), change)
        return reports.load(root).measures(metric)

    return make


def test_chance_needs_the_first_budget_at_which_it_is_as_good(run):
    measures = run(
        {"margin": {100: 0.5, 200: 0.7, 500: 0.9}, "random": {100: 0.4, 200: 0.5, 500: 0.8}}
    )
    found = {one.budget: one for one in at_budgets(measures, "ton", 0.25)}
    assert [found[at].chance_needs for at in (100, 200, 500)] == [200, 500, None]
    assert [found[at].chance_before for at in (100, 200, 500)] == [100, 200, 0]
    assert found[500].chance_until == 500
    assert found[200].chance == pytest.approx(0.5025)
    assert found[200].found.held_out == pytest.approx(0.7025)


def test_where_less_is_better_chance_must_get_as_low(run):
    measures = run(
        {"margin": {100: 0.9, 200: 0.5, 500: 0.3}, "random": {100: 1.0, 200: 0.9, 500: 0.5}},
        "log_loss",
    )
    found = {one.budget: one for one in at_budgets(measures, "ton", 0.25)}
    assert [found[at].chance_needs for at in (100, 200, 500)] == [200, 500, None]
    assert found[100].chance == pytest.approx(1.0025)


def test_without_chance_nothing_is_said_of_it(run):
    measures = run({"margin": {100: 0.5, 200: 0.7, 500: 0.9}})
    (first, *_) = at_budgets(measures, "ton", 0.25)
    assert (first.chance_needs, first.chance_until) == (None, 0)
    assert not first.is_chance_run
    assert first.chance != first.chance


def test_what_chance_needs_is_told_in_the_pipelines_of_the_choices(fake, stored):
    """In the winner's own pipeline chance never gets there; in that of one choice it is there."""
    scores = {
        ("svc", "margin"): (0.9, 0.6, 0.6),
        ("knn", "margin"): (0.5, 0.7, 0.8),
        ("svc", "random"): (0.5, 0.5, 0.5),
        ("knn", "random"): (0.85, 0.1, 0.1),
    }

    def change(tables):
        for row in tables["trials"]:
            row["test_macro_f1"] = scores[row["classifier"], row["strategy"]][row["repeat"]]

    run = fake(repeats=3, classifiers=("svc", "knn"), budgets=(100,))
    measures = reports.load(stored(run, change)).measures()
    (found,) = at_budgets(measures, "ton", 0.25)
    # without 0: knn (.75 to .6) scores .5; without 1 and 2: svc, .6 each
    assert found.found.held_out == pytest.approx((0.5 + 0.6 + 0.6) / 3)
    assert found.chance == pytest.approx((0.85 + 0.5 + 0.5) / 3)
    assert found.chance == pytest.approx(
        found.found.held_out - found.found.against_chance.mean  # the difference beside it
    )
    assert found.chance_needs == 100


def test_chance_that_lacks_a_repeat_was_run_all_the_same(fake, stored):
    def change(tables):
        tables["trials"] = [
            row for row in tables["trials"] if (row["strategy"], row["repeat"]) != ("random", 3)
        ]

    measures = reports.load(stored(fake(repeats=6), change)).measures()
    for found in at_budgets(measures, "ton", 0.25):
        assert found.is_chance_run
        assert found.chance != found.chance  # no mean over other repeats than the winner's
        assert is_more(found) == "not known: 1 repeat of one of them missing"


def test_where_chance_wins_the_best_other_strategy_is_compared_with_it(run):
    scores = {
        "margin": {100: 0.5, 200: 0.6, 500: 0.7},
        "entropy": {100: 0.4, 200: 0.65, 500: 0.95},
        "random": {100: 0.55, 200: 0.7, 500: 0.9},
    }
    measures = run(scores)
    names = measures.grid.curves["strategy"]
    found = {one.budget: one for one in at_budgets(measures, "ton", 0.25)}
    assert [names[found[at].found.winner] for at in (100, 200, 500)] == [
        "random",
        "random",
        "entropy",
    ]
    assert [names[found[at].rival.found.winner] for at in (100, 200)] == ["margin", "entropy"]
    assert found[500].rival is None
    rival = found[200].rival
    assert rival.found.against_chance.mean == pytest.approx(-0.05)
    assert (rival.chance, rival.chance_needs) == (pytest.approx(0.7025), 200)
    assert found[200].found.left_out == rival.found.left_out == 0


def test_chance_alone_has_no_rival(run):
    (first, *_) = at_budgets(run({"random": {100: 0.5, 200: 0.6, 500: 0.7}}), "ton", 0.25)
    assert first.rival is None
