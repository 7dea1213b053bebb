"""Trials that take their process down, hang or give nonsense, in one sweep with healthy curves."""

import time
from pathlib import Path

import pandas as pd
import pytest

pytestmark = [pytest.mark.ray, pytest.mark.xdist_group("ray")]

COMPONENTS = str(Path(__file__).with_name("bad_components.py"))
HEALTHY = {
    "classifiers": ["decision_tree", "naive_bayes"],
    "scalers": ["none", "standard", "min_max", "robust", "quantile"],
    "strategies": ["random", "margin"],
    "resamplers": ["none"],
    "budgets": [30],
}
STATUS = {
    "allocates": "oom",
    "loops": "timeout",
    "segfaults": "crashed",
    "raises": "failed",
    "nan_probabilities": "degenerate",
    "nan_classes": "failed",
}
BAD = {"scalers": ["none"], "strategies": ["random"], "classifiers": list(STATUS)}
SWEEP = {
    "repeats": 1,
    "components": [COMPONENTS],
    "tuning": {"trials": 1, "validation": {"folds": 3}},
    "reference": {"classifier": "decision_tree", "every_pipeline": False},
    "limits": {"trial_s": 8.0, "memory_gb": 1.0},
}


@pytest.fixture(scope="module")
def alone(sweeps, tmp_path_factory):
    """The healthy ones without the others, inline."""
    return sweeps.tables(sweeps.run(tmp_path_factory.mktemp("alone") / "run", **SWEEP | HEALTHY))


@pytest.fixture(scope="module")
def together(sweeps, tmp_path_factory, two_cpus):
    """All in one sweep, on Ray; the folder and the seconds."""
    begun = time.monotonic()
    folder = sweeps.run(
        tmp_path_factory.mktemp("together") / "run",
        segment_s=1,
        executor=two_cpus(None),
        **SWEEP | HEALTHY | {"grids": [{}, BAD]},
    )
    return folder, time.monotonic() - begun


def test_the_healthy_curves_have_the_numbers_that_they_have_alone(alone, together, sweeps):
    tables = sweeps.tables(together[0])
    for table in ("acquisitions", "rounds", "trials", "references"):
        wanted, found = alone[table], tables[table]
        keys = [c for c in ("acquisition_id", "study_id", "reference_id") if c in wanted]
        found = found[found[keys[-1]].isin(wanted[keys[-1]])].reset_index(drop=True)
        found = found.astype(wanted.dtypes)  # with the nulls of the bad ones, integers are none
        pd.testing.assert_frame_equal(found, wanted, obj=table, check_exact=True)
    assert len(alone["acquisitions"]) == 20


def test_each_bad_trial_has_its_status(together):
    trials = together[0].frame("trials").set_index("classifier")
    found = trials.loc[list(STATUS)]
    assert found["status"].to_dict() == STATUS
    assert found["test_macro_f1"].isna().all()
    errors = found["error"]
    assert "GiB for itself; memory_gb is 1" in errors["allocates"]
    assert "longer than limits.trial_s = 8.0 s" in errors["loops"]
    assert "not to my taste" in errors["raises"]
    assert "IndexError" in errors["nan_classes"]  # a class is the number of one


def test_attempts_tell_what_was_tried(together):
    folder, _ = together
    trials = folder.frame("trials").set_index("study_id")["classifier"]
    attempts = folder.frame("attempts")
    attempts["classifier"] = attempts["work_id"].map(trials)
    told = {
        of: list(zip(group["cause"], group["action"], strict=True))
        for of, group in attempts.sort_values("at").groupby("classifier")
    }
    singly, alone_, end = "again, one at a time", "again, alone in a fresh process", "given up"
    assert told["allocates"] == [("oom", singly), ("oom", alone_), ("oom", end)]
    assert told["loops"] == [("timeout", singly), ("timeout", end)]
    crashes = [("crashed", action) for action in (singly, *[alone_] * 3, end)]
    assert told["segfaults"] == crashes
    assert set(told) == {"allocates", "loops", "segfaults"}


def test_nothing_waits_long_for_what_hangs(together):
    assert together[1] < 240  # 45 s on two CPUs that others use, too
