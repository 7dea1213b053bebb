"""A classifier that answers NaN has no score, whatever the first class of an argmax would score."""

from __future__ import annotations

import numpy as np
import pytest
import yaml

from harness.schema import METRICS
from harness.spec import read_sweep
from harness.verify import verify

SAYS_NAN = '''
import numpy as np
from sklearn.tree import DecisionTreeClassifier


class Dumb(DecisionTreeClassifier):
    """NaN for some rows, after a fit on more than MOST."""

    def fit(self, X, y):
        self.n = len(X)
        return super().fit(X, y)

    def predict_proba(self, X):
        found = super().predict_proba(X)
        if self.n > MOST:
            found[::EVERY, 0] = np.nan
        return found


class Mute:
    def fit(self, X, y):
        self.classes_ = np.unique(y)

    def predict(self, X):
        return np.full(len(X), np.nan)


def dumb(seed: int, threads: int):
    """Says NaN."""
    return Dumb(random_state=seed)


def mute(seed: int, threads: int):
    """Predicts NaN."""
    return Mute()


COMPONENTS = {"classifiers": {"dumb": dumb, "mute": mute}}
'''


@pytest.fixture
def nan(sweeps, tmp_path):
    def run(classifier, most=0, strategy="margin", every=2, **changes):
        code = SAYS_NAN.replace("MOST", str(most)).replace("EVERY", str(every))
        (tmp_path / "nan.py").write_text(code)
        whole = dict(
            components=[str(tmp_path / "nan.py")],
            classifiers=[classifier, "naive_bayes"],
            resamplers=["none"],
            strategies=[strategy],
            budgets=[30],
            repeats=1,
            reference={"classifier": classifier, "scaler": "standard"},
            evaluate="every_round",
            **changes,
        )
        folder, text = sweeps.run(tmp_path / "run", **whole), sweeps.text(**whole)
        sweep = read_sweep(text)
        with folder.writing():
            files = {file.name: file.text for file in sweep.files}
            folder.write_sweep(yaml.safe_dump(dict(sweep.resolved)), sweep.resolved, files)
        return folder

    return run


def ended(folder, classifier):
    """Table -> the statuses of that classifier's rows; no bad one has any score."""
    found = {}
    for table in ("acquisitions", "evaluations", "references", "trials"):
        frame = folder.frame(table)
        mine = frame[frame["classifier"] == classifier]
        found[table] = set(mine["status"])
        if table != "acquisitions":
            scores = mine[[f"{p}_{m}" for p in ("test", "test_novel") for m in METRICS]]
            assert scores[mine["status"] != "done"].isna().all(axis=None)
            assert mine.loc[mine["status"] != "done", "confusion"].isna().all()
    return found


def test_a_classifier_that_says_nan_is_degenerate_and_all_else_is_as_it_was(nan):
    folder = nan("dumb")
    bad = {"degenerate"}
    assert ended(folder, "dumb") == {
        "acquisitions": {"done"}, "evaluations": bad, "references": bad, "trials": bad,
    }  # fmt: skip
    assert all(statuses == {"done"} for statuses in ended(folder, "naive_bayes").values())
    assert verify(folder).findings == ()


def test_rows_that_a_model_says_nan_of_are_bought_in_the_pools_order(nan):
    folder = nan("dumb", every=1)
    rounds = folder.frame("rounds")
    batches = rounds.loc[rounds["classifier"] == "dumb"].sort_values("round")["batch"]
    assert np.concatenate(batches.tolist()).tolist() == list(range(30))


def test_one_fold_without_an_answer_leaves_no_validation_score(nan):
    """Folds are fitted on 20 rows of 30, and 19 or 21 where twins are kept together."""
    folder = nan("dumb", most=19)
    trials = folder.frame("trials")
    assert set(trials.loc[trials["classifier"] == "dumb", "status"]) == {"degenerate"}
    columns = [f"val_{metric}" for metric in METRICS]
    assert trials.loc[trials["classifier"] == "dumb", columns].isna().all(axis=None)


def test_a_model_that_goes_wrong_on_all_rows_alone_is_degenerate_too(nan):
    folder = nan("dumb", most=29)
    trials = folder.frame("trials")
    mine = trials[trials["classifier"] == "dumb"]
    assert set(mine["status"]) == {"degenerate"}
    assert mine["val_macro_f1"].notna().all()
    assert mine["test_macro_f1"].isna().all()
    assert verify(folder).findings == ()


def test_predictions_that_are_no_classes_have_failed(nan):
    folder = nan("mute", strategy="random")
    bad = {"failed"}
    assert ended(folder, "mute") == {
        "acquisitions": {"done"}, "evaluations": bad, "references": bad, "trials": bad,
    }  # fmt: skip
    assert folder.frame("references")["error"].str.contains("IndexError").any()
    assert verify(folder).findings == ()
