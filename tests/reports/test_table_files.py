from __future__ import annotations

import io
import itertools
import json

import pandas as pd
import pytest

from harness.errors import UnknownName
from reports.commands import leaderboard


@pytest.fixture
def printed(fake, stored, capsys):
    number = itertools.count()

    def show(format_, run=None, change=lambda _: None, **options):
        sweep = {"split": {"method": "stratified"}}
        run = run or fake(classifiers=("random_forest", "svc"), repeats=5, sweep=sweep)
        leaderboard(stored(run, change, f"run {next(number)}"), format_=format_, **options)
        return capsys.readouterr().out

    return show


def test_csv_and_json_hold_the_numbers_behind_the_table(printed):
    rows = pd.read_csv(io.StringIO(printed("csv")))
    (board,) = json.loads(printed("json"))
    assert len(rows) == len(board["rows"]) == 4
    assert rows["tuned"].tolist() == [row["tuned"] for row in board["rows"]]
    assert rows["strategy"].tolist() == [row["strategy"] for row in board["rows"]]
    assert set(rows["dataset"]) == {"ton"}
    table = printed("table")
    for value in rows["tuned"]:
        assert f"{value:.3f}" in table


def test_never_is_inf_in_csv_and_a_word_in_json(printed, fake):
    def out_of_reach(tables):
        for row in tables["references"]:
            row["test_macro_f1"] = 1.0

    rows = pd.read_csv(io.StringIO(printed("csv", fake(), out_of_reach)))
    assert rows["to_target"].tolist() == [float("inf")] * 2
    (board,) = json.loads(printed("json", fake(), out_of_reach))
    assert {row["to_target"] for row in board["rows"]} == {"never"}


def test_the_headline_is_in_the_json(printed):
    said = json.loads(printed("json"))[0]["headline"]
    assert said["rank_of_winner"] == 1
    assert 1 in said["cannot_be_told_apart"]
    assert said["against_chance"]["n"] == 5


@pytest.mark.parametrize("format_", ["table", "markdown", "latex"])
def test_what_people_read_says_what_the_winner_scores_where_it_was_not_chosen(printed, format_):
    assert "winner chosen without one repeat and scored on it" in printed(format_)


def test_by_shows_the_best_row_of_each_with_its_rank_in_the_whole(printed):
    whole = pd.read_csv(io.StringIO(printed("csv")))
    best = pd.read_csv(io.StringIO(printed("csv", by="classifier")))
    assert sorted(best["classifier"]) == ["random_forest", "svc"]
    assert best["n_candidates"].tolist() == [2, 2]
    firsts = whole.drop_duplicates("classifier")
    assert best["rank"].tolist() == firsts["rank"].tolist()
    assert "; the best row of each classifier\n" in printed("table", by="classifier")


def test_markdown_is_a_table_whatever_names_hold(printed, fake):
    text = printed("markdown", fake(strategies=("random", "a|b_[x]<i>", "~~c~~ $d$")))
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == 5
    assert len({line.replace(r"\|", "").count("|") for line in lines}) == 1
    assert r"a\|b\_\[x\]&lt;i&gt;" in text
    assert r"\~\~c\~\~ \$d\$" in text
    assert lines[0].count(" gain ") == lines[0].count(" speed-up ") == 1  # no room on a screen


def test_latex_spells_out_what_it_would_execute(printed, fake):
    text = printed("latex", fake(strategies=("random", r"\input{x}_%|")))
    assert r"\textbackslash{}input\{x\}\_\%\textbar{}" in text
    assert r"\input{" not in text
    assert text.count(r"\\") == 3  # the head and two rows
    assert "±" not in text


def test_one_row_each_unless_more_are_asked_for(printed):
    assert len(pd.read_csv(io.StringIO(printed("csv", top=1)))) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "classifer"}, "no axis classifer; did you mean classifier?"),
        ({"format_": "cvs"}, "no format cvs; did you mean csv?"),
    ],
)
def test_axes_and_formats_that_are_not_there_are_refused(fake, stored, options, message):
    with pytest.raises(UnknownName) as caught:
        leaderboard(stored(fake()), **options)
    assert str(caught.value).startswith(message)


def test_an_empty_run_writes_no_table(fake, tmp_path, capsys):
    leaderboard(fake().write(tmp_path / "run", {}), format_="csv")
    said = capsys.readouterr()
    assert (said.out, "nothing to rank" in said.err) == ("", True)


def test_several_datasets_are_one_csv_and_several_boards(printed, fake):
    run = fake(datasets=("edge", "ton"))
    assert set(pd.read_csv(io.StringIO(printed("csv", run)))["dataset"]) == {"edge", "ton"}
    assert [one["dataset"] for one in json.loads(printed("json", run))] == ["edge", "ton"]
    assert printed("latex", run).count(r"\begin{table}") == 2


def test_a_run_in_which_everything_failed_is_shown_without_scores(printed, fake, as_failed):
    def fail(tables):
        for table in ("trials", "references"):
            tables[table] = [as_failed(row, "failed", "boom") for row in tables[table]]

    rows = pd.read_csv(io.StringIO(printed("csv", fake(repeats=5), fail)))
    assert rows[["rank", "tuned", "aubc", "saved", "expected", "speed_up"]].isna().all(axis=None)
    assert (rows["coverage"] == 0).all()
    assert json.loads(printed("json", fake(repeats=5), fail))[0]["headline"] is None
    assert "no target" in printed("table", fake(repeats=5), fail)


def test_a_run_with_one_budget_is_ranked_by_its_score(printed, fake):
    (board,) = json.loads(printed("json", fake(budgets=(100,), repeats=5)))
    assert [row["aubc"] for row in board["rows"]] == [None, None]
    assert board["headline"]["by"] == "score"
