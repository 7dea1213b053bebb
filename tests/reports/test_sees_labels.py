"""A strategy that sees hidden labels is shown, marked, and wins nothing."""

from __future__ import annotations

import json

import pytest

import reports
from reports import columns, provenance
from reports.answer import answer, pipeline
from reports.axis_effects import Places
from reports.cost_cells import WORK, cost_cells, front
from reports.leaderboard import PIPELINE, best_of_each, board, filled
from reports.site.written import ONLY_SEEING
from tests.reports.site.filled import Filled, rendered


@pytest.fixture
def frames(fake, stored):
    """`best` is an oracle, and scores better than anyone."""

    def change(tables):
        for row in tables["trials"]:
            if row["strategy"] == "best":
                row["test_macro_f1"] = 0.99

    entries = [{"name": "random"}, {"name": "margin"}, {"name": "oracle", "as": "best"}]
    run = fake(strategies=("random", "margin", "best"), repeats=5, sweep={"strategies": entries})
    return reports.load(stored(run, change))


def test_it_stands_last_without_a_rank_and_is_marked(frames):
    one = filled(board(frames.measures(), "ton"), frames.brought())
    last = one.rows.iloc[-1]
    assert last["strategy"] == "best"
    assert last["tuned"] == 0.99
    assert one.rows["rank"].isna().tolist() == [False, False, True]
    shown = columns.cells(one.rows, one)
    assert shown["strategy"][-1] == "best (sees labels)"
    assert shown["#"][-1] == "-"
    marked = [pipeline(row) for row in columns.records(one.rows)]
    assert ["sees labels" in text for text in marked] == [False, False, True]
    assert [("sees labels" in text) for text in shown["strategy"][:-1]] == [False, False]


def test_it_wins_no_headline_at_any_budget(frames):
    for budget in (None, 100, 200, 500):
        found = frames.headline("ton", budget=budget)
        curves = {found.winner, *found.alike, *found.picks.values()}
        assert "best" not in {frames.grid.names(curve)["strategy"] for curve in curves}
    said = answer(board(frames.measures(), "ton"), "the reference", 0.95)
    assert "best" not in said


def test_a_badge_says_so_on_its_dataset(frames):
    found = provenance.all_badges(frames.tables, frames.grid, "ton")
    assert found == [f"best {provenance.SEES}"]


def test_it_is_known_by_its_name_where_the_sweep_no_longer_has_it(fake, stored):
    run = reports.load(stored(fake(strategies=("random", "oracle"))))
    assert run.grid.seeing == {"oracle"}
    entry = {"name": "margin", "as": "oracle"}
    other = fake(strategies=("random", "oracle"), sweep={"strategies": [entry]})
    assert reports.load(stored(other, name="other")).grid.seeing == set()
    assert json.loads(reports.load(stored(other, name="third")).tables.terms["strategies oracle"])


def test_it_is_no_method_to_compare(frames):
    """Nor does what a scaler, say, changes under it count as evidence for the scaler."""
    assert set(frames.pairs()["strategy"]) == {"margin"}
    for budget in (None, 200):
        effects = frames.effects(budget=budget)
        assert set(effects["component"]) == {"margin"}
        assert list(frames.across(("strategy",), budget=budget).table) == ["margin", "random"]
    for axis in PIPELINE:
        places = Places.of(frames.grid, "ton", axis)
        names = {frames.grid.names(int(curve))["strategy"] for curve in places.curves}
        assert names == {"random", "margin"}


def test_it_counts_nowhere_in_the_sentences(frames):
    said = answer(board(frames.measures(), "ton"), "the reference", 0.95)
    assert "of 2 curves" in said or "All 2 curves" in said or "No curve" in said
    assert "of 3" not in said
    rows = best_of_each(board(frames.measures(), "ton"), "classifier").rows
    assert rows["n_candidates"].tolist() == [2]
    assert rows["strategy"].tolist() != ["best"]


def test_it_is_not_on_the_front_of_score_against_cost(frames):
    cells = cost_cells(frames, "macro_f1").reset_index()
    at = cells[cells["n_labels"] == 500].reset_index(drop=True)
    strategies = frames.grid.curves["strategy"].loc[at["curve"].iloc[front(at, WORK, "macro_f1")]]
    assert len(strategies)
    assert "best" not in set(strategies)


@pytest.mark.parametrize("budgets", [(100,), (100, 200)])
def test_it_is_not_the_curve_that_is_drawn_first(fake, stored, tmp_path, budgets):
    def change(tables):
        for row in tables["trials"]:
            if row["strategy"] == "oracle":
                row["test_macro_f1"] = 0.99

    root = stored(fake(strategies=("oracle", "random"), budgets=budgets), change)
    page = Filled(root, "curves", tmp_path / "site")
    url = page.said["data"]["parts"]["ton"]["macro_f1"]
    text = (page.site / url).read_text(encoding="utf-8")
    part = json.loads(text.removeprefix("fewlabels.receive(").rstrip().removesuffix(")"))
    assert part["curves"][part["best"]][-1] == "random"


def test_where_all_see_labels_the_pages_say_that_nothing_can_be_compared(fake, stored, tmp_path):
    run = fake(strategies=("oracle",), repeats=5)
    root = stored(run)
    assert reports.load(root).pairs().empty
    assert reports.load(root).effects().empty
    assert reports.load(root).across().table.empty
    for name in ("ranks", "axes"):
        page = Filled(root, name, tmp_path / name)
        part = page.said["parts_of_page"]["matrix"] if name == "ranks" else page.said["effects"]
        assert page.panel(part)["note"] == ONLY_SEEING
    said = rendered(root, "index", tmp_path / "site")
    assert "Every strategy on ton sees hidden labels: there is nothing to rank." in said
    assert "random_forest + oracle (sees labels)" in said  # shown all the same


def test_it_is_not_counted_among_those_that_lack_repeats(frames, fake, stored, tmp_path):
    assert [frames.headline("ton", budget=budget).left_out for budget in (None, 200)] == [0, 0]
    split = {"split": {"method": "stratified", "test": 0.2}}
    run = fake(strategies=("random", "margin", "oracle"), repeats=5, sweep=split)
    page = Filled(stored(run, name="split"), "ranks", tmp_path / "site")
    note = page.panel(page.said["parts_of_page"]["best"], "ton")["note"]
    assert "of 2 combinations" in note
    assert "left out" not in note
