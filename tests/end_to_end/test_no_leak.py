"""What nobody has paid for decides nothing: test labels, and labels of rows never bought."""

from dataclasses import replace

import numpy as np
import pytest

import harness.executor
from harness import problem_cache
from harness.segment import ReferenceSegment
from harness.winners import winners

DECIDED = ["study_id", "number", "params", "status"]


@pytest.fixture
def decisions(sweeps, tmp_path, monkeypatch):
    """Picks, hyperparameters and winners of a sweep whose problems `change` has gone over."""
    original = problem_cache.prepare

    def decide(name, change, acquisition="defaults", **changes):
        def changed(key, prepared, registry):
            return change(original(key, prepared, registry))

        monkeypatch.setattr(problem_cache, "prepare", changed)
        tuning = {**sweeps.base["tuning"], "trials": 6, "acquisition": acquisition}
        folder = sweeps.run(tmp_path / name, tuning=tuning, **changes)
        trials = folder.frame("trials").sort_values(["study_id", "number"], ignore_index=True)
        validated = [c for c in trials if c.startswith("val_")]
        rounds = folder.frame("rounds").sort_values(["acquisition_id", "round"])
        won = winners(trials)[["study_id", "number"]]
        picks = [batch.tolist() for batch in rounds["batch"]]
        return picks, trials[DECIDED + validated], won, trials["test_macro_f1"]

    return decide


def rotated(y, n_classes=3):
    return (y + 1) % n_classes


@pytest.mark.parametrize("acquisition", ["defaults", "tuned"])
def test_flipped_test_labels_change_no_pick_no_hyperparameter_no_winner(decisions, acquisition):
    picks, trials, won, scores = decisions("as_is", lambda p: p, acquisition)
    flipped = decisions("flipped", lambda p: replace(p, y_test=rotated(p.y_test)), acquisition)
    assert picks == flipped[0]
    assert trials.equals(flipped[1])
    assert won.equals(flipped[2])
    assert not np.allclose(scores, flipped[3])  # the test would notice a change that did nothing


def test_labels_of_rows_never_bought_change_nothing(decisions):
    one_curve = {"classifiers": ["decision_tree"], "strategies": ["margin"], "repeats": 1}
    picks, trials, won, _ = decisions("as_is", lambda p: p, **one_curve)
    bought = np.concatenate(picks)

    def flip_the_others(problem):
        y = problem.y.copy()
        others = np.setdiff1d(np.arange(len(y)), bought)
        y[others] = rotated(y[others])
        return replace(problem, y=y)

    flipped = decisions("flipped", flip_the_others, **one_curve)
    assert picks == flipped[0]
    assert trials.equals(flipped[1])
    assert won.equals(flipped[2])


class Watched(np.ndarray):
    """Labels that note which of them are looked at."""

    read: set

    def __array_finalize__(self, parent):
        self.read = getattr(parent, "read", set())

    def __getitem__(self, index):
        plain = np.asarray(self)
        self.read.update(np.arange(len(plain))[np.asarray(index)].ravel().tolist())
        return plain[index]

    def __array_function__(self, function, types, args, kwargs):
        raise AssertionError(f"{function.__name__} looks at all labels at once")

    def __array_ufunc__(self, *_, **__):
        raise AssertionError("a ufunc looks at all labels at once")


def test_the_bill_holds_every_label_that_is_read(sweeps, tmp_path, monkeypatch):
    read = set()
    prepare, work = problem_cache.prepare, harness.executor.work

    def watched(key, prepared, registry):
        problem = prepare(key, prepared, registry)
        y = problem.y.view(Watched)
        y.read = read
        return replace(problem, y=y)

    def but_not_by_references(task, problem_of):
        before = set(read)
        found = work(task, problem_of)
        if isinstance(task.segment, ReferenceSegment):  # it reads the whole pool by design
            assert len(read) > len(before)
            read.clear()
            read.update(before)
        return found

    monkeypatch.setattr(problem_cache, "prepare", watched)
    monkeypatch.setattr(harness.executor, "work", but_not_by_references)
    folder = sweeps.run(
        tmp_path / "run",
        repeats=1,
        classifiers=["decision_tree"],
        strategies=["margin"],
        evaluate="every_round",
        tuning={"trials": 3, "validation": {"method": "holdout", "rows": 20}},
        budgets=[50, 80],
    )
    assert folder.frame("trials")["status"].eq("done").all()
    n_pool = int(folder.frame("datasets")["n_pool"].iloc[0])
    batches = np.concatenate(list(folder.frame("rounds")["batch"]))
    billed = {*batches.tolist(), *range(n_pool - 20, n_pool)}
    assert len(billed) == 80
    assert read == billed
