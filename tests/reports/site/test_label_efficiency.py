"""The measures of whole curves and the labels until any score, below the leaderboard."""

from __future__ import annotations

import math

import pytest

from reports.efficiency.measures import MEASURES
from reports.site.efficiency import PUBLISHED, SHOWN
from tests.reports.site.filled import Filled

IN_THE_LEADERBOARD = {"labels_to_target", "labels_restricted", "labels_saved", "speed_up"}


@pytest.fixture
def page(stored, tmp_path):
    def make(run, change=lambda _: None):
        return Filled(stored(run, change), "leaderboard", tmp_path / "site")

    return make


def test_every_measure_is_on_the_page():
    assert {one.name for one in SHOWN} | IN_THE_LEADERBOARD == {*MEASURES, PUBLISHED}


def test_the_measures_are_those_of_the_frames(fake, page):
    shown = page(fake(repeats=5))
    over = shown.content.frames.efficiency_summary()
    over = over[over["series"] == "tuned"].set_index(["strategy", "measure"])
    rows = shown.table(shown.said["efficiency"], "ton", "macro_f1")
    ranked = shown.table(shown.said["leaderboard"], "ton", "macro_f1", "all")
    assert [row["strategy"] for row in rows] == [row["strategy"] for row in ranked]
    margin = next(row for row in rows if row["strategy"] == "margin")
    for title, name in [("deficiency", "deficiency"), ("ramp-up", "ramp_up"), ("final", "final")]:
        of = over.loc["margin", name]
        assert margin[title] == f"{of['mean']:.3f} ± {of['half']:.3f}"
    of = over.loc["margin", "data_utilisation"]
    labels = "never" if math.isinf(of["median"]) else f"{of['median']:.2f}"
    assert margin["data utilisation"] == f"{labels} ({of['n'] - of['n_censored']:.0f}/5)"


def test_random_is_not_compared_with_itself(fake, page):
    shown = page(fake(repeats=2))
    rows = shown.table(shown.said["efficiency"], "ton", "macro_f1")
    chance = next(row for row in rows if row["strategy"] == "random")
    assert [chance[name] for name in ("data utilisation", "deficiency")] == ["–", "–"]
    assert "[" in chance["AUBC"]  # two repeats have a range, no interval


@pytest.mark.parametrize("n_pool", [103, 104])
def test_the_published_area_is_there_where_every_label_was_tested(fake, page, n_pool):
    def of_size(tables):
        tables["datasets"][0]["n_pool"] = n_pool

    run = fake(budgets=(100, 101, 102, 103), repeats=1, strategies=("random",))
    shown = page(run, of_size)
    row = shown.table(shown.said["efficiency"], "ton", "macro_f1")[0]
    assert (PUBLISHED in row) == (n_pool == 103)


def test_one_budget_is_no_curve(fake, page):
    shown = page(fake(budgets=(100,)))
    assert "One budget only" in shown.panel(shown.said["efficiency"], "ton", "macro_f1")["note"]
    assert shown.table(shown.said["until"])


def test_labels_until_a_score_are_those_of_the_frames(fake, page):
    shown = page(fake(repeats=5))
    scores = [key[1] for key in shown.said["until"]["keys"]]
    target = shown.content.main.targets["ton"].value
    assert min(scores, key=lambda one: abs(float(one) - target)) == scores[0]
    for score in scores:
        found = shown.content.frames.labels_to(float(score))
        found = found[found["series"] == "tuned"].set_index("strategy")
        for row in shown.table(shown.said["until"], "ton", score):
            of = found.loc[row["strategy"]]
            never = math.isinf(of["median"])
            assert row["labels"] == ("never by 500" if never else f"{of['median']:,.0f}")
            assert row["repeats"] == f"{of['n'] - of['n_censored']}/5"
            assert row["random"] == next(
                other["labels"]
                for other in shown.table(shown.said["until"], "ton", score)
                if other["strategy"] == "random"
            )


def test_where_less_is_better_lower_scores_are_rarer(fake, stored, tmp_path):
    run = fake(repeats=5, sweep={"tuning": {"metric": "log_loss"}})

    def by_log_loss(tables):
        for row in tables["trials"]:
            row["metric"] = "log_loss"

    shown = Filled(stored(run, by_log_loss), "leaderboard", tmp_path / "site")
    scores = sorted((key[1] for key in shown.said["until"]["keys"]), key=float)
    caption = shown.panel(shown.said["until"], "ton", scores[0])["table"]["caption"]
    assert "log loss or less" in caption
    counts = [
        sum(row["labels"] != "never by 500" for row in shown.table(shown.said["until"], "ton", one))
        for one in scores
    ]
    assert counts == sorted(counts)


def test_a_score_that_all_have_is_not_rounded_out_of_their_reach(fake, page):
    def alike(tables):
        for row in tables["trials"]:
            row["test_macro_f1"] = 0.8765436

    shown = page(fake(), alike)
    score = shown.said["until"]["keys"][0][1]
    assert {row["labels"] for row in shown.table(shown.said["until"], "ton", score)} == {"100"}


def test_without_random_nothing_is_said_of_it(fake, page):
    shown = page(fake(strategies=("margin",)))
    row = shown.table(shown.said["until"])[0]
    assert row["random"] == "–"


def test_a_repeat_without_a_score_has_no_measure_and_is_not_imputed(fake, page):
    def cut(tables):
        for row in tables["trials"]:
            if (row["strategy"], row["repeat"], row["budget"]) == ("margin", 1, 500):
                row["test_macro_f1"] = math.nan

    shown = page(fake(repeats=5), cut)
    rows = shown.table(shown.said["efficiency"], "ton", "macro_f1")
    margin = next(row for row in rows if row["strategy"] == "margin")
    assert "[" in margin["AUBC"]  # four repeats: a range and no interval


def test_a_strategy_that_sees_hidden_labels_is_marked_and_stands_last(fake, page):
    def change(tables):
        for row in tables["trials"]:
            if row["strategy"] == "oracle":
                row["test_macro_f1"] = 0.99

    shown = page(fake(strategies=("random", "margin", "oracle")), change)
    score = shown.said["until"]["keys"][0][1]
    for part, key in (("until", score), ("efficiency", "macro_f1")):
        names = [row["strategy"] for row in shown.table(shown.said[part], "ton", key)]
        assert names[-1] == "oracle (sees labels)"
        assert set(names[:-1]) == {"random", "margin"}
    caption = shown.panel(shown.said["until"], "ton", score)["table"]["caption"]
    assert "of 2 curves get there" in caption
