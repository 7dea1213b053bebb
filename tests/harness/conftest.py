"""Sweeps over the small dataset: read, planned, or refused."""

from __future__ import annotations

import pytest

from harness import corpus
from harness.errors import SweepError
from harness.plan import make_plan
from harness.problem import ProblemKey, prepare
from harness.spec import read_sweep


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
