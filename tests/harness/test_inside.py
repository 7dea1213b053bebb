"""A run folder from somebody else, made to write elsewhere: nothing elsewhere changes."""

import os
from pathlib import Path

import pytest

from harness.errors import RunFolderError, SweepError
from harness.spec import read_sweep
from harness.store import LOCK, RunFolder
from tests.harness.test_store import attempt

NAMES = ("..", "../outside", "/outside", "a/b", "a\\b", ".hidden", "", "a\0b", "a\nb", "con ", "ü")


@pytest.fixture
def outside(tmp_path):
    """What is not the run's: a file, a folder with a file, what looks left over, and a table."""
    folder = tmp_path / "outside"
    (folder / "quarantine" / "attempts").mkdir(parents=True)
    (folder / "file").write_text("mine")
    (folder / ".mine.tmp").write_text("mine")
    other = RunFolder.create(folder / "run")
    with other.writing():
        other.append("attempts", [attempt(7)])
    return folder


def contents(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder): path.read_bytes() for path in files}


@pytest.fixture
def received(tmp_path):
    folder = RunFolder.create(tmp_path / "received")
    with folder.writing():
        folder.append("attempts", [attempt(1)])
    return folder.root


LINKS = {
    LOCK: "file",
    ".received..probe.tmp.tmp": "file",
    ".received.sweep.json.tmp": "file",
    ".attempts.000001.parquet.tmp": "file",
    "components": ".",
    "quarantine": "quarantine",
    "attempts": "run/attempts",
    "trials": "run/attempts",
    ".attempts.next": "run/attempts",
    ".attempts.000001": "run/attempts",
    "quarantine/attempts": "quarantine/attempts",
}


@pytest.mark.parametrize(("link", "to"), LINKS.items(), ids=LINKS)
def test_nothing_is_written_or_removed_through_a_link(received, outside, link, to):
    path = received / link
    if path.is_dir():
        (path / "000001.parquet").unlink()
        path.rmdir()
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(outside / to)
    (received / "trials").mkdir(exist_ok=True)
    (received / "trials" / "authorized_keys").write_text("theirs")  # would be set aside
    before = contents(outside)
    for begin in (RunFolder.create, RunFolder):
        with pytest.raises(RunFolderError) as refused, begin(received).writing():
            pass
        assert str(refused.value).startswith(f"{path} is a link to {outside / to}; nothing is")
    assert contents(outside) == before


def test_links_that_writing_never_touches_are_their_owners(received, outside):
    (received / "site").symlink_to(outside)
    (received / "notes").mkdir()
    (received / "notes" / ".hidden").symlink_to(outside)
    (received / "notes" / "folder").symlink_to(outside)
    before = contents(outside)
    with RunFolder.create(received).writing():
        pass
    assert contents(outside) == before


def test_what_lies_beside_the_tables_is_not_walked_through(received, monkeypatch):
    (received / "site" / "deep").mkdir(parents=True)
    looked_at = []

    def scandir(path, really=os.scandir):
        looked_at.append(Path(path))
        return really(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with RunFolder.create(received).writing():
        pass
    assert received in looked_at
    assert not [path for path in looked_at if "site" in path.parts]


def test_nothing_is_written_beside_a_link_to_a_single_file(received, outside):
    path = received / "attempts" / "000001.parquet"
    path.unlink()
    path.symlink_to(outside / "run" / "attempts" / "000001.parquet")
    before = contents(outside)
    with pytest.raises(RunFolderError, match="is a link to"), RunFolder.open(received).writing():
        pass
    assert path.is_symlink()
    assert contents(outside) == before


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_sweep_is_no_path(sweeps, name):
    with pytest.raises(SweepError, match=r"name: "):
        read_sweep(sweeps.text(name=name))


@pytest.mark.parametrize("name", ["..", ".", "", "/", "a\0b", "sub/..", "~"])
def test_what_is_no_file_is_no_components_file(sweeps, tmp_path, name):
    with pytest.raises(SweepError, match=r"components\[0\]: (cannot read|.* holds a character)"):
        read_sweep(sweeps.text(components=[name]), "the sweep", tmp_path)


def test_component_files_of_any_folder_are_kept_inside_the_run(sweeps, tmp_path):
    (tmp_path / "mine.py").write_text("COMPONENTS = {}")
    (tmp_path / "sweeps").mkdir()
    text = sweeps.text(components=["../mine.py"])
    sweep = read_sweep(text, "the sweep", tmp_path / "sweeps")
    folder = RunFolder.create(tmp_path / "run")
    with folder.writing():
        folder.write_sweep(text, sweep.resolved, {f.name: f.text for f in sweep.files})
    assert (folder.root / "components" / "mine.py").is_file()


@pytest.mark.parametrize("label", NAMES)
def test_labels_become_no_paths(sweeps, tmp_path, label):
    """Every one that is taken at all."""
    tree = {"name": "decision_tree", "as": label}
    small = {"strategies": ["random"], "budgets": [30], "repeats": 1, "tuning": {"trials": 1}}
    try:
        folder = sweeps.run(tmp_path / "in" / "run", classifiers=[tree], **small)
    except SweepError:
        return
    assert set(folder.frame("trials")["classifier"]) == {label}
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["run"]
    assert {path.suffix for path in folder.root.rglob("*") if path.is_file()} <= {
        ".parquet",
        ".lock",
    }
