from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.cell import Study
from harness.conflicts import conflicts
from harness.ledger import Ledger
from harness.schema import null_metrics
from harness.segment import AcquisitionSegment, EvaluationSegment, ReferenceSegment, StudySegment
from harness.states import StudyState
from harness.store import RunFolder
from harness.winners import winners

STATUSES = ["done", "done", "done", "failed", "degenerate", "timeout"]


@pytest.fixture(scope="module")
def planned(made):
    """One acquisition with two budgets, one reference."""
    return made.plan(
        repeats=1,
        classifiers=["naive_bayes"],
        strategies=["margin"],
        reference={"every_pipeline": False},
    )


@pytest.fixture(scope="module")
def tuned(made):
    return made.plan(
        repeats=1,
        classifiers=["naive_bayes"],
        strategies=["margin"],
        tuning={"trials": 2, "acquisition": "tuned"},
    )


def round_row(plan, number, n_labels, rows):
    (acquisition,) = plan.acquisitions
    return {
        "acquisition_id": acquisition.id,
        "round": number,
        "n_labels": n_labels,
        "batch": list(rows),
        "fit_s": 1.0,
        "score_s": 0.5,
        "query_s": 0.25,
    }


ROUNDS = [(0, 20, range(20)), (1, 30, range(20, 30)), (2, 40, range(30, 40))]
ROUNDS += [(3, 50, range(40, 50)), (4, 60, range(50, 60))]


def ledger_of(plan, n_rounds, trials=(), ended=None):
    ledger = Ledger(plan)
    ledger.count({"rounds": [round_row(plan, *given_) for given_ in ROUNDS[:n_rounds]]})
    ledger.count({"trials": list(trials)})
    if ended:
        (acquisition,) = plan.acquisitions
        ledger.count({"acquisitions": [{"acquisition_id": acquisition.id, **ended}]})
    return ledger


def trial(study: Study, number, value, params=None, status="done"):
    metric = study.acquisition.setting.tuning.metric
    return {
        **null_metrics("val"),
        "study_id": study.id,
        "number": number,
        "params": json.dumps(params or {}),
        "metric": metric,
        "status": status,
        "wall_s": 1.5,
        f"val_{metric}": value,
    }


def acquisition_segments(ledger):
    return [s for s in ledger.ready() if isinstance(s, AcquisitionSegment)]


def study_segments(ledger):
    return [(s.study.budget, s.unit) for s in ledger.ready() if isinstance(s, StudySegment)]


def test_at_first_the_reference_and_the_acquisition_are_ready(planned):
    reference, acquisition = Ledger(planned).ready()
    assert isinstance(reference, ReferenceSegment)
    assert (acquisition.until, acquisition.batches, acquisition.params) == (60, (), {})


def test_a_study_is_ready_once_its_budget_is_passed_and_gets_its_rows_only(planned):
    ledger = ledger_of(planned, 3)
    assert study_segments(ledger) == [(30, 0)]
    (segment,) = [s for s in ledger.ready() if isinstance(s, StudySegment)]
    assert np.concatenate(segment.batches).tolist() == list(range(30))
    assert acquisition_segments(ledger)[0].unit == 3


def test_a_study_goes_on_after_its_last_trial(planned):
    first = planned.studies[0]
    ledger = ledger_of(planned, 2, [trial(first, 0, 0.5)])
    assert study_segments(ledger) == [(30, 1)]
    ledger.count({"trials": [trial(first, 1, 0.5)]})
    assert study_segments(ledger) == []


def test_what_all_is_bought_but_not_yet_said_to_have_ended_is_asked_once_more(planned):
    (segment,) = acquisition_segments(ledger_of(planned, 5))
    assert segment.unit == 5
    assert not acquisition_segments(ledger_of(planned, 5, ended={"status": "done", "n_labels": 60}))


def test_an_acquisition_that_ended_at_a_smaller_budget_goes_on(planned):
    ledger = ledger_of(planned, 2, ended={"status": "done", "n_labels": 30})
    assert acquisition_segments(ledger)[0].unit == 2
    assert ledger.standing().acquisitions == (0, 1)


def test_a_failed_acquisition_leaves_later_studies_unreachable(planned):
    ledger = ledger_of(planned, 2, ended={"status": "failed", "n_labels": 30})
    assert not acquisition_segments(ledger)
    standing = ledger.standing()
    assert standing.badly == {"failed": 1, "unreachable": 1}
    assert not standing.complete
    first = planned.studies[0]
    ledger.count({"trials": [trial(first, i, 0.5) for i in range(2)]})
    ledger.count(
        {"references": [{"reference_id": r.id, "status": "done"} for r in planned.references]}
    )
    assert ledger.standing().complete


def test_where_every_round_is_tested_what_is_missing_is_tested_later(made):
    plan = made.plan(
        repeats=1,
        classifiers=["naive_bayes"],
        strategies=["margin"],
        evaluate="every_round",
        reference={"every_pipeline": False},
    )
    ledger = ledger_of(plan, 5, ended={"status": "done", "n_labels": 60})
    (acquisition,) = plan.acquisitions
    ledger.count(
        {"evaluations": [{"acquisition_id": acquisition.id, "status": "done", "n_labels": 30}]}
    )
    (segment,) = [s for s in ledger.ready() if isinstance(s, EvaluationSegment)]
    assert segment.missing == (0, 2, 3, 4)
    assert ledger.standing().acquisitions == (0, 1)
    for n in (20, 40, 50, 60):
        ledger.count(
            {"evaluations": [{"acquisition_id": acquisition.id, "status": "done", "n_labels": n}]}
        )
    assert ledger.standing().acquisitions == (1, 1)


