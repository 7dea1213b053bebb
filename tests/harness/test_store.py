import errno
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from threading import Thread

import duckdb
import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pytest

from harness import parquet, schema, store
from harness.errors import RunFolderError
from harness.store import RunFolder
from tests.harness.broken_disk import broken


def attempt(unit, cause="oom", error=None):
    return {
        "work_id": f"study-{unit}",
        "kind": "study",
        "unit": unit,
        "cause": cause,
        "error": error,
        "action": "run again",
        "at": pd.Timestamp("2026-01-01", tz="UTC"),
    }


def trial(number, **changes):
    row = {field.name: None for field in schema.schema("trials")}
    row |= dict.fromkeys(schema.AXES, "some") | {"study_id": "s", "acquisition_id": "a"}
    row |= {"repeat": 0, "budget": 100, "number": number, "params": "{}", "metric": "macro_f1"}
    row |= {"status": "done", "wall_s": 1.5, "peak_bytes": 1, "host": "h", "environment_id": "e"}
    return row | {"val_macro_f1": 0.5, "confusion": [[3, 1], [0, 2]]} | changes


def units(folder):
    return sorted(folder.read("attempts", ["unit"])["unit"].to_pylist())


@pytest.fixture
def folder(tmp_path):
    return RunFolder.create(tmp_path / "runs" / "mine")


@pytest.fixture
def filled(folder):
    with folder.writing():
        for unit in range(3):
            folder.append("attempts", [attempt(unit)])
    return folder


# ---- rows come back as they went in


def test_rows_come_back_with_the_schema_and_their_values(folder):
    rows = [trial(0), trial(1, status="failed", error="no", confusion=None, val_macro_f1=None)]
    with folder.writing():
        folder.append("trials", rows)
    table = folder.read("trials")
    assert table.schema.equals(schema.schema("trials"), check_metadata=True)
    assert table.to_pylist() == rows


def test_a_table_without_rows_is_empty_and_has_its_columns(folder):
    for table in schema.TABLES:
        assert folder.read(table).schema.equals(schema.schema(table), check_metadata=True)
        assert list(folder.frame(table).columns) == schema.schema(table).names
    assert folder.read("trials", ["number"]).column_names == ["number"]
    with folder.writing():
        folder.append("trials", [])
    assert not (folder.root / "trials").exists()


def test_a_frame_has_plain_strings_and_nan_for_null(folder):
    with folder.writing():
        folder.append("trials", [trial(0), trial(1, val_macro_f1=None, classifier="other")])
    frame = folder.frame("trials")
    assert frame["classifier"].dtype == frame["study_id"].dtype == "str"
    assert frame["val_macro_f1"].dtype == np.float64
    assert frame["val_macro_f1"].isna().tolist() == [False, True]
    assert [list(row) for row in frame["confusion"][0]] == [[3, 1], [0, 2]]


