from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import reports
from reports import columns as texts
from reports import terminal
from reports.answer import answer
from reports.commands import leaderboard
from reports.leaderboard import board


def score(**columns):
    row = {"tuned": 0.9, "tuned_half": np.nan, "tuned_low": 0.85, "tuned_high": 0.95}
    return texts.score(pd.Series(row | {"tuned_n_repeats": 4} | columns), "tuned")


def labels(median, reached=2, of=3, within=np.nan):
    names = ["", "_reached", "_n_repeats", "_first", "_within"]
    row = dict(zip(names, [median, reached, of, 100, within], strict=True))
    return texts.labels(pd.Series({f"to_target{k}": v for k, v in row.items()}), most=1000)


def test_a_score_shows_its_interval_or_its_range():
    assert score() == "0.900 [0.850, 0.950]"
    assert score(tuned_n_repeats=5, tuned_half=0.0123) == "0.900 ± 0.012"
    assert score(tuned_n_repeats=1) == "0.900"
    assert score(tuned=np.nan) == "-"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((1000,), "1,000 (2/3)"),
        ((100,), "<= 100 (2/3)"),
        ((np.inf, 1, 3, 1000), "never by 1,000 (1/3)"),
        ((np.inf, 0, 3, 200), "> 200 (0/3)"),
        ((np.nan,), "-"),
    ],
)
def test_labels_to_the_target_tell_how_sure_they_are(given, text):
    assert labels(*given) == text


def test_a_pipe_gets_whole_plain_lines(fake, stored, capsys):
    leaderboard(stored(fake(classifiers=("random_forest", "svc"))), top=3)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ton: macro-F1 at 500 labels, ranked by labels to the target")
    names = "# classifier scaler resampler strategy tuned default no twins to target saved AUBC"
    assert lines[1].split() == [*names.split(), "size", "latency", "repeats", "failures"]
    assert len(lines) == 2 + 3 + 4
    assert "251 kB  2.2 ms" in lines[2]
    assert lines[-3] == "no intervals: 2 repeats; [lowest, highest] instead"
    assert lines[-2].startswith("size, and latency of one row")
    assert lines[-1] == "1 more row: --top 4"


@pytest.mark.parametrize(("status", "mark"), [("timeout", "1†"), ("failed", "1")])
def test_a_cell_whose_failures_hang_on_the_machine_is_marked(
    fake, stored, as_failed, capsys, status, mark
):
    def change(tables):
        last = [row for row in tables["trials"] if row["budget"] == 500][-1]
        tables["trials"][tables["trials"].index(last)] = as_failed(last, status, "boom")

    leaderboard(stored(fake(), change))
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split()[-1] for line in lines[2:4]) == ["0", mark]
    note = "† timeouts, out-of-memory or crashes among them: on another machine its numbers may be"
    assert any(line.startswith(note) for line in lines) == (status == "timeout")


def test_a_screen_leaves_out_what_says_nothing(fake, stored, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "140")
    leaderboard(stored(fake()))
    out = capsys.readouterr().out
    assert "scaler none" in out
    assert "failures" not in out


def test_a_narrow_screen_says_what_it_has_no_room_for():
    cells = {"#": ["1"], "tuned": ["0.900 [0.850, 0.950]"], "default": ["0.8"], "AUBC": ["0.8"]}
    assert terminal.narrowed(cells, 38) == ["AUBC"]
    assert list(cells) == ["#", "tuned", "default"]


def test_names_are_no_markup(fake, stored, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    leaderboard(stored(fake(strategies=("random", "[red]margin"))))
    assert "[red]margin" in capsys.readouterr().out


def ended(*statuses):
    """Change the references of a fake run: the first ends in the first of `statuses`, and so on."""

    def change(tables):
        rows = tables["references"]
        for i, (row, status) in enumerate(zip(rows, statuses, strict=False)):
            scores = {k: None for k in row if k.startswith("test_")}
            rows[i] = row | scores | {"status": status}

    return change


def below_zero(tables):
    tables["references"] = [row | {"test_macro_f1": -0.1} for row in tables["references"]]


def without_scores(tables):
    tables["references"] = [row | {"test_macro_f1": None} for row in tables["references"]]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            ended("timeout", "oom"),
            (
                "the reference ended as oom and timeout; to do it again: fewlabels retry RUN "
                "--status oom --status timeout"
            ),
        ),
        (ended("skipped", "skipped"), "the reference ended as skipped"),
        (lambda tables: tables["references"].clear(), "the reference is not fitted yet"),
        (below_zero, "the reference has no score above zero on the full pool"),
        (without_scores, "the reference has no such score on the full pool"),
    ],
)
def test_why_there_is_no_target_is_said(fake, stored, capsys, change, why):
    run = stored(fake(), change)
    leaderboard(run)
    assert f"\nno target: {why}\n" in capsys.readouterr().out
    frames = reports.load(run)
    said = answer(board(frames.measures(), "ton"), "random_forest / none / none", 0.95)
    assert said.startswith(f"There is no target for ton yet: {why}. ")
