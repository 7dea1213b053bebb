from __future__ import annotations

import subprocess
import sys
import webbrowser
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from harness.errors import RunFolderError, UnknownName
from reports.commands import leaderboard, report

ROOT = Path(__file__).parents[2]


def test_importing_the_commands_imports_nothing_slow():
    slow = {"pandas", "numpy", "plotly", "jinja2", "scipy", "pyarrow"}
    code = f"import sys, reports.commands; sys.exit(', '.join({slow} & set(sys.modules)) or 0)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metric": "macro_f"}, "no metric macro_f; did you mean macro_f1? there are accuracy, "),
        ({"dataset": "tom"}, "no dataset tom; did you mean ton? there are edge, ton"),
        ({"budget": 300}, "no budget 300; there are 100, 200, 500"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(fake, stored, options, message):
    root = stored(fake(datasets=("ton", "edge")))
    with pytest.raises(UnknownName) as caught:
        leaderboard(root, **options)
    assert str(caught.value).startswith(message)


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(RunFolderError, match="no run at"):
        leaderboard(tmp_path)
    with pytest.raises(RunFolderError, match="no run at"):
        report([tmp_path], tmp_path / "site")


def test_every_dataset_is_shown_unless_one_is_chosen(fake, stored, capsys):
    root = stored(fake(datasets=("ton", "edge")))
    leaderboard(root, budget=200, metric="log_loss")
    out = capsys.readouterr().out
    assert "edge: log loss at 200 labels\n" in out
    assert "ton: log loss at 200 labels\n" in out
    leaderboard(root, dataset="ton")
    assert "edge" not in capsys.readouterr().out


def test_an_empty_run_is_no_error(fake, tmp_path, capsys):
    root = fake().write(tmp_path / "run", {})
    leaderboard(root)
    assert capsys.readouterr().out == f"{root} holds no trials yet: nothing to rank.\n"


def test_the_report_of_two_runs_is_one_site(fake, stored, tmp_path, capsys, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    runs = [stored(fake(strategies=(name,)), name=name) for name in ("random", "margin")]
    index = tmp_path / "site" / "index.html"
    report(runs, index.parent, open_=True)
    assert capsys.readouterr().out == f"{index}\n"
    assert opened == [index.as_uri()]
    assert "<span>random, margin</span>" in index.read_text()


def test_a_site_that_cannot_be_written_is_explained(fake, tmp_path):
    (tmp_path / "site").write_text("a file")
    with pytest.raises(RunFolderError, match=r"cannot write .*site"):
        report([fake().write(tmp_path / "run", {})], tmp_path / "site")


def test_the_commands_have_help_for_each_option():
    app = typer.Typer()
    app.command()(leaderboard)
    app.command()(report)
    for command in ("leaderboard", "report"):
        assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0
