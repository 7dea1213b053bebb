"""Limits of time, as the worker keeps them: on time that passes only when a test says so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from harness.clock import Pace
from harness.continuing import fits_of
from harness.errors import TooLong
from harness.segment import AcquisitionSegment, EvaluationSegment
from harness.sweep import Limits
from tests.conftest import Sweeps
from tests.harness.made_up_time import TIME


def test_whatever_takes_longer_than_trial_s_is_a_timeout_and_all_else_is_kept(slow):
    folder = slow("limited", evaluate="every_round", limits={"trial_s": 12.0})
    whole = slow("whole", evaluate="every_round")
    seen = set()
    for table in ("trials", "evaluations", "references", "acquisitions"):
        limited, free = folder.frame(table), Sweeps.tables(whole)[table]
        late = limited["status"] == "timeout"
        assert (limited.loc[late, "error"] == "longer than limits.trial_s = 12 s").all()
        if table != "acquisitions":
            assert (limited["wall_s"] > 12).equals(late)
            assert limited.loc[late, "test_accuracy"].isna().all()
        seen |= {(table, status) for status in limited["status"]}
        kept = Sweeps.tables(folder)[table]
        is_done = kept["status"] == "done"
        done = kept[is_done].reset_index(drop=True)
        same = free[is_done].reset_index(drop=True)
        pd.testing.assert_frame_equal(done, same, check_dtype=False, obj=table)
    assert seen >= {("trials", "done"), ("trials", "timeout"), ("references", "timeout")}
    assert len(folder.read("attempts")) == 0


def test_a_round_that_takes_too_long_ends_its_acquisition_with_what_was_bought(slow):
    folder = slow("limited", evaluate="every_round", limits={"trial_s": 4.5})
    (ended,) = folder.frame("acquisitions").to_dict("records")
    assert (ended["status"], ended["n_labels"], ended["n_rounds"]) == ("timeout", 50, 4)
    assert ended["error"] == "longer than limits.trial_s = 4.5 s"
    assert ended["wall_s"] == pytest.approx(2 + 3 + 4)
    assert folder.frame("rounds")["n_labels"].tolist() == [20, 30, 40, 50]
    assert folder.frame("evaluations")["status"].tolist() == ["done"] * 3 + ["timeout"]
    assert set(folder.frame("trials")["budget"]) == {30}


@pytest.mark.parametrize(
    "limits", [{"trial_s": 4.5}, {"trial_s": 12.0}, {"study_s": 40.0}, {"acquisition_s": 8.0}]
)
def test_how_work_is_cut_into_segments_changes_no_timeout(slow, limits):
    changes = {"evaluate": "every_round", "limits": limits, "strategies": ["margin", "random"]}
    once, often = slow("once", **changes), slow("often", segment_s=0.0, **changes)
    assert "timeout" in {*once.frame("trials")["status"], *once.frame("acquisitions")["status"]}
    Sweeps.must_equal(once, often)


@pytest.mark.parametrize("evaluate", ["budgets", "every_round"])
@pytest.mark.parametrize(
    ("limits", "seconds", "n_labels"),
    [
        ({"trial_s": 10.0}, "14 if len(X) == 40 else 4", 40),  # one fit is over the limit
        ({"trial_s": 10.0}, "4", 60),
        ({"trial_s": 10.0}, "11", 20),
        ({"acquisition_s": 20.0}, "9", 50),
        ({"acquisition_s": 50.0}, "9", 60),  # 36 s; with the fits that lead up to them 90
    ],
)
def test_how_work_is_cut_into_segments_changes_no_timeout_of_a_model_that_continues(
    slow, tmp_path, limits, seconds, n_labels, evaluate
):
    (tmp_path / "chain.py").write_text(CHAIN.replace("SECONDS", seconds))
    changes = {
        "components": [str(tmp_path / "chain.py")],
        "classifiers": ["chain"],
        "reference": {"classifier": "chain", "scaler": "standard"},
        "strategies": ["margin", "random"],
        "evaluate": evaluate,
        "limits": limits,
        "tuning": {"trials": 1},
    }
    once, often = slow("once", **changes), slow("often", segment_s=0.0, **changes)
    Sweeps.must_equal(once, often)
    took_s = [
        folder.frame("rounds").set_index(["strategy", "round"])["fit_s"].sort_index()
        for folder in (once, often)
    ]
    assert took_s[0].equals(took_s[1])
    ended = once.frame("acquisitions").set_index("strategy")["n_labels"]
    assert ended.to_dict() == {"margin": n_labels, "random": 60}


def test_a_study_keeps_what_was_done_when_its_seconds_are_used_up(slow):
    tuning = {"trials": 6, "startup": 6, "validation": {"folds": 3}}
    folder = slow("limited", budgets=[30], tuning=tuning, limits={"study_s": 50.0})
    whole = slow("whole", budgets=[30], tuning=tuning)
    trials = folder.frame("trials").sort_values("number")
    n_done = int((trials["status"] == "done").sum())
    assert 0 < n_done < 6
    assert trials["status"].tolist() == ["done"] * n_done + ["timeout"] * (6 - n_done)
    assert trials["wall_s"][: n_done - 1].sum() < 50 <= trials["wall_s"][:n_done].sum()
    assert set(trials["error"][n_done:]) == {"limits.study_s = 50 s: used up"}
    same = [Sweeps.tables(one)["trials"].head(n_done) for one in (folder, whole)]
    pd.testing.assert_frame_equal(*same, check_dtype=False)


def test_the_seconds_of_a_study_count_across_runs(slow):
    tuning = {"trials": 2, "startup": 6, "validation": {"folds": 3}}
    limits = {"study_s": 9.0}
    slow("grown", budgets=[30], tuning=tuning, limits=limits)
    grown = slow("grown", budgets=[30], tuning=tuning | {"trials": 6}, limits=limits)
    at_once = slow("at_once", budgets=[30], tuning=tuning | {"trials": 6}, limits=limits)
    Sweeps.must_equal(grown, at_once)
    assert at_once.frame("trials")["status"].tolist() == ["done"] + ["timeout"] * 5


def test_an_acquisition_ends_when_its_seconds_are_used_up_and_is_studied_as_far_as_it_came(slow):
    folder = slow("limited", limits={"acquisition_s": 8.0})
    (ended,) = folder.frame("acquisitions").to_dict("records")
    assert (ended["status"], ended["n_labels"], ended["n_rounds"]) == ("timeout", 50, 4)
    assert ended["error"] == "limits.acquisition_s = 8 s: used up"
    assert ended["wall_s"] == pytest.approx(9)
    trials = folder.frame("trials")
    assert set(trials["budget"]) == {30}
    assert set(trials["status"]) == {"done"}


def test_an_acquisition_that_has_all_its_labels_is_done_however_long_it_took(slow):
    folder = slow("limited", limits={"acquisition_s": 13.9})
    assert folder.frame("acquisitions")["status"].tolist() == ["done"]
    folder = slow("limited", limits={"acquisition_s": 13.9}, budgets=[30, 60, 70])
    (ended,) = folder.frame("acquisitions").to_dict("records")
    assert (ended["status"], ended["n_labels"]) == ("timeout", 60)


def test_limits_are_in_no_id(slow):
    limits = {"trial_s": 12.0, "study_s": 50.0, "acquisition_s": 1e3, "memory_gb": 2.0}
    ids = [
        {*folder.frame("acquisitions")["acquisition_id"], *folder.frame("trials")["study_id"]}
        for folder in (slow("limited", limits=limits), slow("whole"))
    ]
    assert ids[0] == ids[1]


@pytest.mark.usefixtures("made_up_time")
def test_a_clock_allows_what_is_left_and_not_a_moment_more():
    clock = Pace(Limits(trial_s=5.0), segment_s=60.0).clock(spent_s=2.0)
    TIME.passes(3)
    clock.look()
    TIME.passes(1e-6)
    with pytest.raises(TooLong, match=r"^longer than limits\.trial_s = 5 s$"):
        clock.look()
    Pace(Limits(), segment_s=60.0).clock(spent_s=1e9).look()


CHAIN = '''
from tests.harness.made_up_time import TIME
from harness.classifiers.continues import continues
from sklearn.naive_bayes import GaussianNB


class Chain(GaussianNB):
    def fit(self, X, y, before=None):
        TIME.passes(SECONDS)
        return super().fit(X, y)


@continues()
def chain(seed: int, threads: int):
    """Goes on from the round before, in ten seconds."""
    return Chain()


COMPONENTS = {"classifiers": {"chain": chain}}
'''


@pytest.mark.usefixtures("made_up_time")
@pytest.mark.parametrize(("seconds", "status"), [(9, "done"), (11, "timeout")])
def test_a_model_that_replays_its_batches_has_the_limit_for_each_of_them(
    sweeps, tmp_path, seconds, status
):
    """In segments of one round each, every round replays all batches before it, at no charge."""
    (tmp_path / "chain.py").write_text(CHAIN.replace("SECONDS", str(seconds)))
    folder = sweeps.run(
        tmp_path / "run",
        segment_s=0.0,
        components=[str(tmp_path / "chain.py")],
        classifiers=["chain"],
        resamplers=["none"],
        strategies=["margin"],
        evaluate="every_round",
        limits={"trial_s": 10.0},
        repeats=1,
        tuning={"trials": 1},
    )
    assert set(folder.frame("acquisitions")["status"]) == {status}
    assert status in set(folder.frame("evaluations")["status"])
    assert folder.frame("rounds")["fit_s"].max() == (seconds if status == "done" else 0)


UNLICENSED = """
import sys

