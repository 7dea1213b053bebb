"""A file that does not hold what it should is named, and set aside by whoever writes next."""

import json
import re

import pyarrow as pa
import pytest

from harness import parquet, store
from harness.errors import RunFolderError
from harness.schema import SCHEMA_VERSION
from harness.store import RunFolder
from reports.results import read
from tests.harness.test_store import attempt, files, units


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Three files of one row each, and a table besides."""
    monkeypatch.setattr(store, "FULL_BYTES", 1)
    made = RunFolder.create(tmp_path / "run")
    with made.writing():
        for unit in range(3):
            made.append("attempts", [attempt(unit)])
    return made


def flipped(content):
    damaged = bytearray(content)
    damaged[40] ^= 255
    return bytes(damaged)


def with_metadata(version="1", table="attempts", drop=None, extra=None):
    content = parquet.table_of("attempts", [attempt(5)])
    if drop:
        content = content.drop_columns([drop])
    if extra:
        content = content.append_column(extra, pa.array([1]))
    metadata = {"fewlabels_table": table, "fewlabels_schema_version": version}
    return parquet.encode(content.replace_schema_metadata(metadata if table else None))


DAMAGE = {
    "empty": (lambda _: b"", "is damaged"),
    "torn": (lambda good: good[:-50], "is damaged"),
    "half": (lambda good: good[: len(good) // 2], "is damaged"),
    "a bit flipped": (flipped, "is damaged"),
    "no parquet at all": (lambda _: b"id,score\n1,2\n", "is damaged"),
    "zeros": (lambda good: bytes(len(good)), "is damaged"),
    "of another program": (lambda _: with_metadata(table=None), "was not written by fewlabels"),
    "of no version": (lambda _: with_metadata("new"), "was not written by fewlabels"),
    "of another table": (lambda _: with_metadata(table="trials"), "belongs to the table trials"),
    "with a column more": (
        lambda _: with_metadata(extra="colour"),
        "has a column 'colour' of int64, which attempts does not have",
    ),
    "without a column": (lambda _: with_metadata(drop="unit"), "has no column 'unit'"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_file_is_named_by_readers_and_set_aside_by_the_next_writer(kind, folder):
    damaged, says = DAMAGE[kind]
    path = folder.root / "attempts" / "000002.parquet"
    content = damaged(path.read_bytes())
    path.write_bytes(content)
    with pytest.raises(RunFolderError) as refused:
        folder.read("attempts")
    assert str(refused.value).startswith(f"{path} {says}")
    assert str(refused.value).endswith(
        "; run the sweep again, which sets it aside and computes again what it held"
    )
    assert "\n" not in str(refused.value)
    aside = folder.root / "quarantine" / "attempts" / "000002.parquet"
    with folder.writing() as (line,):
        assert line.startswith(f"{path} {says}")
        assert line.endswith(f"; it is now {aside}, and what it held is computed again")
        assert units(folder) == [0, 2]
        folder.append("attempts", [attempt(1)])
    assert aside.read_bytes() == content
    assert units(folder) == [0, 1, 2]
    with folder.writing() as lines:
        assert lines == ()


def test_a_file_that_somebody_removed_is_missed(folder):
    path = folder.root / "attempts" / "000002.parquet"
    path.unlink()
    with pytest.raises(RunFolderError, match=re.escape(f"{path} is missing; run the sweep again")):
        folder.read("attempts")
    with folder.writing() as (line,):
        assert line == f"{path} is missing; what it held is computed again"
    assert units(folder) == [0, 2]


def test_a_file_under_another_name_would_double_rows_and_is_not_read(folder):
    path = folder.root / "attempts" / "000002 (copy).parquet"
    path.write_bytes((folder.root / "attempts" / "000002.parquet").read_bytes())
    with pytest.raises(RunFolderError, match=r"000002 \(copy\).parquet is no file of this table"):
        folder.read("attempts")
    with folder.writing() as (line,):
        assert line.endswith(f"it is now {folder.root}/quarantine/attempts/{path.name}")
    assert units(folder) == [0, 1, 2]
    assert len(files(folder)) == 3


def test_files_of_one_name_are_all_kept(folder):
    for content in (b"one", b"two", b"three"):
        (folder.root / "attempts" / "000002.parquet").write_bytes(content)
        with folder.writing() as lines:
            assert len(lines) == 1
    kept = sorted((folder.root / "quarantine" / "attempts").iterdir())
    assert {path.read_bytes() for path in kept} == {b"one", b"two", b"three"}


def test_a_file_of_a_newer_fewlabels_is_refused_and_left_where_it_is(folder):
    path = folder.root / "attempts" / "000003.parquet"
    content = with_metadata(str(SCHEMA_VERSION + 1))
    path.write_bytes(content)
    says = (
        f"{path} has schema version {SCHEMA_VERSION + 1}, and this fewlabels knows "
        f"{SCHEMA_VERSION}; use the newer fewlabels that wrote it"
    )
    with pytest.raises(RunFolderError, match=re.escape(says)):
        folder.read("attempts")
    with pytest.raises(RunFolderError, match=re.escape(says)), folder.writing():
        pass
    assert path.read_bytes() == content


def test_hidden_and_other_files_in_a_table_are_neither_read_nor_moved(folder):
    names = (".x.parquet", "_x.parquet", "x.txt")
    for name in names:
        (folder.root / "attempts" / name).write_bytes(b"nonsense")
    assert units(folder) == [0, 1, 2]
    with folder.writing() as lines:
        assert lines == ()
    assert set(names) <= set(files(folder))


SWEEP = {"name": "x", "tuning": {"acquisition": "defaults"}}
GRID = {"classifiers": [{"name": "svc"}]}


def with_(**fields):
    return json.dumps(SWEEP | fields).encode()


SWEEPS = {  # file, content, what is said of it
    "torn": ("sweep.json", b'{"name": ', "Expecting value"),
    "no text": ("sweep.yaml", b"name: \xff", "'utf-8' codec can't decode"),
    "no text either": ("sweep.json", b'{"name": "\xff"}', "'utf-8' codec can't decode"),
    "a list": ("sweep.json", b"[1]", "it is no mapping of fields but a list"),
    "an empty list": ("sweep.json", b"[]", "it is no mapping of fields but a list"),
    "text": ("sweep.json", b'"x"', "it is no mapping of fields but a str"),
    "nothing": ("sweep.json", b"null", "it is no mapping of fields but a NoneType"),
    "nested for ever": ("sweep.json", b"[" * 200_000, "maximum recursion depth"),
    "nested deep": ("sweep.json", with_(seed=json.loads("[" * 99 + "]" * 99)), "it is nested"),
    "empty": ("sweep.json", b"{}", "it has no name"),
    "foreign": ("sweep.json", b'{"a": 1}', "it has no name"),
    "without tuning": ("sweep.json", b'{"name": "x"}', "it has no tuning"),
    "no tuning": ("sweep.json", with_(tuning=[]), "tuning is no mapping"),
    "no split": ("sweep.json", with_(split="x"), "split is no mapping"),
    "no seeds": ("sweep.json", with_(split={"seeds": 3}), "split.seeds is no list"),
    "no device": ("sweep.json", with_(neural={"device": []}), "neural.device is no text"),
    "no share": ("sweep.json", with_(reference={"target": "x"}), "reference.target is no share"),
    "no share at all": ("sweep.json", with_(reference={"target": 0}), "reference.target is no"),
    "no axis": ("sweep.json", with_(scalers={}), "scalers is no list"),
    "no component": ("sweep.json", with_(scalers=["none"]), "scalers[0] has no name"),
    "no label": ("sweep.json", with_(scalers=[{"name": "x", "as": 1}]), "scalers[0].as is no text"),
    "no grids": ("sweep.json", with_(grids={"a": 1}), "grids is no list"),
    "no grid": ("sweep.json", with_(grids=[GRID, 1]), "grids[1] is no mapping"),
    "no component of a grid": (
        "sweep.json",
        with_(grids=[{"scalers": [1]}]),
        "grids[0].scalers[0]",
    ),
    "a null for a list": ("sweep.json", with_(scalers=None), "scalers is no list"),
    "a null for grids": ("sweep.json", with_(grids=None), "grids is no list"),
    "a null for a mapping": ("sweep.json", with_(neural=None), "neural is no mapping"),
    "half a character": ("sweep.json", b'{"name": "\\ud800"}', "it holds half a character"),
}


@pytest.mark.parametrize("kind", SWEEPS)
def test_a_damaged_sweep_is_named_by_readers_and_set_aside_by_the_next_writer(folder, kind):
    name, content, why = SWEEPS[kind]
    with folder.writing():
        folder.write_sweep("name: x", SWEEP | GRID)
    path = folder.root / name
    path.write_bytes(content)
    says = f"{path} is damaged ({why}"
    with pytest.raises(RunFolderError) as refused:
        read(folder.root)
    assert str(refused.value).startswith(says)
    assert str(refused.value).endswith("; run the sweep again")
    with folder.writing() as (line,):
        assert line.startswith(says)
        assert line.endswith(f"; it is now {folder.root}/quarantine/{name}")
        assert (folder.sweep() if name == "sweep.json" else folder.sweep_text()) in ({}, None)
    assert (folder.root / "quarantine" / name).read_bytes() == content
    read(folder.root)
