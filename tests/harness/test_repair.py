"""A run that lost a file goes on, and ends with the tables that it would have had."""

import shutil

import pandas as pd
import pytest

from harness import store
from harness.errors import RunFolderError
from harness.repair import repair
from harness.schema import TABLES
from harness.store import RunFolder
from tests.conftest import Sweeps

SMALL = {
    "evaluate": "every_round",
    "tuning": {"trials": 3, "startup": 2},
    "classifiers": ["naive_bayes", "decision_tree"],
    "strategies": ["margin"],
    "budgets": [30, 40],
    "repeats": 1,
}


@pytest.fixture(autouse=True)
def _a_row_a_file(monkeypatch):
    monkeypatch.setattr(store, "FULL_BYTES", 1)


@pytest.fixture(scope="module")
def whole(sweeps, tmp_path_factory):
    """A run of which every table has several files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "FULL_BYTES", 1)
        return sweeps.run(tmp_path_factory.mktemp("whole") / "run", segment_s=0.0, **SMALL)


@pytest.fixture
def folder(whole, tmp_path):
    shutil.copytree(whole.root, tmp_path / "run")
    return RunFolder.open(tmp_path / "run")


def files(folder, table):
    return sorted((folder.root / table).glob("*.parquet"))


@pytest.mark.parametrize("place", ["first", "middle", "last"])
@pytest.mark.parametrize("table", sorted(TABLES.keys() - {"attempts", "environments"}))
def test_a_run_that_lost_a_file_is_computed_again_to_the_same_tables(table, place, folder, sweeps):
    before = Sweeps.tables(folder)
    found = files(folder, table)
    torn = found[{"first": 0, "middle": len(found) // 2, "last": -1}[place]]
    torn.write_bytes(torn.read_bytes()[:100])
    with folder.writing() as lines:
        assert [line.partition(" is damaged")[0] for line in lines] == [str(torn)]
        said = repair(folder)
        assert all("computed again" in line for line in said)
        assert repair(folder) == []
    sweeps.run(folder.root, segment_s=0.0, **SMALL)
    for name, frame in Sweeps.tables(folder).items():
        pd.testing.assert_frame_equal(frame, before[name], obj=name)


def test_nothing_is_repaired_where_nothing_is_lost(folder):
    with folder.writing():
        assert repair(folder) == []


def test_a_run_that_lost_its_environments_is_not_continued_elsewhere(folder, monkeypatch):
    for path in files(folder, "environments"):
        path.write_bytes(b"")
    with folder.writing():
        assert repair(folder) == []  # this process is the environment
        monkeypatch.setattr("harness.repair.environment.describe", lambda: {"environment_id": "x"})
        with pytest.raises(RunFolderError, match="nobody knows which library versions computed"):
            repair(folder)
