"""Comparisons: what the page shows, against the frames, pandas and SciPy."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from scipy.stats import friedmanchisquare

import reports
from reports.site import ranks
from reports.site.content import Content
from reports.site.draw.ranking import Ranks, critical_difference
from reports.site.files import Files
from reports.site.over_datasets import over_datasets
from reports.site.pages import PAGES
from reports.site.render import environment, rendered
from reports.site.within import best, within

SPLIT = {"sweep": {"split": {"method": "stratified", "test": 0.2}}}


@pytest.fixture
def content(stored):
    def made(run, change=lambda _tables: None):
        frames = reports.load(stored(run, change))
        return Content(frames, frames.metric(None), datetime(2026, 1, 1, tzinfo=UTC))

    return made


def within_of(content, part, dataset="ton", metric="macro_f1"):
    return getattr(within(content, [metric]), part)[dataset, metric]


def without(strategy, repeat):
    def change(tables):
        for name in ("trials", "acquisitions", "rounds"):
            tables[name] = [
                row
                for row in tables[name]
                if (row["strategy"], row["repeat"]) != (strategy, repeat)
            ]

    return change


def test_the_table_of_pairs_holds_what_the_frame_says(fake, content):
    of = content(
        fake(
            classifiers=("knn", "svc"),
            strategies=("random", "margin", "entropy"),
            repeats=6,
            **SPLIT,
        )
    )
    rows = within_of(of, "each").table.rows
    pairs = of.frames.pairs().sort_values("mean", ascending=False)
    assert [row[4][0] for row in rows] == [f"{mean:+.3f}" for mean in pairs["mean"]]
    assert [row[7][1] for row in rows] == pytest.approx(list(pairs["p"]))
    assert [row[8][1] for row in rows] == pytest.approx(list(pairs["p_holm"]))


def test_the_summary_counts_the_pipelines_that_are_better_by_more_than_noise(fake, content):
    of = content(
        fake(
            classifiers=("knn", "svc"),
            strategies=("random", "margin", "entropy"),
            repeats=6,
            **SPLIT,
        )
    )
    panel, pairs = within_of(of, "chance"), of.frames.pairs()
    for row in panel.table.rows:
        mine = pairs[pairs["strategy"] == row[0]]
        sure = mine[mine["p_holm"] < 0.05]
        assert int(row[1]) == len(mine) == 2
        assert int(row[2]) == int((sure["mean"] > 0).sum())
        assert int(row[4]) == int((sure["mean"] < 0).sum())
        assert row[7] == " / ".join(str(mine[name].sum()) for name in ("wins", "ties", "losses"))


def test_strategies_against_each_other_are_antisymmetric_and_missing_with_themselves(fake, content):
    of = content(fake(strategies=("random", "margin", "entropy"), repeats=5))
    z = within_of(of, "matrix").figure.data[0]["z"]
    for i in range(3):
        assert z[i][i] is None
        for j in range(i):
            assert z[i][j] == pytest.approx(-z[j][i])


def test_one_strategy_only_has_nothing_to_be_compared_with(fake, content):
    of = content(fake(strategies=("margin",)))
    for part in ("chance", "matrix", "each"):
        panel = within_of(of, part)
        assert panel.note == "One strategy only (margin): nothing to compare."
        assert panel.figure is panel.table is None


def test_without_random_strategies_are_still_compared_with_each_other(fake, content):
    of = content(fake(strategies=("margin", "entropy")))
    assert within_of(of, "chance").note == "random was not run, so nothing can be compared with it."
    assert len(within_of(of, "matrix").table.rows) == 1


def test_one_budget_has_no_area(fake, content):
    of = content(fake(budgets=(100,)))
    assert within_of(of, "each").note.startswith("One budget only")
    assert over_datasets(of, ["macro_f1"]).ranks["strategy", "macro_f1"].figure is None


def test_a_missing_repeat_takes_the_test_away_and_is_said(fake, content):
    of = content(fake(repeats=6, **SPLIT), without("margin", 3))
    panel = within_of(of, "chance")
    assert "1 repeat of one of them missing (1)" in panel.note
    assert panel.table.rows[0][5] == "1"


def test_one_untested_comparison_is_not_the_reason_for_all(fake, content, tmp_path):
    """Holm's step needs every test: the answer says how many could not be made."""
    run = fake(repeats=6, strategies=("random", "margin", "entropy"), **SPLIT)
    of = content(run, without("margin", 3))
    (_, said), *_ = ranks.fill(of, Files(tmp_path / "site"))["answers"]
    assert "not known (1 not tested, so none is adjusted: 1 repeat of" in said


