"""Run folders of every earlier version are read as they are, and continued."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from harness import parquet
from harness.errors import RunFolderError
from harness.schema import SCHEMA_VERSION, TABLES, schema
from harness.store import LOCK, RunFolder
from tests.harness.test_store import attempt, files, units

GOLDEN = Path(__file__).parents[1] / "golden" / "runs"
VERSIONS = sorted(path.name for path in GOLDEN.glob("version_*"))
CONTENT = {  # rows of each table; the sum of a column of it
    "acquisitions": (2, "n_labels", 120),
    "rounds": (8, "n_labels", 360),
    "evaluations": (8, "n_labels", 360),
    "trials": (8, "budget", 400),
    "references": (1, "n_labels", 400),
    "attempts": (2, "unit", 2),
    "environments": (1, None, None),
    "datasets": (1, "n_pool", 400),
}


def content(folder):
    found = {}
    for table, (_, column, _) in CONTENT.items():
        frame = folder.frame(table)
        found[table] = (len(frame), column, column and frame[column].sum())
    return found


@pytest.fixture(params=VERSIONS)
def older(request, tmp_path):
    shutil.copytree(GOLDEN / request.param, tmp_path / "run", symlinks=True)
    return RunFolder.open(tmp_path / "run")


def test_there_is_a_golden_run_of_every_version():
    assert [f"version_{number}" for number in range(1, SCHEMA_VERSION + 1)] == VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_a_golden_run_is_of_its_version(version):
    for table in TABLES:
        for path in (GOLDEN / version / table).glob("*.parquet"):
            metadata = parquet.pq.read_schema(path).metadata
            assert metadata[b"fewlabels_schema_version"].decode() == version.removeprefix(
                "version_"
            )


def test_an_older_run_is_read_as_it_is(older):
    before = sorted(older.root.rglob("*"))
    assert content(older) == CONTENT
    assert older.sweep()["name"] == "golden-run"
    assert sorted(older.root.rglob("*")) == before


def test_an_older_run_opened_for_writing_has_todays_layout_and_columns(older):
    with older.writing() as lines:
        assert lines == ()
        older.append("attempts", [attempt(5)])
    assert content(older)["attempts"] == (3, "unit", 7)
    assert content(older) | {"attempts": CONTENT["attempts"]} == CONTENT
    assert {path.name for path in older.root.iterdir()} == {
        *TABLES,
        LOCK,
        "sweep.yaml",
        "sweep.json",
    }
    for table in TABLES:
        assert not (older.root / table).is_symlink()
        names = files(older, table)
        assert names == [f"{number:06d}.parquet" for number in range(1, len(names) + 1)]
        frame = pd.read_parquet(older.root / table)
        assert list(frame.columns) == schema(table).names


# ---- tables as links to hidden folders


@pytest.fixture
def linked(tmp_path):
    shutil.copytree(GOLDEN / "version_1", tmp_path / "linked", symlinks=True)
    return RunFolder.open(tmp_path / "linked")


@pytest.mark.parametrize("links", ["followed", "left out"])
def test_a_copy_of_a_linked_run_is_read_and_continued(links, linked, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(linked.root, copy, symlinks=links != "followed")
    if links == "left out":
        for table in TABLES:
            (copy / table).unlink()
    else:
        for path in copy.glob(".*[0-9]"):
            shutil.rmtree(path)
    assert content(RunFolder.open(copy)) == CONTENT
    with RunFolder.open(copy).writing():
        pass
    assert content(RunFolder.open(copy)) == CONTENT


def test_a_link_to_nowhere_is_named_and_nothing_is_removed(linked):
    other = (linked.root / ".attempts.000000").rename(linked.root / ".attempts.000009")
    says = f"{linked.root / 'attempts'} points to .attempts.000000, which is not there"
    with pytest.raises(RunFolderError, match=re.escape(says)):
        linked.read("attempts")
    with pytest.raises(RunFolderError, match=re.escape(says)), linked.writing():
        pass
    assert len(list(other.iterdir())) == 2


def test_a_published_copy_without_hidden_files_is_a_run(linked, tmp_path):
    with linked.writing():
        pass
    copy = tmp_path / "copy"
    shutil.copytree(linked.root, copy, ignore=shutil.ignore_patterns(".*"))
    assert content(RunFolder.open(copy)) == CONTENT


def test_a_column_that_came_later_is_null_in_older_files_and_added_by_the_next_writer(tmp_path):
    folder = RunFolder.create(tmp_path / "run")
    with folder.writing():
        folder.append("attempts", [attempt(0)])
    path = folder.root / "attempts" / "000001.parquet"
    older = parquet.table_of("attempts", [attempt(5)]).drop_columns(["error"])
    path.write_bytes(parquet.encode(older))
    assert folder.read("attempts")["error"].to_pylist() == [None]
    assert folder.read("attempts", ["error"]).num_rows == 1
    with folder.writing():
        assert units(folder) == [5]
    assert "error" in parquet.pq.read_schema(path).names


def test_the_sweep_of_an_older_run_is_plain_json(older):
    assert json.loads((older.root / "sweep.json").read_text())["budgets"] == [40, 60]