def unlicensed(seed: int, threads: int):
    sys.exit("no licence")

COMPONENTS = {"classifiers": {"unlicensed": unlicensed}}
"""


@pytest.mark.parametrize("limits", [{}, {"trial_s": 60.0}])
def test_a_constructor_that_ends_its_process_ends_no_driver(sweeps, tmp_path, limits):
    """Its attempts have failed, limits or not, in every kind of work."""
    (tmp_path / "unlicensed.py").write_text(UNLICENSED)
    folder = sweeps.run(
        tmp_path / "run",
        components=[str(tmp_path / "unlicensed.py")],
        classifiers=["naive_bayes", "unlicensed"],
        reference={"classifier": "naive_bayes", "scaler": "standard"},
        resamplers=["none"],
        evaluate="every_round",
        repeats=1,
        limits=limits,
    )
    for table in ("acquisitions", "evaluations", "trials", "references"):
        found = folder.frame(table)
        bad = found[found["classifier"] == "unlicensed"]
        assert "failed" in set(bad["status"]), table
        assert set(found.loc[found["classifier"] == "naive_bayes", "status"]) == {"done"}
        assert bad.loc[bad["status"] == "failed", "error"].str.contains("no licence").all()


def test_a_driver_calls_no_constructor(tmp_path, made):
    """One could hang, or end the process with no exception at all."""
    (tmp_path / "bomb.py").write_text(
        """
import os
from harness.classifiers.continues import continues

@continues()
def bomb(seed: int, threads: int):
    os._exit(7)

COMPONENTS = {"classifiers": {"bomb": bomb}}
"""
    )
    plan = made.plan(components=[str(tmp_path / "bomb.py")], classifiers=["bomb"])
    segment = AcquisitionSegment(plan.acquisitions[0], (), 60, tested=False)
    assert fits_of(segment, plan.sweep.registry) == 5


def test_the_hard_limit_leaves_room_for_a_round_and_the_test_after_it(made):
    plan = made.plan(classifiers=["knn"])
    batches = (np.arange(20),)
    acquisition = plan.acquisitions[0]
    counted = [
        fits_of(segment, plan.sweep.registry)
        for segment in (
            AcquisitionSegment(acquisition, batches, 60, tested=False),
            AcquisitionSegment(acquisition, batches, 60, tested=True),
            EvaluationSegment(acquisition, batches, (0,)),
        )
    ]
    assert counted == [1, 2, 1]