def test_names_that_differ_between_files_share_one_column(folder):
    with folder.writing():
        for number, name in enumerate(["svc", "knn", "svc"]):
            folder.append("trials", [trial(number, classifier=name)])
    assert folder.read("trials")["classifier"].to_pylist() == ["svc", "knn", "svc"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"colour": 1}, r"attempts has no column \['colour'\]"),
        ({"unit": None}, r"attempts needs a value for \['unit'\]"),
        ({"unit": "many"}, "many"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_and_leaves_nothing(folder, change, says):
    with folder.writing(), pytest.raises((ValueError, TypeError), match=says):
        folder.append("attempts", [attempt(0), attempt(1) | change])
    assert units(folder) == []


def test_a_nullable_column_may_be_left_out(folder):
    row = attempt(0)
    del row["error"]
    with folder.writing():
        folder.append("attempts", [row])
    assert folder.read("attempts")["error"].to_pylist() == [None]


# ---- replacing and merging


def test_supersede_replaces_the_matching_rows_and_returns_them(filled):
    with filled.writing():
        gone = filled.supersede("attempts", pc.field("unit") >= 1, [attempt(7), attempt(8)])
    assert sorted(gone["unit"].to_pylist()) == [1, 2]
    assert units(filled) == [0, 7, 8]


def test_supersede_keeps_rows_for_which_the_condition_is_null(folder):
    with folder.writing():
        folder.append("attempts", [attempt(0, error="a"), attempt(1), attempt(2, error="b")])
        folder.supersede("attempts", pc.field("error") == "a", [])
    assert units(folder) == [1, 2]


def test_supersede_compares_names(folder):
    with folder.writing():
        folder.append("attempts", [attempt(0, "oom"), attempt(1, "timeout"), attempt(2, "node")])
        gone = folder.supersede("attempts", pc.field("cause").isin(["oom", "node"]), [])
    assert gone["unit"].to_pylist() == [0, 2]
    assert units(folder) == [1]


def test_supersede_of_everything_leaves_an_empty_table_that_plain_readers_read(filled):
    with filled.writing():
        filled.supersede("attempts", pc.field("unit") >= 0, [])
    assert units(filled) == []
    assert (
        list(pd.read_parquet(filled.root / "attempts").columns)
        == filled.read("attempts").column_names
    )
    with filled.writing():
        filled.append("attempts", [attempt(5)])
    assert units(filled) == [5]


def test_supersede_without_a_match_adds_the_rows(folder):
    with folder.writing():
        assert folder.supersede("attempts", pc.field("unit") == 1, [attempt(1)]).num_rows == 0
        assert folder.supersede("attempts", pc.field("unit") == 2, [attempt(2)]).num_rows == 0
    assert units(folder) == [1, 2]


def files(folder, table="attempts"):
    return sorted(path.name for path in (folder.root / table).iterdir())


def test_the_last_file_grows_until_it_is_full(folder, monkeypatch):
    monkeypatch.setattr(store, "FULL_BYTES", 3_300)
    seen = []
    with folder.writing():
        for unit in range(60):
            folder.append("attempts", [attempt(unit)])
            assert set(seen) <= set(files(folder))  # none ever goes
            seen = files(folder)
            assert folder.read("attempts")["unit"].to_pylist() == list(range(unit + 1))
    assert seen == [f"{number:06d}.parquet" for number in range(1, len(seen) + 1)]
    assert 3 < len(seen) < 30


def test_a_run_that_goes_on_lets_the_last_file_grow(folder):
    for unit in range(3):
        with RunFolder.open(folder.root).writing():
            pass
        with (again := RunFolder.open(folder.root)).writing():
            again.append("attempts", [attempt(unit)])
    assert units(folder) == [0, 1, 2]
    assert files(folder) == ["000001.parquet"]


def test_a_row_that_replaces_one_goes_into_its_file(folder, monkeypatch):
    """So that a plain reader that meets the old file and the new one sees it once."""
    monkeypatch.setattr(store, "FULL_BYTES", 1)
    with folder.writing():
        for number in range(4):
            folder.append("trials", [trial(number)])
        changed = [trial(number, status="failed") for number in (0, 2, 7)]
        folder.supersede("trials", pc.field("number").isin([0, 1, 2]), changed)
    found = [
        parquet.decode(folder.root / "trials" / name, "trials")["number"].to_pylist()
        for name in files(folder, "trials")
    ]
    assert found == [[0], [], [2], [3], [7]]


def test_two_rows_of_one_key_replace_nothing(folder):
    with folder.writing(), pytest.raises(ValueError, match="rows of one study_id and number"):
        folder.supersede("trials", pc.field("number") == 0, [trial(1), trial(1)])


# ---- kills and failures


def test_after_a_failed_write_the_folder_takes_no_more_until_it_is_opened_again(
    filled, monkeypatch
):
    with filled.writing():
        with (
            broken(monkeypatch, "full from then on", 0),
            pytest.raises(RunFolderError, match=r"cannot use .*: No space left on device"),
        ):
            filled.append("attempts", [attempt(3)])
        with pytest.raises(RunFolderError, match="No space left on device"):
            filled.append("attempts", [attempt(4)])
        with pytest.raises(RunFolderError, match="No space left on device"):
            filled.supersede("attempts", pc.field("unit") == 0, [])
    with filled.writing():
        assert units(filled) == [0, 1, 2]
        filled.append("attempts", [attempt(3)])
    assert units(filled) == [0, 1, 2, 3]


WRITER = """
import sys
from pathlib import Path
import pyarrow.compute as pc
from harness import store
store.FULL_BYTES = 2_800
folder = store.RunFolder.create(Path(sys.argv[1]))
def row(unit, cpu):
    return dict.fromkeys(("python", "platform"), "3") | {
        "versions": "{}",
        "environment_id": str(unit), "cpu": cpu, "git_commit": None, "gpu": None}
with folder.writing():
    unit = len(folder.read("environments"))
    while unit < int(sys.argv[2]):
        folder.append("environments", [row(unit, "new"), row(unit + 1, "new")])
        again = [n for n in (unit, unit - 9, unit - 30) if n >= 0]
        folder.supersede(
            "environments",
            pc.field("environment_id").isin(list(map(str, again))),
            [row(n, "again") for n in again],
        )
        unit += 2
        print(unit, flush=True)
"""


def start_writer(root, n_rows):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root), str(n_rows)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        text=True,
    )