def test_few_repeats_are_called_underpowered(fake, content):
    of = content(fake(repeats=3, **SPLIT))
    assert "underpowered: N = 3, needs 5" in within_of(of, "each").table.rows[0][9]
    assert "underpowered: N = 3, needs 5" in dict(best(of))[("ton",)].note


def test_what_may_be_the_best_is_what_the_headline_says(fake, content):
    of = content(fake(classifiers=("knn", "svc"), repeats=6, **SPLIT))
    found = of.frames.headline("ton")
    rows = dict(best(of))[("ton",)].table.rows
    names = of.grid.curves.loc[list(found.alike), "classifier"]
    assert [row[0] for row in rows] == list(names)


def test_too_few_datasets_get_a_sentence_in_place_of_a_diagram(fake, content):
    of = content(fake(datasets=("a", "b"), strategies=("random", "margin", "entropy")))
    panel = over_datasets(of, ["macro_f1"]).ranks["strategy", "macro_f1"]
    assert panel.figure is None
    assert "No critical-difference diagram: underpowered: N = 2, needs 3" in panel.note
    assert len(panel.table.rows) == 3


def test_friedman_in_words_is_that_of_scipy(fake, content):
    names = tuple(f"d{i}" for i in range(7))
    of = content(fake(datasets=names, strategies=("random", "margin", "entropy")))
    panel = over_datasets(of, ["macro_f1"]).ranks["strategy", "macro_f1"]
    table = of.frames.across(("strategy",)).table
    expected = friedmanchisquare(*(table[name] for name in table))
    assert f"chi² = {expected.statistic:.2f}, p = {expected.pvalue:.3f}" in panel.note
    assert [row[1][1] for row in panel.table.rows] == sorted(
        table.rank(axis=1, ascending=False).mean()
    )


def test_a_method_that_lacks_a_dataset_is_named_and_has_no_rank(fake, content):
    def change(tables):
        for name in ("trials", "acquisitions", "rounds"):
            tables[name] = [
                r for r in tables[name] if (r["dataset"], r["classifier"]) != ("d1", "svc")
            ]

    names = tuple(f"d{i}" for i in range(4))
    of = content(fake(datasets=names, classifiers=("knn", "lr", "nb", "svc")), change)
    panel = over_datasets(of, ["macro_f1"]).ranks["classifier", "macro_f1"]
    assert "without all datasets left out of ranks and tests: svc" in panel.note
    last = panel.table.rows[-1]
    assert (last[0], last[1], last[2][0]) == ("svc", ("–", None), "3 of 4")


def test_names_in_a_diagram_never_share_a_line_and_bars_join_the_groups():
    figure = critical_difference(Ranks(["a", "b", "c"], [1.0, 1.0, 2.8], 1.0, ((0, 1),), 9))
    ticks = figure.layout["yaxis"]["tickvals"]
    assert all(below < above for above, below in pairwise(ticks))
    bar = figure.data[2]
    assert (bar["y"][0], bar["y"][1]) == (pytest.approx(0.3), pytest.approx(-1.3))
    assert "Groups: a, b." in figure.about


def test_names_of_components_are_no_markup_in_figures(fake, content):
    of = content(fake(strategies=("random", "<b>x</b>", "margin")))
    figure = within_of(of, "matrix").figure
    assert "&lt;b&gt;x&lt;/b&gt;" in figure.data[0]["y"]
    assert "<b>" not in json.dumps(figure.data)


@pytest.mark.parametrize(
    "axes",
    [
        {},
        {"repeats": 1},
        {"strategies": ("random",)},
        {"budgets": (100,)},
        {"datasets": ("a", "b", "c"), "strategies": ("random", "margin", "entropy")},
    ],
    ids=str,
)
def test_the_page_is_written_whatever_the_run_holds(fake, content, tmp_path, axes):
    of = content(fake(**axes))
    filled = ranks.fill(of, Files(tmp_path / "site"))
    site = {"names": ["x"], "style": "", "theme": "", "script": "", "plotly": "", "badges": {}}
    site |= {"has_trials": True, "generated": "now", "version": "0", "watched": ""}
    values = dict(filled) | {
        "site": site,
        "page": PAGES["ranks"],
        "page_name": "ranks",
        "downloads": [],
        "pages": PAGES,
    }
    html = rendered(environment(), "ranks", values)
    assert html.count('class="part"') == 7
