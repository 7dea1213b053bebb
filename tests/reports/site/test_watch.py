from __future__ import annotations

import re

import pytest

import reports
from harness.errors import RunFolderError
from harness.store import RunFolder
from reports.site import watch as watching
from reports.site.write import Wish


@pytest.fixture
def watched(monkeypatch, tmp_path):
    """Watch a run; `steps` are what happens in place of each pause. Returns what was told."""

    def run(root, *steps):
        left, told = list(steps), []

        def sleep(_seconds):
            if not left:
                raise KeyboardInterrupt
            left.pop(0)()

        monkeypatch.setattr(watching.time, "sleep", sleep)
        watching.watch([str(root)], tmp_path / "site", Wish(), told.append)
        return told

    return run


def stamp(site):
    found = re.search(r'data-watched="([^"]+)"', (site / "index.html").read_text(encoding="utf-8"))
    return found and found[1]


def test_the_site_is_written_anew_when_the_run_has_grown_and_only_then(fake, tmp_path, watched):
    tables = fake(repeats=1).rows()
    late = tables["trials"].pop()
    root = fake(repeats=1).write(tmp_path / "run", tables)
    stamps = []

    def grow():
        stamps.append(stamp(tmp_path / "site"))
        folder = RunFolder.open(root)
        with folder.writing():
            folder.append("trials", [late])

    def look():
        stamps.append(stamp(tmp_path / "site"))

    told = watched(root, grow, look, look)
    assert len(told) == 3  # at first, when it had grown, and at the end
    assert len(set(stamps)) == 2
    assert stamps[1] == stamps[2]
    assert stamp(tmp_path / "site") is None
    assert (tmp_path / "site" / "watched.js").read_text() == 'fewlabels.written("")\n'


def test_a_run_folder_that_is_away_for_a_moment_is_looked_at_again(
    fake, stored, watched, monkeypatch
):
    load = reports.load
    answers = [RunFolderError("the disk is away")]

    def flaky(*runs):
        if len(seen) == 1 and answers:
            raise answers.pop()
        return load(*runs)

    seen = []
    monkeypatch.setattr(reports, "load", flaky)
    told = watched(stored(fake(repeats=1)), lambda: seen.append(1), lambda: seen.append(2))
    assert [str(one) for one in told if isinstance(one, RunFolderError)] == ["the disk is away"]


def test_a_folder_without_a_run_is_an_error_at_once(tmp_path, watched):
    with pytest.raises(RunFolderError, match="no run at"):
        watched(tmp_path / "none")
