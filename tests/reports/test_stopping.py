"""Stopping rules: kappas, when rules fire, and what stopping would have scored."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

import reports
from reports.stopping import RULES, kappas, summary


def fires(rule, kappa=(), confidence=()):
    n = max(len(kappa), len(confidence))
    values = [np.asarray(list(v) or [np.nan] * n, dtype=float) for v in (kappa, confidence)]
    return np.flatnonzero(RULES[rule].fires(*values)).tolist()


def test_kappa_is_cohens():
    rng = np.random.default_rng(0)
    rows = [rng.choice(4, size=200, p=[0.7, 0.1, 0.1, 0.1]) for _ in range(4)]
    rows[2] = np.where(rng.random(200) < 0.05, rows[2], rows[1])
    found = kappas([row.astype("u1").tobytes() for row in rows], "u1")
    assert np.isnan(found[0])
    expected = [cohen_kappa_score(*pair) for pair in pairwise(rows)]
    np.testing.assert_allclose(found[1:], expected, atol=1e-12)


def test_kappa_of_hundreds_of_classes_reads_two_bytes_each():
    rows = [np.array([299, 1, 2, 299]), np.array([299, 1, 2, 2])]
    found = kappas([row.astype("<u2").tobytes() for row in rows], "<u2")
    assert found[1] == pytest.approx(cohen_kappa_score(*rows))


def test_there_is_no_kappa_without_a_model_before_or_where_all_is_one_class():
    same, other = bytes([1, 1, 1]), bytes([0, 1, 1])
    assert np.isnan(kappas([same, same, None, other, other[:2]], "u1")).all()
    assert kappas([other, other], "u1")[1] == 1.0
    assert len(kappas([], "u1")) == 0


def test_predictions_are_stable_when_the_last_three_kappas_are_high_on_average():
    nan = np.nan
    assert fires("stable_predictions", [nan, 0.99, 0.98, 0.999, 1.0, 1.0, 0.5]) == [4, 5]
    assert fires("stable_predictions", [nan, 1.0, 1.0]) == []
    assert fires("stable_predictions", [nan, 1.0, nan, 1.0, 1.0, 1.0]) == [5]


def test_confidence_is_on_a_plateau_when_three_models_are_no_surer_than_the_surest_before():
    assert fires("confidence_plateau", confidence=[0.6, 0.7, 0.69, 0.7, 0.68, 0.8, 0.7, 0.7]) == [4]
    assert fires("confidence_plateau", confidence=[0.9, 0.8, 0.7, 0.6]) == [3]  # Vlachos's drops
    assert fires("confidence_plateau", confidence=[0.5, 0.6, 0.7]) == []
    assert fires("confidence_plateau", confidence=[0.9, np.nan, 0.7, 0.6, 0.5]) == [4]


@pytest.fixture
def run(fake, stored):
    """Margin's predictions settle after the model on 200 labels; random fits no model."""

    def change(tables):
        for row in tables["rounds"]:
            if row["strategy"] == "margin" and row["round"] > 0:
                settled = min(row["round"], 4)  # the model of round 4 has 200 labels
                predicted = np.arange(100) % (settled + 1) % 3
                row["stop_predicted"] = predicted.astype("u1").tobytes()
                row["stop_confidence"] = 0.5 + 0.01 * row["round"]

    return reports.load(stored(fake(every_round=True), change))


