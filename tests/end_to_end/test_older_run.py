"""A run folder from before models were measured: read, reported on, done again, continued."""

import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from harness.ids import find
from harness.rerun import rerun
from harness.schema import COSTS
from harness.spec import read_sweep
from harness.store import RunFolder
from reports.commands import leaderboard, report

TABLES = ("trials", "evaluations", "references")
SMALL = {
    "repeats": 2,
    "classifiers": ["decision_tree"],
    "strategies": ["margin"],
    "budgets": [30, 40],
    "evaluate": "every_round",
    "reference": {"classifier": "decision_tree", "scaler": "standard", "resampler": "smote"},
}
READERS = {
    "pandas": pd.read_parquet,
    "duckdb": lambda folder: duckdb.read_parquet(f"{folder}/*.parquet").df(),
}


@pytest.fixture(scope="module")
def made(sweeps, tmp_path_factory):
    """What fewlabels wrote while its schema had version 1: the same tables without `COSTS`."""
    root = tmp_path_factory.mktemp("older") / "run"
    folder, sweep = sweeps.run(root, **SMALL), sweeps.text(**SMALL)
    with folder.writing():
        folder.write_sweep(sweep, read_sweep(sweep).resolved)
    for path in root.glob("*/*.parquet"):
        content = pq.read_table(path)
        names = [name for name in content.column_names if name not in COSTS]
        version = {**content.schema.metadata, b"fewlabels_schema_version": b"1"}
        pq.write_table(content.select(names).replace_schema_metadata(version), path)
    return root


@pytest.fixture
def older(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "older", symlinks=True))


def test_it_is_read_and_its_costs_are_null(older):
    for table in TABLES:
        frame = RunFolder.open(older).frame(table)
        assert frame[[*COSTS]].isna().all(axis=None)
        assert frame["test_macro_f1"].notna().all()


def test_it_is_reported_on(older, tmp_path, capsys):
    leaderboard(older)
    lines = capsys.readouterr().out.splitlines()
    assert "decision_tree" in lines[2]
    report([older], tmp_path / "site")
    assert "decision_tree + " in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def test_what_was_not_measured_then_is_no_difference_now(older):
    folder = RunFolder.open(older)
    study = folder.read("trials", ["study_id"])["study_id"][0].as_py()
    assert "all equal in" in str(rerun(folder, find(folder, study), lambda _: None))


@pytest.mark.parametrize("reader", READERS)
def test_it_is_continued_and_plain_readers_find_the_new_columns(sweeps, older, reader):
    before = {table: RunFolder.open(older).frame(table) for table in TABLES}
    grown = SMALL | {"repeats": 3}
    sweeps.run(older, **grown)
    for table in TABLES:
        now = READERS[reader](older / table)
        old = now[now["repeat"] < 2]
        assert len(old) == len(before[table])
        assert old[[*COSTS]].isna().all(axis=None)
        assert now.loc[now["repeat"] == 2, [*COSTS]].notna().all(axis=None)
        assert (now["repeat"] == 2).any()
        assert sorted(old["test_macro_f1"]) == sorted(before[table]["test_macro_f1"])


def test_it_grows_by_trials_beside_its_own(sweeps, older):
    tuning = {"trials": 3, "startup": 2, "validation": {"folds": 3}}
    folder = sweeps.run(older, **SMALL, tuning=tuning)
    trials = folder.frame("trials")
    assert trials.groupby("number")["model_bytes"].count().tolist() == [0, 0, 4]
    study = trials["study_id"][0]
    assert "3 trials recomputed, all equal" in str(rerun(folder, find(folder, study), print))
