"""Names and messages that would command a terminal: every command spells them out."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pyarrow.compute as pc
import pytest
import yaml

from harness.store import RunFolder

ROOT = Path(__file__).resolve().parents[1]
TITLE = "\x1b]0;mine\x07"  # retitles the window
EVIL = f"[red]{TITLE}\x1b[2J\x08\u202e\x9b31m[/red]"
SHOWN = r"[red]\x1b]0;mine\x07\x1b[2J\x08\u202e\x9b31m[/red]"
BARE = "[red]evil[/red]"  # all that a sweep may call a component


def said(*arguments, cwd=ROOT):
    """What fewlabels writes to a terminal."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "400", "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [sys.executable, "-m", "fewlabels", *map(str, arguments)],
        cwd=cwd,
        env=env,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    whole = b""
    while True:
        try:
            block = os.read(ours, 2**16)
        except OSError:  # it has ended
            break
        whole += block
    os.close(ours)
    process.wait()
    return whole.decode()


def must_be_tame(text):
    for command in ("\x1b]", "\x1b[2J", "\x07", "\u202e", "\x9b"):
        assert command not in text, text
    assert "mine" not in text.replace(SHOWN, "").replace(r"\x1b]0;mine", ""), text


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A table of one's own, its column, classes and card evil."""
    folder = tmp_path_factory.mktemp("table")
    rows = [f"{i % 7}.5,{i},{EVIL if i % 2 else 'good'}" for i in range(300)]
    (folder / "flows.csv").write_text("\n".join([f'"{TITLE}",n,type', *rows, ""]), newline="\n")
    (folder / "flows.toml").write_text(f'labels = ["type"]\ntitle = "{SHOWN_IN_TOML}"\n')
    return folder / "flows.csv"


SHOWN_IN_TOML = "".join(f"\\u{ord(c):04x}" for c in EVIL)


@pytest.fixture(scope="module")
def sweep(table):
    path = table.with_name("sweep.yaml")
    whole = {
        "name": "evil",
        "datasets": [{"name": "generic", "path": str(table)}],
        "classifiers": [{"name": "decision_tree", "as": BARE}],
        "strategies": ["random"],
        "budgets": [30, 40],
        "repeats": 1,
        "labelling": {"initial": 20, "batch": 10},
        "tuning": {"trials": 1},
        "reference": {"classifier": BARE},
    }
    path.write_text(yaml.safe_dump(whole))
    return path


@pytest.fixture(scope="module")
def run(sweep):
    """A run as fewlabels would not write it, its labels and statuses evil."""
    out = sweep.parent / BARE
    text = said("run", sweep, "--out", out, "--executor", "inline")
    must_be_tame(text)
    assert f"results go to {out}" in text  # no markup
    folder = RunFolder.open(out)
    with folder.writing():
        for table in ("trials", "references", "acquisitions"):
            rows = folder.read(table).to_pylist()
            for row in rows:
                row["classifier"] = EVIL
            again = [rows[0] | {"status": EVIL, "error": EVIL}]
            key = {"trials": "number", "references": "reference_id"}.get(table)
            if key:
                other = 7 if key == "number" else "other"
                again = [row | {key: other} for row in again]
                rows += again
            folder.supersede(table, pc.scalar(True), rows)
    return out


@pytest.mark.parametrize("command", ["plan", "describe"])
def test_names_of_data_are_spelt_out(table, sweep, command):
    asked = {
        "plan": ["plan", sweep],
        "describe": ["datasets", "describe", "generic", "--path", table],
    }
    text = said(*asked[command])
    must_be_tame(text)
    assert SHOWN in text


def test_a_card_with_mistakes_is_quoted_tamely(table):
    text = said("datasets", "describe", "generic", "--path", table.with_name(f"{TITLE}.csv"))
    must_be_tame(text)
    assert r"\x1b]0;mine" in text


@pytest.mark.parametrize("command", ["leaderboard", "efficiency", "status", "verify"])
def test_a_run_from_somebody_else_is_shown_tamely(run, command):
    text = said(command, run)
    must_be_tame(text)
    assert SHOWN in text


def test_only_what_makes_text_visible_prints_it():
    """`say` and rich's `Text` of `one_line`; nothing prints by another way."""
    packages = ("cluster", "datasets", "harness", "reports", "search_spaces")
    files = [file for package in packages for file in (ROOT / package).rglob("*.py")]
    texts = {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in files}
    assert {name for name, text in texts.items() if "typer.echo(" in text} == {
        "datasets/visible.py"
    }