def test_a_rule_stops_at_the_labels_that_its_model_had_and_is_judged_there(run):
    found = run.stopping()
    assert set(found["strategy"]) == {"margin"}
    assert len(found) == 2 * len(RULES)  # repeats
    stable = found[found["rule"] == "stable_predictions"]
    assert stable["labels"].tolist() == [350, 350]  # kappas of 5, 6 and 7 are 1; 7 has 350 labels
    assert stable["scored_at"].tolist() == [350, 350]
    assert (stable["within"] == 450).all()
    tested = run.scores[(run.scores["series"] == "default") & (run.scores["strategy"] == "margin")]
    for row in stable.to_dict("records"):
        mine = tested[tested["repeat"] == row["repeat"]].set_index("n_labels")["test_macro_f1"]
        assert row["score"] == mine[350]
        assert row["lost"] == mine[500] - mine[350]
    plateau = found[found["rule"] == "confidence_plateau"]
    assert np.isinf(plateau["labels"]).all()
    assert plateau["score"].isna().all()
    over = summary(found).set_index("rule")
    assert over.loc["stable_predictions", ["n", "stopped", "labels"]].tolist() == [2, 2, 350]
    assert over.loc["confidence_plateau", ["n", "stopped"]].tolist() == [2, 0]


def test_what_is_lost_is_turned_around_where_less_is_better(run):
    found = run.stopping("log_loss")
    stable = found[found["rule"] == "stable_predictions"]
    assert (stable["lost"] == stable["score"] - stable["last_score"]).all()
    assert (stable["lost"] > 0).all()


def test_with_tests_at_budgets_alone_the_score_is_that_of_the_budget_before(fake, stored):
    def change(tables):
        for row in tables["rounds"]:
            row["stop_predicted"], row["stop_confidence"] = bytes([0, 1]), 0.5

    found = reports.load(stored(fake(), change)).stopping()
    stable = found[found["rule"] == "stable_predictions"]
    assert (stable["labels"] == 200).all()  # the fourth model is the third with a kappa
    assert (stable["scored_at"] == 200).all()
    plateau = found[found["rule"] == "confidence_plateau"]
    assert (plateau["labels"] == 200).all()


def test_a_rule_that_needs_probabilities_is_left_out_where_there_are_none(fake, stored):
    def change(tables):
        for row in tables["rounds"]:
            if row["classifier"] == "svc" and row["round"]:
                met_one = row["round"] == 1  # the answer is that class, for certain, of any model
                row["stop_confidence"] = 1.0 if met_one else None
                if met_one and row["strategy"] == "margin":
                    row["stop_predicted"] = bytes(4)

    found = reports.load(stored(fake(classifiers=("knn", "svc")), change)).stopping()
    rules = found.groupby("classifier")["rule"].unique().map(set)
    assert rules["svc"] == {"stable_predictions"}
    assert rules["knn"] == {*RULES}
    over = summary(found).set_index("rule")
    assert over["n"].to_dict() == {"stable_predictions": 4, "confidence_plateau": 2}


@pytest.mark.parametrize("n_classes", [3, 300])
def test_models_that_had_met_one_class_only_are_not_the_surest(fake, stored, n_classes):
    """Class 257 is two equal bytes."""
    kind, one = ("u1", 1) if n_classes == 3 else ("<u2", 257)

    def change(tables):
        classes = {"classes": [str(k) for k in range(n_classes)], "counts": [9] * n_classes}
        tables["datasets"][0].update(classes)
        for row in tables["rounds"]:
            if row["round"] and row["strategy"] == "margin":
                met_one = row["round"] <= 2
                row["stop_predicted"] = np.array([one, one if met_one else 0], kind).tobytes()
                row["stop_confidence"] = 1.0 if met_one else 0.5 + 0.01 * min(row["round"], 4)

    found = reports.load(stored(fake(), change)).stopping()
    plateau = found[found["rule"] == "confidence_plateau"]
    assert (plateau["labels"] == 350).all()  # the model of round 4 is the surest; 7 has 350 labels


def test_a_run_without_rounds_says_nothing(fake, stored):
    found = reports.load(stored(fake(), lambda tables: tables["rounds"].clear())).stopping()
    assert found.empty


def test_a_run_from_before_says_nothing(fake, stored):
    def change(tables):
        for row in tables["rounds"]:
            row.pop("stop_predicted", None)
            row.pop("stop_confidence", None)

    found = reports.load(stored(fake(), change)).stopping()
    assert found.empty
    assert {"rule", "labels", "score", "to_target"} <= {*found}
    assert summary(found).empty
