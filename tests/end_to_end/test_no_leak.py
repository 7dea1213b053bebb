"""What nobody has paid for decides nothing: test labels, and labels of rows never bought."""

from dataclasses import replace

import numpy as np
import pytest

from harness import problem_cache
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
