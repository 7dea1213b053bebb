import errno
import itertools
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from harness import parquet, schema, store
from harness.errors import RunFolderError
from harness.store import RunFolder

CALLS = ("replace", "rename", "link", "symlink", "fsync", "mkdir", "unlink", "rmdir")


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


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


def test_many_small_files_are_merged_and_the_rows_stay(folder, monkeypatch):
    monkeypatch.setattr(store, "MANY_FILES", 5)
    with folder.writing():
        for unit in range(23):
            folder.append("attempts", [attempt(unit)])
            assert len(list((folder.root / "attempts").glob("*.parquet"))) <= 5
            assert folder.read("attempts")["unit"].to_pylist() == list(range(unit + 1))


def test_compacting_leaves_big_files_alone(folder, monkeypatch):
    with folder.writing():
        folder.append("attempts", [attempt(0, error="".join(map(str, range(9000))))])
        (big,) = (folder.root / "attempts").glob("*.parquet")
        monkeypatch.setattr(store, "SMALL_BYTES", big.stat().st_size - 1)
        inode = big.stat().st_ino
        folder.append("attempts", [attempt(1)])
        folder.append("attempts", [attempt(2)])
        folder.compact("attempts")
        files = sorted((folder.root / "attempts").glob("*.parquet"))
        assert [path.stat().st_ino == inode for path in files] == [True, False]
        folder.supersede("attempts", pc.field("unit") == 0, [])
    assert units(folder) == [1, 2]


def test_without_hard_links_files_are_copied(filled, monkeypatch):
    def refused(*_args, **_kwargs):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    with filled.writing():
        filled.supersede("attempts", pc.field("unit") == 1, [attempt(9)])
    assert units(filled) == [0, 2, 9]


# ---- kills and failures


def actions(folder):
    """Every kind of change, each with the units before and after it."""
    with folder.writing():
        yield [], [0]
        folder.append("attempts", [attempt(0)])
        yield [0], [0, 1, 2]
        folder.append("attempts", [attempt(1), attempt(2)])
        yield [0, 1, 2], [0, 1, 2]
        folder.compact("attempts")
        yield [0, 1, 2], [0, 1, 2, 3]
        folder.append("attempts", [attempt(3)])
        yield [0, 1, 2, 3], [0, 1, 2, 7, 8]
        folder.supersede("attempts", pc.field("unit") == 3, [attempt(7), attempt(8)])
        yield [0, 1, 2, 7, 8], [0, 7, 8]
        folder.supersede("attempts", pc.field("unit").isin([1, 2]), [])
        yield [0, 7, 8], [0, 7, 8, 9]
        folder.append("attempts", [attempt(9)])  # the fourth file: merges first
        yield [0, 7, 8, 9], [0, 7, 8, 9]