def by_duckdb(pattern, column):
    """It looks at a file more than once, and then may say that it was replaced meanwhile."""
    while True:
        try:
            found = duckdb.connect().execute("SELECT * FROM read_parquet(?)", [pattern])
            return found.df()[column]
        except duckdb.Error:
            continue


def numbered(root):
    return sorted(map(int, RunFolder.open(root).read("environments")["environment_id"].to_pylist()))


def test_any_reader_sees_every_row_once_at_any_moment_of_a_run(tmp_path):
    """The writer also replaces rows, in one file and in several, and goes on to new files."""
    root, seen = tmp_path / "run", []
    with start_writer(root, 120) as writer:
        table = root / "environments"
        readers = (
            lambda: pd.read_parquet(table, columns=["environment_id"])["environment_id"],
            lambda: by_duckdb(f"{table}/*.parquet", "environment_id"),
            lambda: RunFolder.open(root).frame("environments")["environment_id"],
        )
        counted = [0]
        listening = Thread(target=lambda: counted.extend(map(int, writer.stdout)))
        listening.start()
        while writer.poll() is None:
            if not table.exists():
                continue
            for read in readers:
                at_least = counted[-1]
                found = sorted(map(int, read()))
                assert len(set(found)) == len(found)
                assert set(found) >= set(range(at_least))
                seen.append(len(found))
        listening.join()
    assert writer.returncode == 0
    assert len(set(seen)) > 5
    assert numbered(root) == list(range(120))
    assert len(files(RunFolder.open(root), "environments")) > 5


def test_a_killed_writer_has_stored_what_it_counted(tmp_path):
    root, counted = tmp_path / "run", 0
    for n_lines in (1, 7):
        with start_writer(root, 10_000) as writer:
            for _ in range(n_lines):
                counted = int(writer.stdout.readline())
            writer.kill()
            counted = int((writer.stdout.read().split() or [counted])[-1])
        found = numbered(root)
        assert found == list(range(len(found)))
        assert len(found) in {counted, counted + 2}
    with RunFolder.open(root).writing():
        pass
    assert {path.name for path in root.iterdir()} == {store.LOCK, "environments"}


# ---- one writer


def test_a_second_writer_is_told_who_the_first_is(filled):
    with filled.writing():
        code = f"""
from pathlib import Path
from harness.errors import RunFolderError
from harness.store import RunFolder
try:
    with RunFolder.open(Path({str(filled.root)!r})).writing():
        print("both wrote")
except RunFolderError as error:
    print(error)
"""
        said = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
        ).stdout
        assert said.strip() == (
            f"{filled.root} is being written by process {os.getpid()} on {platform.node()}; "
            "wait for it, or stop it first"
        )
        with pytest.raises(RunFolderError, match="is being written by"), filled.writing():
            pass
    with filled.writing():
        filled.append("attempts", [attempt(3)])


