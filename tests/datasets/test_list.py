"""`fewlabels datasets list`, and progress."""

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console
from typer.testing import CliRunner

from datasets import DATASETS, cache, state, unsw_nb15
from datasets.card import File
from datasets.commands import app
from datasets.imported import imported_dataset
from datasets.official import Official
from datasets.progress import progress
from tests.datasets.official_files import made_official

pytestmark = pytest.mark.usefixtures("cache_folder")


def test_every_dataset_has_a_line():
    said = CliRunner().invoke(app, ["list"], catch_exceptions=False).output
    for name in DATASETS:
        assert re.search(rf"^{name} +\S+", said, re.MULTILINE)


def test_what_needs_no_import_is_ready():
    assert state.state(DATASETS["wdbc"]) == "ready"
    assert (state.n_rows(DATASETS["wdbc"]), state.n_classes(DATASETS["wdbc"])) == ("569", "2")
    assert state.state(DATASETS["npz"]) == "ready: name its path in a sweep"
    assert state.n_rows(DATASETS["generic"]) == state.n_classes(DATASETS["generic"]) == "by path"


def test_what_is_not_imported_says_how_to_get_it_and_how_many_rows_it_would_have():
    dataset = DATASETS["unsw_nb15"]
    assert state.state(dataset) == f"importable: get it from {unsw_nb15.CARD.source}"
    assert state.n_rows(dataset) == "82,332"


def test_what_is_imported_is_ready_with_its_own_rows(tmp_path):
    official, path = made_official(unsw_nb15.CARD, tmp_path)
    dataset = imported_dataset(official)
    dataset.import_file(path)
    assert (state.state(dataset), state.n_rows(dataset)) == ("ready", "120")
    (cache.root() / "unsw_nb15" / "current").write_text("torn")
    assert state.state(dataset) == "damaged: import it again"


def test_doubts_are_said():
    version = unsw_nb15.CARD.versions[1]
    file = File("a.csv", url="https://example.org/a.csv")
    card = replace(
        unsw_nb15.CARD,
        versions=(replace(version, files=(file,)),),
        tested_on="generated files only",
    )
    assert state.state(imported_dataset(Official(card))) == (
        "importable: fewlabels datasets fetch unsw_nb15; tested on generated files only; "
        "counts not certain"
    )


def test_progress_shows_on_a_terminal_and_is_gone_elsewhere(monkeypatch, capsys):
    with progress("importing x") as tell:
        tell("7 rows")
    assert capsys.readouterr() == ("", "")
    screen = io.StringIO()
    monkeypatch.setattr(
        "rich.console.Console", lambda **_: Console(file=screen, force_terminal=True, width=60)
    )
    with progress("importing x") as tell:
        tell("7 rows")
    assert "importing x" in screen.getvalue()


def test_an_import_tells_how_far_it_is(tmp_path):
    official, path = made_official(unsw_nb15.CARD, tmp_path)
    told = []
    imported_dataset(official).import_file(path, tell=told.append)
    assert told == ["120 rows"]
