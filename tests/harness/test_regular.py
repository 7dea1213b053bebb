"""A run folder from somebody else, made to read elsewhere, or for ever: what reads it names it."""

import os
import shutil
from pathlib import Path

import pytest

from harness.errors import RunFolderError
from harness.ids import Named
from harness.replan import replanned
from harness.store import RunFolder
from harness.stored import Stored, planned
from harness.verify import verify
from reports.results import read

GOLDEN = Path(__file__).parents[1] / "golden" / "runs"
FILES = ("sweep.yaml", "sweep.json", "trials/000001.parquet", "components/mine.py")
FOLDERS = ("trials", "components", ".trials.next", ".attempts.000001")


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "received"
    shutil.copytree(GOLDEN / "version_2", root)
    (root / "components").mkdir()
    (root / "components" / "mine.py").write_text("COMPONENTS = {}")
    shutil.rmtree(root / "attempts", ignore_errors=True)
    return RunFolder.open(root)


def stored_reference(folder):
    (id_,) = folder.frame("references")["reference_id"]
    return Stored.read(folder, Named("reference", id_))


@pytest.mark.parametrize("name", FILES)
def test_no_file_is_read_through_a_link(folder, tmp_path, name):
    path = folder.root / name
    path.rename(secret := tmp_path / "secret")
    path.symlink_to(secret)
    says = f"{path} is a link to {secret}; nothing is read through links of a run folder"
    with pytest.raises(RunFolderError) as refused:
        read(folder.root)
    assert str(refused.value).startswith(says)


@pytest.mark.parametrize("read", [replanned, lambda folder: planned(stored_reference(folder))])
def test_no_sweep_is_planned_again_through_a_link(folder, tmp_path, read):
    path = folder.root / "sweep.yaml"
    path.rename(secret := tmp_path / "secret")
    path.symlink_to(secret)
    with pytest.raises(RunFolderError, match=f"{path} is a link to {secret}; nothing is read"):
        read(folder)


@pytest.mark.parametrize("name", FOLDERS)
def test_no_folder_is_read_through_a_link(folder, tmp_path, name):
    path, elsewhere = folder.root / name, tmp_path / "elsewhere"
    if path.exists():
        path.rename(elsewhere)
    else:
        elsewhere.mkdir()
    path.symlink_to(elsewhere)
    with pytest.raises(RunFolderError) as refused:
        read(folder.root)
    assert str(refused.value).startswith(f"{path} is a link to {elsewhere}; nothing is read")
    if name != "components":
        (line,) = verify(folder).findings
        assert line.startswith(f"{path} is a link to {elsewhere}; nothing is read")


def test_a_table_as_it_was_then_leads_to_no_other_folder(folder, tmp_path):
    (folder.root / "trials").rename(tmp_path / "elsewhere")
    (folder.root / ".trials.000001").symlink_to(tmp_path / "elsewhere")
    (folder.root / "trials").symlink_to(".trials.000001")
    with pytest.raises(RunFolderError, match=r"\.trials\.000001 is a link to .*elsewhere;"):
        folder.read("trials")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", FILES)
def test_a_pipe_holds_nobody_up(folder, name):
    path = folder.root / name
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(RunFolderError) as refused:
        read(folder.root)
    says = f"{path} is no regular file, and only such are read from a run folder"
    assert str(refused.value) == says


@pytest.mark.timeout(20)
def test_a_device_is_not_read_for_ever(folder):
    path = folder.root / "trials" / "000001.parquet"
    path.unlink()
    path.symlink_to("/dev/zero")
    (line,) = verify(folder).findings
    assert line.startswith(f"{path} is a link to /dev/zero;")


@pytest.mark.parametrize("name", ["sweep.yaml", "sweep.json", "components/mine.py"])
def test_a_folder_is_no_file(folder, name):
    path = folder.root / name
    path.unlink()
    path.mkdir()
    with pytest.raises(RunFolderError, match=f"{path} is no regular file"):
        read(folder.root)


def test_ones_own_run_may_be_a_link_or_below_one(folder, tmp_path):
    (tmp_path / "run").symlink_to(folder.root)
    (tmp_path / "runs").symlink_to(tmp_path)
    for root in (tmp_path / "run", tmp_path / "runs" / "received"):
        results = read(root)
        assert not results.trials.empty
        assert results.sweeps[str(root)] == (folder.root / "sweep.yaml").read_text()
        assert verify(RunFolder.open(root)) == verify(folder)
        with RunFolder.open(root).writing() as lines:
            assert lines == ()


def test_a_file_that_becomes_a_pipe_while_it_is_opened_is_refused(folder, monkeypatch):
    path, opened = folder.root / "sweep.yaml", os.open

    def late(name, flags, *args):
        path.unlink()
        os.mkfifo(path)
        return opened(name, flags, *args)

    monkeypatch.setattr(os, "open", late)
    with pytest.raises(RunFolderError, match="is no regular file"):
        folder.sweep_text()
