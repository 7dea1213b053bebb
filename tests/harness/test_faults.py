"""Whatever fails, and wherever a kill comes: no row is lost, doubled or half there.

A shorter selection by default; every fault with `make faults` ($FEWLABELS_FAULTS=all).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow.compute as pc
import pytest

from harness import schema, store
from harness.errors import RunFolderError
from harness.schema import TABLES
from harness.store import RunFolder
from tests.harness.broken_disk import KINDS, OPERATIONS, Killed, broken

ALL = os.environ.get("FEWLABELS_FAULTS") == "all"
FEW_ROWS = 2_780  # bytes of a file of a few rows: the next ones go into another
KEYS = {"attempts": "unit", "environments": "environment_id"}
VALUES = {"attempts": "cause", "environments": "cpu"}


@pytest.fixture
def root():
    """A folder in memory where there is such a thing: thousands of runs of some files each."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name) / "run"


@pytest.fixture(autouse=True)
def _small_files(monkeypatch):
    monkeypatch.setattr(store, "FULL_BYTES", FEW_ROWS)


def attempt(unit, cause):
    at = pd.Timestamp("2026-01-01", tz="UTC")
    row = {"work_id": f"study-{unit}", "kind": "study", "unit": unit, "cause": cause}
    return row | {"error": None, "action": "run again", "at": at}


def environment(key, cpu):
    row = dict.fromkeys(("python", "platform"), "3") | {"versions": "{}"}
    return row | {"environment_id": key, "git_commit": None, "cpu": cpu, "gpu": None}


MAKE = {"attempts": attempt, "environments": environment}


def write(folder, model, table, removed, rows):
    """Append, or supersede the keys `removed`; the model does the same afterwards."""
    made = [MAKE[table](key, value) for key, value in rows.items()]
    if removed:
        folder.supersede(table, pc.field(KEYS[table]).isin(list(removed)), made)
    else:
        folder.append(table, made)
    return after(model, table, removed, rows)


def after(model, table, removed, rows):
    kept = {key: value for key, value in model[table].items() if key not in removed}
    return model | {table: kept | rows}


STEPS = (  # (table, superseded, rows); None: the folder is opened again
    None,
    ("attempts", (), {0: "a"}),
    ("attempts", (), {1: "a", 2: "a"}),
    ("attempts", (), {n: "a" * n for n in range(3, 9)}),  # fills its file
    ("environments", (), {"x": "1", "y": "1"}),
    ("attempts", (), {9: "b"}),
    ("attempts", (9,), {9: "c"}),  # in one file
    ("attempts", (1, 9), {10: "d", 11: "d"}),  # in two files
    ("environments", (), {f"e{n}": "1" for n in range(9)}),
    ("environments", (), {"z": "1"}),
    None,
    ("environments", ("x", "e3", "z"), {"x": "2", "e3": "2", "z": "2", "new": "2"}),
    ("environments", ("y",), {}),
    ("attempts", tuple(range(12)), {}),  # nothing is left
    ("attempts", (), {20: "e"}),
)
EMPTY = {"attempts": {}, "environments": {}}


def carry_out(root, told):
    """Do all steps; before each, `told` learns what is stored before and after it."""
    model = EMPTY
    told(model, model)
    folder = RunFolder.create(root)
    steps = list(STEPS)
    while steps:
        assert steps.pop(0) is None
        told(model, model)
        with folder.writing() as lines:
            assert not lines
            while steps and steps[0] is not None:
                step = steps.pop(0)
                told(model, after(model, *step))
                model = write(folder, model, *step)
        told(model, model)


def stored(folder):
    """Table -> key -> value, as our reader finds it; nothing may stand there twice."""
    found = {}
    for table, key in KEYS.items():
        rows = folder.read(table, [key, VALUES[table]]).to_pylist()
        found[table] = {row[key]: row[VALUES[table]] for row in rows}
        assert len(found[table]) == len(rows)
    return found


def check_plain_readers(root, states):
    """pandas, at this very moment, finds no row twice, and all that is stored either way."""
    before, then = states
    for table, key in KEYS.items():
        if not (root / table).exists():
            assert not before[table]
            continue
        keys = pd.read_parquet(root / table)[key].tolist()
        assert len(keys) == len(set(keys))
        same = dict(before[table].items() & then[table].items())
        if schema.KEYS[table]:  # a row that replaces one of its key stands in its place
            same = before[table].keys() & then[table].keys()
        assert set(same) <= set(keys)
        assert set(keys) <= before[table].keys() | then[table].keys()


def check_clean(root):
    names = {path.relative_to(root).parts[0] for path in root.rglob("*")}
    assert names <= {store.LOCK, store.SWEEP, store.SWEEP_JSON, *TABLES}
    assert all(path.suffix == ".parquet" for path in root.glob("*/*"))


def outcome(root, monkeypatch, kind, nth):
    """Carry out the steps on a disk that breaks; say whether anybody noticed."""
    states = [EMPTY, EMPTY]

    def told(*both):
        states[:] = both

    with broken(monkeypatch, kind, nth) as disk:
        try:
            carry_out(root, told)
        except (Killed, RunFolderError) as error:
            noticed = error
        else:
            noticed = None
    return disk, states, noticed


