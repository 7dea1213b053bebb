"""Sweeps over the small dataset: read, planned, or refused."""

from __future__ import annotations

import pytest
import yaml

from harness import corpus
from harness.errors import SweepError
from harness.plan import make_plan
from harness.problem import ProblemKey, prepare
from harness.spec import read_sweep
from tests.conftest import carry_out
from tests.harness.made_up_time import CLOCKS, SLOW, TIME


class Made:
    """What becomes of the small sweep with some fields changed."""

    def __init__(self, sweeps) -> None:
        self.sweeps = sweeps

    def sweep(self, *overrides, folder=None, **changes):
        text = self.sweeps.text(**changes)
        where = {"folder": folder} if folder else {}
        return read_sweep(text, overrides=overrides, **where)

    def problems(self, *overrides, folder=None, **changes):
        """The lines of its `SweepError`."""
        with pytest.raises(SweepError) as refused:
            self.sweep(*overrides, folder=folder, **changes)
        return list(refused.value.problems)

    def plan(self, **changes):
        sweep = self.sweep(**changes)
        return make_plan(sweep, corpus.load(sweep))

    def problem(self, **changes):
        """The problem of the first acquisition, and the registry."""
        sweep = self.sweep(**changes)
        prepared = corpus.load(sweep)
        first = make_plan(sweep, prepared).acquisitions[0]
        key = ProblemKey(first.curve.dataset, first.curve.scaler, first.repeat, first.setting)
        return prepare(key, prepared[first.curve.dataset.label], sweep.registry)


@pytest.fixture(scope="session")
def made(sweeps):
    return Made(sweeps)


@pytest.fixture
def made_up_time(monkeypatch):
    """What work takes is what a test says."""
    for module in CLOCKS:
        monkeypatch.setattr(f"{module}.perf_counter", TIME)


@pytest.fixture
def slow(sweeps, tmp_path, made_up_time):  # noqa: ARG001 - it patches
    """Runs a sweep of one slow classifier: a fit takes 0.1 s a row, with max_depth 2 a second."""
    path = tmp_path / "slow.py"
    path.write_text(SLOW)

    def run(out, *, segment_s=60.0, **changes):
        same = {
            "components": [str(path)],
            "classifiers": [{"name": "slow", "space": {"max_depth": {"choices": [5, 2]}}}],
            "resamplers": ["none"],
            "strategies": ["margin"],
            "reference": {"classifier": "slow", "scaler": "standard"},
            "repeats": 1,
            "tuning": {"trials": 4, "startup": 4, "validation": {"folds": 3}},
        }
        sweep = read_sweep(sweeps.text(**{**same, **changes}))
        folder = carry_out(sweep, tmp_path / out, segment_s=segment_s)
        with folder.writing():  # as the command does
            folder.write_sweep(yaml.safe_dump(dict(sweep.resolved)), sweep.resolved)
        return folder

    return run