def test_a_lock_of_a_process_that_has_ended_is_recognised(filled):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with filled.writing():
        named = f"process {ended.pid} on {platform.node()}"
        (filled.root / store.LOCK).write_text(named)
        with (
            pytest.raises(RunFolderError, match=f"locked for {named}, which has ended: a process"),
            filled.writing(),
        ):
            pass
        (filled.root / store.LOCK).write_text(f"process {ended.pid} on elsewhere")
        with pytest.raises(RunFolderError, match="on elsewhere; wait for it"), filled.writing():
            pass


def test_a_lock_that_a_killed_process_left_holds_nobody_up(folder):
    with start_writer(folder.root, 10_000) as writer:
        writer.stdout.readline()
        with pytest.raises(RunFolderError, match=f"is being written by process {writer.pid} on"):
            folder.writing().__enter__()
        writer.kill()
    with folder.writing() as lines:
        assert lines == ()


def test_a_disk_without_locks_is_refused(folder, monkeypatch):
    def refused(*_args):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("harness.lock.fcntl.flock", refused)
    with pytest.raises(RunFolderError, match="without file locks"), folder.writing():
        pass


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: folder.append("attempts", [attempt(0)]),
        lambda folder: folder.supersede("attempts", pc.field("unit") == 0, []),
        lambda folder: folder.write_sweep("name: x", {}),
    ],
)
def test_writing_without_the_lock_is_a_bug(folder, write):
    with folder.writing():
        pass
    with pytest.raises(RuntimeError, match="inside `with"):
        write(folder)


# ---- the folder


def test_a_run_is_made_with_its_parents_and_found_again(tmp_path):
    root = tmp_path / "a" / "b"
    RunFolder.create(root)
    RunFolder.create(root)  # an existing run continues
    assert RunFolder.open(root).sweep_text() is None
    assert RunFolder.open(root).sweep() == {}


def sweep_of(name):
    return {"name": name, "tuning": {"acquisition": "defaults"}}


def test_the_sweep_comes_back(folder):
    with folder.writing():
        folder.write_sweep("name: größer\n", sweep_of("größer"))
        folder.write_sweep("name: größer als zuvor\n", sweep_of("größer als zuvor"))
    assert folder.sweep_text() == "name: größer als zuvor\n"
    assert folder.sweep() == sweep_of("größer als zuvor")


def test_other_peoples_folders_are_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunFolderError, match="is not empty and holds no run"):
        RunFolder.create(tmp_path)
    with pytest.raises(RunFolderError, match=r"notes\.txt is a file"):
        RunFolder.create(tmp_path / "notes.txt")
    with pytest.raises(RunFolderError, match=r"cannot use .*: Not a directory"):
        RunFolder.create(tmp_path / "notes.txt" / "run")


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    def refused(self, *_args, **_kwargs):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "touch", refused)
    with pytest.raises(RunFolderError, match=r"cannot use .*run.*: Permission denied"):
        RunFolder.create(tmp_path / "run")


def test_a_sweep_file_alone_makes_no_run(tmp_path):
    (tmp_path / "sweep.yaml").write_text("name: x")
    (tmp_path / "datasets").mkdir()
    with pytest.raises(RunFolderError, match="holds no run"):
        RunFolder.create(tmp_path)


def test_a_missing_run_comes_with_the_nearest_one(folder):
    runs = folder.root.parent
    for wrong in (runs / "mime", runs.parent / "mine", folder.root / "trials"):
        with pytest.raises(RunFolderError, match=re.escape(f"did you mean {folder.root}?")):
            RunFolder.open(wrong)
    with pytest.raises(RunFolderError, match=r"no run at .*elsewhere$"):
        RunFolder.open(runs / "elsewhere")
    with pytest.raises(RunFolderError, match=r"no run at .*nothing$"):
        RunFolder.open(runs / "no" / "such" / "nothing")


def test_a_published_copy_without_hidden_files_is_a_run(filled, tmp_path):
    with filled.writing():
        filled.write_sweep("name: mine", sweep_of("mine"))
    copy = tmp_path / "copy"
    shutil.copytree(filled.root, copy, ignore=shutil.ignore_patterns(".*"))
    assert units(RunFolder.open(copy)) == [0, 1, 2]