def check(root, states):
    """What is there is as before or as wanted, now and after it is opened for writing."""
    if not (root / store.LOCK).exists():
        assert states == [EMPTY, EMPTY]
        return
    found = stored(RunFolder.open(root))
    assert found in states
    check_plain_readers(root, states)
    with (folder := RunFolder.open(root)).writing() as lines:
        assert not lines
        assert stored(folder) == found
        model = write(folder, found, "attempts", (), {99: "again"})
        assert stored(folder) == model
    check_plain_readers(root, [model, model])
    check_clean(root)


@pytest.mark.parametrize("kind", KINDS)
def test_no_row_is_lost_doubled_or_half_there_whatever_fails(kind, root, monkeypatch):
    with broken(monkeypatch) as disk:
        carry_out(root, lambda *_: None)
    shutil.rmtree(root)
    total = len(disk.done)
    assert set(disk.done) >= set(OPERATIONS) - {"link", "symlink", "rename", "open for reading"}
    chosen = range(total) if ALL else range(KINDS.index(kind), total, 29)
    n_noticed = 0
    for nth in chosen:
        disk, states, noticed = outcome(root, monkeypatch, kind, nth)
        assert disk.reached
        n_noticed += noticed is not None
        try:
            check(root, states)
        except (AssertionError, RunFolderError) as error:
            error.add_note(f"{kind}, at operation {nth}: {disk.done[nth]}; said: {noticed!r}")
            raise
        shutil.rmtree(root, ignore_errors=True)
    print(f"{kind}: {len(chosen)} faults, {n_noticed} noticed")  # noqa: T201
    assert n_noticed > 0.6 * len(chosen)


# ---- what a kill or an older version left is cleared by the next writer; who may be killed, too


def half_done(root, monkeypatch):
    """Killed after the rename that decides, before any of several files was replaced."""
    with broken(monkeypatch) as disk:
        carry_out(root, lambda *_: None)
    shutil.rmtree(root)
    removals = [at for at, name in enumerate(disk.done) if name == "rmdir"]
    *_, replacing = (at for at in range(removals[0]) if disk.done[at : at + 2] == ["replace"] * 2)
    _, (_, then), _ = outcome(root, monkeypatch, "killed", replacing)
    assert stored(RunFolder.open(root)) == then
    assert list(root.glob(".*.next/*"))


def linked(root, _):
    older = Path(__file__).parents[1] / "golden" / "runs" / "version_1"
    shutil.copytree(older, root, symlinks=True)
    for table in ("trials", "evaluations", "rounds", "references", "datasets"):  # for speed
        (root / table).unlink()
        shutil.rmtree(root / f".{table}.000000")


def damaged(root, _):
    carry_out_in_part(root)
    names = [path.name for path in sorted((root / "attempts").iterdir())]
    (root / "attempts" / names[0]).write_bytes(b"torn")
    (root / "attempts" / "more.parquet").write_bytes(b"foreign")
    (root / "attempts" / names[2]).unlink()


def carry_out_in_part(root):
    folder, model = RunFolder.create(root), EMPTY
    with folder.writing():
        for step in STEPS[1:9]:
            model = write(folder, model, *step)


LEFT = {"half done": half_done, "linked": linked, "damaged": damaged}


def rows(folder):
    """What each table holds, in some order."""
    return {
        table: sorted(map(str, folder.read(table).to_pylist()))
        for table in TABLES
        if table != "references"
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("left", LEFT)
def test_clearing_what_was_left_may_itself_fail_anywhere(left, kind, root, monkeypatch):
    LEFT[left](root, monkeypatch)
    copy = root.with_name("copy")
    shutil.copytree(root, copy, symlinks=True)
    with broken(monkeypatch) as disk, RunFolder.open(root).writing() as lines:
        pass
    assert bool(lines) == (left == "damaged")
    wanted, total = rows(RunFolder.open(root)), len(disk.done)
    for nth in range(total) if ALL else range(KINDS.index(kind), total, total // 8):
        shutil.rmtree(root)
        shutil.copytree(copy, root, symlinks=True)
        with broken(monkeypatch, kind, nth):
            try:
                with RunFolder.open(root).writing():
                    pass
            except (Killed, RunFolderError):
                pass
        if left != "damaged":
            assert rows(RunFolder.open(root)) == wanted, nth
        with RunFolder.open(root).writing():
            pass
        assert rows(RunFolder.open(root)) == wanted, nth
        if left == "damaged":
            kept = [path.read_bytes() for path in (root / "quarantine" / "attempts").iterdir()]
            assert {*kept} == {b"torn", b"foreign"}, nth
            shutil.rmtree(root / "quarantine")
        check_clean(root)


# ---- a power cut undoes what no fsync has made sure of


def test_a_file_is_on_disk_before_it_is_renamed_and_a_name_before_it_is_counted(root, monkeypatch):
    synced, unsure = set(), set()
    really_sync, really_replace = os.fsync, os.replace

    def fsync(descriptor):
        really_sync(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.add(path)
        unsure.discard(path)

    def replace(source, target, **kwargs):
        source, target = Path(source), Path(target)
        assert source in synced, source
        if source.is_dir():
            assert {*source.iterdir()} <= synced
            synced.update(target / path.name for path in source.iterdir())
        really_replace(source, target, **kwargs)
        synced.add(target)
        unsure.add(target.parent)

    def told(*_):
        assert not unsure

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    carry_out(root, told)
    assert not unsure
