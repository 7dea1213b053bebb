"""A strategy that sees hidden labels is shown, marked, and wins nothing."""

from __future__ import annotations

import json

import pytest

import reports
from reports import columns, provenance
from reports.answer import answer, pipeline
from reports.leaderboard import board, filled


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
