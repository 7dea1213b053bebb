"""A small dataset of our own making, and a sweep over it that runs in seconds."""

import copy
import gc
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import settings

from harness import corpus
from harness.executor import InlineExecutor
from harness.plan import make_plan
from harness.run import Driver, Watch, check_continues, run
from harness.spec import read_sweep
from harness.store import RunFolder
from tests.tables import tables

# How long an example takes says nothing about what it claims, and this machine may be busy.
settings.register_profile("fewlabels", deadline=None)
settings.load_profile("fewlabels")


@pytest.fixture(autouse=True, scope="session")
def _quiet_home(tmp_path_factory):
    """Ray writes a token into HOME, fewlabels its cache: neither belongs to the user here."""
    before = {name: os.environ.get(name) for name in ("HOME", "FEWLABELS_CACHE")}
    home = tmp_path_factory.mktemp("home")
    os.environ.update(HOME=str(home), FEWLABELS_CACHE=str(home / "cache"))
    yield
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})


@pytest.fixture(scope="session")
def real_data():
    """The folder of real files, which are never in this repository."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("FEWLABELS_TEST_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set $FEWLABELS_TEST_DATA")
    return folder


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):  # noqa: ARG001 - the hook's signature
    """In CI everything is at hand, so a test that skips itself has failed."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"


@pytest.fixture(scope="session")
def small_npz(tmp_path_factory):
    """360 rows, 5 columns, 3 unequal classes that overlap; a third of the rows are twins."""
    rng = np.random.default_rng(5)
    y = rng.choice(3, size=240, p=[0.6, 0.3, 0.1])
    X = rng.normal(size=(240, 5)) + 1.2 * np.eye(3, 5)[y]
    again = rng.choice(240, size=120)
    path = tmp_path_factory.mktemp("data") / "small.npz"
    np.savez(path, X=np.vstack([X, X[again]]), y=np.concatenate([y, y[again]]))
    return path


def carry_out(sweep, out: Path, *, segment_s=60.0, executor=None, stop_after=None):
    """Run `sweep` inline, or on `executor(corpus, sweep)`; give the folder."""
    prepared = corpus.load(sweep)
    plan = make_plan(sweep, prepared)
    folder = RunFolder.create(out)
    told = []
    with folder.writing():
        check_continues(plan, folder)
        work = executor(prepared, sweep) if executor else InlineExecutor(prepared)
        driver = Driver(plan, prepared, folder, work, segment_s)

        def should_stop():
            return stop_after is not None and len(told) >= stop_after

        try:
            run(driver, Watch(told.append, should_stop))
        finally:
            work.close()
    return folder


class Sweeps:
    """Sweep files over the small dataset, run inline."""

    def __init__(self, data: Path) -> None:
        self.base = {
            "name": "small",
            "seed": 7,
            "repeats": 2,
            "datasets": [{"name": "npz", "path": str(data)}],
            "classifiers": ["decision_tree", "naive_bayes"],
            "scalers": ["standard"],
            "resamplers": ["smote"],
            "strategies": ["random", "margin"],
            "budgets": [30, 60],
            "labelling": {"initial": 20, "batch": 10},
            "tuning": {"trials": 2, "startup": 2, "validation": {"folds": 3}},
        }

    def text(self, **changes) -> str:
        whole = copy.deepcopy(self.base) | changes
        return yaml.safe_dump(whole, sort_keys=False)

    def run(self, out: Path, *, segment_s=60.0, executor=None, stop_after=None, **changes):
        """Run the sweep with `changes` (`carry_out`)."""
        how = {"segment_s": segment_s, "executor": executor, "stop_after": stop_after}
        return carry_out(read_sweep(self.text(**changes)), out, **how)

    tables = staticmethod(tables)

    @classmethod
    def must_equal(cls, folder: RunFolder, other: RunFolder) -> None:
        """Both hold the same rows, timing and host aside."""
        there = cls.tables(other)
        for table, frame in cls.tables(folder).items():
            pd.testing.assert_frame_equal(frame, there[table], obj=table)


@pytest.fixture(scope="session")
def sweeps(small_npz):
    return Sweeps(small_npz)


def pytest_collection_finish():
    """What collection left is there to the end: no search for garbage need go through it again."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish():
    gc.unfreeze()  # extensions that count what leaks would count it