def fail_at(monkeypatch, nth, make_error):
    """Make the `nth` of the calls that change the disk raise instead of doing its work.

    Nothing waits for the disk: these tests kill processes, not machines.
    """
    count = itertools.count()

    def failing(original):
        def call(*args, **kwargs):
            if next(count) == nth:
                raise make_error()
            return original(*args, **kwargs)

        return call

    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    for name in CALLS:
        monkeypatch.setattr(os, name, failing(getattr(os, name)))
    path_open = Path.open

    def opening(self, mode="r", *args, **kwargs):
        if "w" in mode and next(count) == nth:
            raise make_error()
        return path_open(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", opening)


def is_clean(root):
    """One link, at most two generations, and in them nothing but Parquet files."""
    with RunFolder.open(root).writing():
        pass
    generations = [path for path in root.iterdir() if path.name.startswith(".attempts")]
    inside = [path.suffix for folder in generations for path in folder.iterdir()]
    return len(generations) <= 1 and set(inside) <= {".parquet"}


def run_until(error, root, nth, monkeypatch):
    """Do `actions` until call `nth` fails; return the two states between which it did."""
    states = [], []
    with monkeypatch.context() as patch:
        patch.setattr(store, "MANY_FILES", 3)
        folder = RunFolder.create(root)
        steps = actions(folder)
        fail_at(patch, nth, error)
        try:
            for states in steps:  # noqa: B007 (the last one is wanted)
                pass
        except (Killed, RunFolderError):
            return states
    return None


def test_a_kill_between_any_two_calls_loses_and_doubles_no_row(tmp_path, monkeypatch):
    for nth in itertools.count():
        root = tmp_path / str(nth)
        states = run_until(Killed, root, nth, monkeypatch)
        if states is None:
            break
        before_recovery = units(RunFolder.open(root))
        assert before_recovery in states, nth
        if (root / "attempts").exists():
            assert sorted(pd.read_parquet(root / "attempts")["unit"]) == before_recovery
        assert is_clean(root), nth
        with RunFolder.open(root).writing():
            assert units(RunFolder.open(root)) == before_recovery, nth
    assert nth > 60


def test_a_failing_disk_leaves_the_rows_as_they_were_or_as_wanted(tmp_path, monkeypatch):
    n_failures = n_unnoticed = nth = 0
    while n_unnoticed < 10:  # removing what is superseded may fail unnoticed
        root = tmp_path / str(nth)
        states = run_until(lambda: OSError(28, "No space left"), root, nth, monkeypatch)
        if states is None:
            n_unnoticed += 1
        else:
            n_failures, n_unnoticed = n_failures + 1, 0
            assert units(RunFolder.open(root)) in states, nth
        assert is_clean(root), nth
        nth += 1
    assert n_failures > 40


def test_an_append_that_fails_has_stored_nothing(folder, monkeypatch):
    for nth in range(4):
        with folder.writing(), monkeypatch.context() as patch:
            folder.append("attempts", [attempt(nth)])
            fail_at(patch, nth, lambda: OSError(28, "No space left on device"))
            with pytest.raises(RunFolderError, match=r"cannot use .*: No space left on device"):
                folder.append("attempts", [attempt(100 + nth)])
        assert units(folder) == list(range(nth + 1))
        assert not list((folder.root / "attempts").glob(".*"))


@pytest.mark.parametrize("nth", range(12))
def test_a_first_append_that_fails_has_stored_nothing(nth, folder, monkeypatch):
    with folder.writing():
        with monkeypatch.context() as patch:
            fail_at(patch, nth, lambda: OSError(28, "No space left on device"))
            try:
                folder.append("attempts", [attempt(0)])
                stored = [0]  # what failed was a removal, or nothing
            except RunFolderError:
                stored = []
        assert units(folder) == stored
        folder.append("attempts", [attempt(1)])
    assert units(folder) == [*stored, 1]


WRITER = """
import sys
from pathlib import Path
import pandas as pd, pyarrow.compute as pc
from harness import store
store.MANY_FILES = 4
folder = store.RunFolder.create(Path(sys.argv[1]))
def row(unit, cause):
    return {"work_id": "w", "kind": "study", "unit": unit, "cause": cause, "error": None,
            "action": "x", "at": pd.Timestamp("2026-01-01", tz="UTC")}
with folder.writing():
    unit = len(folder.read("attempts"))
    while unit < int(sys.argv[2]):
        folder.append("attempts", [row(unit, "oom"), row(unit + 1, "oom")])
        again = [row(unit - 3, "node")] if unit > 3 else []
        folder.supersede("attempts", pc.field("unit") == unit - 3, again)
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


def read_again_if_missing(read):
    while True:
        try:
            return read()
        except (OSError, duckdb.IOException):  # the documented answer to a file that moved
            continue


def test_readers_see_no_row_twice_while_the_run_goes_on_and_ours_sees_every_one(tmp_path):
    """Others may list a folder's files and find some gone (docs/results.md): they miss rows."""
    root, seen = tmp_path / "run", []
    with start_writer(root, 60) as writer:
        writer.stdout.readline()
        table = root / "attempts"
        pattern = f"{table}/*.parquet"
        while writer.poll() is None:
            for read in (
                lambda: pd.read_parquet(table, columns=["unit"])["unit"],
                lambda: [
                    unit for (unit,) in duckdb.read_parquet(pattern).select("unit").fetchall()
                ],
            ):
                found = list(read_again_if_missing(read))
                assert len(set(found)) == len(found)
            found = RunFolder.open(root).frame("attempts")["unit"]
            assert sorted(found) == list(range(len(found)))
            seen.append(len(found))
    assert writer.returncode == 0
    assert seen == sorted(seen)
    assert units(RunFolder.open(root)) == list(range(60))
    assert sorted(pd.read_parquet(table)["unit"]) == list(range(60))


def test_a_killed_writer_has_stored_what_it_counted(tmp_path):
    root, counted = tmp_path / "run", 0
    for n_lines in (1, 7):
        with start_writer(root, 10_000) as writer:
            for _ in range(n_lines):
                counted = int(writer.stdout.readline())
            writer.kill()
            counted = int((writer.stdout.read().split() or [counted])[-1])
        found = units(RunFolder.open(root))
        assert found == list(range(len(found)))
        assert len(found) in {counted, counted + 2}
    assert is_clean(root)


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
        lambda folder: folder.compact("attempts"),
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


def test_the_sweep_comes_back(folder):
    with folder.writing():
        folder.write_sweep("name: größer\n", {"name": "größer"})
        folder.write_sweep("name: größer als zuvor\n", {"name": "größer als zuvor"})
    assert folder.sweep_text() == "name: größer als zuvor\n"
    assert folder.sweep() == {"name": "größer als zuvor"}


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


@pytest.mark.parametrize("links", ["kept", "followed", "left out"])
def test_a_copied_run_is_read_and_continued(links, filled, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(filled.root, copy, symlinks=links != "followed")
    if links == "left out":
        (copy / "attempts").unlink()
    assert units(RunFolder.open(copy)) == [0, 1, 2]
    with RunFolder.open(copy).writing():
        pass
    with RunFolder.open(copy).writing():
        pass
    with (again := RunFolder.open(copy)).writing():
        again.append("attempts", [attempt(3)])
        again.supersede("attempts", pc.field("unit") == 1, [])
    assert (copy / "attempts").is_symlink()
    assert units(again) == [0, 2, 3]
    assert len(pd.read_parquet(copy / "attempts")) == 3


def test_a_published_copy_without_hidden_files_is_a_run(filled, tmp_path):
    with filled.writing():
        filled.write_sweep("name: mine", {"name": "mine"})
    copy = tmp_path / "copy"
    shutil.copytree(filled.root, copy, ignore=shutil.ignore_patterns(".*"))
    assert units(RunFolder.open(copy)) == [0, 1, 2]


def test_a_copied_table_with_other_files_is_not_taken_over(filled, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(filled.root, copy)
    (copy / "attempts" / "notes.txt").write_text("mine")
    says = "holds files that fewlabels did not write"
    with pytest.raises(RunFolderError, match=says), RunFolder.open(copy).writing():
        pass
    assert (copy / "attempts" / "notes.txt").read_text() == "mine"


def test_a_link_to_nowhere_is_named_and_nothing_is_removed(filled):
    (current,) = filled.root.glob(".attempts.*")
    other = current.rename(filled.root / ".attempts.000009")
    says = f"points to {current.name}, which is not there"
    with pytest.raises(RunFolderError, match=re.escape(says)):
        filled.read("attempts")
    with pytest.raises(RunFolderError, match=re.escape(says)), filled.writing():
        pass
    assert other.exists()


# ---- files that are not ours


def add_file(folder, table, content, name="000000-000099.parquet"):
    path = folder.root / table / name
    path.write_bytes(content)
    return path


def flipped(content):
    damaged = bytearray(content)
    damaged[40] ^= 255
    return bytes(damaged)


@pytest.mark.parametrize("damage", [lambda _good: b"", lambda good: good[:-50], flipped])
def test_a_damaged_file_is_named(damage, filled):
    good = next((filled.root / "attempts").glob("*.parquet")).read_bytes()
    path = add_file(filled, "attempts", damage(good))
    with pytest.raises(
        RunFolderError, match=f"{re.escape(str(path.name))} is damaged .*; move it away"
    ):
        filled.read("attempts")


def with_metadata(version="1", table="attempts", drop=None, extra=None):
    content = parquet.table_of("attempts", [attempt(5)])
    if drop:
        content = content.drop_columns([drop])
    if extra:
        content = content.append_column(extra, pa.array([1]))
    metadata = {"fewlabels_table": table, "fewlabels_schema_version": version}
    return parquet.encode(content.replace_schema_metadata(metadata if table else None))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (with_metadata(version="99"), "has schema version 99, and this fewlabels knows"),
        (with_metadata(version="new"), "was not written by fewlabels"),
        (with_metadata(table=None), "was not written by fewlabels; move it out of the run"),
        (with_metadata(table="trials"), "belongs to the table trials; move it out of attempts"),
        (with_metadata(extra="colour"), "has a column 'colour' of int64, which attempts does not"),
        (with_metadata(drop="unit"), "has no column 'unit'; move it away"),
    ],
)
def test_a_foreign_file_is_named(content, says, filled):
    path = add_file(filled, "attempts", content)
    with pytest.raises(RunFolderError, match=re.escape(f"{path.name} {says}")):
        filled.read("attempts")


def test_a_column_that_came_later_is_null_in_older_files(filled):
    add_file(filled, "attempts", with_metadata(drop="error"))
    assert filled.read("attempts")["error"].to_pylist() == [None] * 4
    assert filled.read("attempts", ["error"]).num_rows == 4
    with filled.writing():
        filled.compact("attempts")
    assert units(filled) == [0, 1, 2, 5]


def test_hidden_and_other_files_in_a_table_are_not_read(filled):
    for name in (".x.parquet", ".x.parquet.tmp", "_x.parquet", "x.txt"):
        add_file(filled, "attempts", b"nonsense", name)
    assert units(filled) == [0, 1, 2]