def test_a_tuned_acquisition_waits_for_its_study_and_takes_over_the_winner(tuned):
    first, second = tuned.studies
    assert acquisition_segments(Ledger(tuned))[0].until == 30
    ended = {"status": "done", "n_labels": 30}
    ledger = ledger_of(tuned, 2, ended=ended)
    assert acquisition_segments(ledger) == []
    ledger.count({"trials": [trial(first, 0, 0.4, {"classifier.var_smoothing": 1e-9})]})
    assert acquisition_segments(ledger) == []
    ledger.count({"trials": [trial(first, 1, 0.6, {"classifier.var_smoothing": 0.5})]})
    (segment,) = acquisition_segments(ledger)
    assert segment.until == 60
    assert segment.params == {"classifier.var_smoothing": 0.5}
    ledger = ledger_of(tuned, 5, [trial(first, i, 0.1) for i in range(2)], ended=ended)
    ledger.count({"trials": [trial(second, 0, 0.4)]})
    assert acquisition_segments(ledger) == []


def test_a_tuned_acquisition_keeps_its_model_where_a_study_has_no_winner(tuned):
    first, _ = tuned.studies
    failed = [trial(first, i, None, status="failed") for i in range(2)]
    (segment,) = acquisition_segments(
        ledger_of(tuned, 2, failed, ended={"status": "done", "n_labels": 30})
    )
    assert segment.params == {}


@pytest.fixture(scope="module")
def studies_by_metric(made):
    return {
        metric: made.plan(repeats=1, tuning={"trials": 20, "metric": metric}).studies[0]
        for metric in ("macro_f1", "log_loss")
    }


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(STATUSES), st.sampled_from([0.0, 0.25, 0.5, 0.75, None])),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(["macro_f1", "log_loss"]),
)
def test_the_driver_and_the_tables_agree_on_the_winner(studies_by_metric, given_, metric):
    study = studies_by_metric[metric]
    rows = [
        trial(study, i, value, {"number": i}, status) for i, (status, value) in enumerate(given_)
    ]
    won = winners(pd.DataFrame(rows).astype({f"val_{metric}": float}))
    expected = json.loads(won["params"].iloc[0]) if len(won) else None
    state = StudyState(study)
    for row in rows:
        state.count_trial(row)
    assert state.winner() == expected


def test_rows_of_other_plans_are_passed_over(planned):
    ledger = Ledger(planned)
    before = ledger.standing()
    ledger.count(
        {
            "rounds": [{"acquisition_id": "other", "n_labels": 1, "batch": []}],
            "trials": [{"study_id": "other"}],
            "references": [{"reference_id": "other", "status": "failed"}],
            "evaluations": [{"acquisition_id": "other", "n_labels": 1, "status": "done"}],
            "acquisitions": [{"acquisition_id": "other", "status": "failed", "n_labels": 1}],
        }
    )
    assert ledger.standing() == before


SMALL = {
    "repeats": 1,
    "classifiers": ["naive_bayes"],
    "strategies": ["random"],
    "resamplers": ["none"],
    "scalers": ["none"],
    "budgets": [30],
    "reference": {"classifier": "naive_bayes"},
}


@pytest.fixture(scope="module")
def small_run(sweeps, tmp_path_factory):
    return sweeps.run(tmp_path_factory.mktemp("run") / "it", **SMALL)


def test_the_same_sweep_and_a_larger_one_do_not_conflict(made, small_run):
    assert conflicts(made.plan(**SMALL), small_run) == []
    larger = {"budgets": [30, 60], "repeats": 2, "strategies": ["random", "margin"]}
    larger["tuning"] = {**made.sweeps.base["tuning"], "trials": 5}
    assert conflicts(made.plan(**SMALL | larger), small_run) == []


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        (
            {"seed": 8},
            [
                "acquisition npz × naive_bayes × none × none × random × 0",
                "study npz × naive_bayes × none × none × random × 0 × 30",
                "reference npz × naive_bayes × none × none × 0",
            ],
        ),
        (
            {"tuning": {"trials": 2, "startup": 1, "validation": {"folds": 3}}},
            ["study npz × naive_bayes × none × none × random × 0 × 30"],
        ),
    ],
)
def test_results_under_the_same_names_that_were_made_otherwise_are_found(
    made, small_run, changes, lines
):
    assert conflicts(made.plan(**SMALL | changes), small_run) == lines


def test_the_ledger_of_a_finished_run_has_nothing_ready(made, small_run):
    ledger = Ledger.read(made.plan(**SMALL), RunFolder.open(small_run.root))
    assert list(ledger.ready()) == []
    standing = ledger.standing()
    assert standing.complete
    assert standing.trials == (2, 2)
    assert not standing.badly
