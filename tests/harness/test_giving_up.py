from __future__ import annotations

import numpy as np
import pytest

from harness.giving_up import give_up
from harness.ledger import Ledger
from harness.segment import AcquisitionSegment, EvaluationSegment, ReferenceSegment, StudySegment
from harness.store import RunFolder
from harness.study import Judged, defaults

BATCHES = (np.arange(20), np.arange(20, 30), np.arange(30, 40))


@pytest.fixture(scope="module")
def plan(made):
    return made.plan(repeats=1, classifiers=["knn"], strategies=["margin"], evaluate="every_round")


def stored(found, tmp_path):
    """The one row that was given, after a way through its table."""
    ((table, rows),) = found.items()
    folder = RunFolder.create(tmp_path / "run")
    with folder.writing():
        folder.append(table, rows)
    return table, folder.read(table).to_pylist()[0]


def test_a_trial_is_given_up_with_the_hyperparameters_that_it_would_have_had(plan, tmp_path):
    study = plan.studies[0]
    earlier = (Judged(defaults(study), "done", 0.5),)
    found = give_up(StudySegment(study, BATCHES[:2], earlier), "oom", "too big")
    table, row = stored(found, tmp_path)
    assert table == "trials"
    assert (row["number"], row["status"], row["error"]) == (1, "oom", "too big")
    assert "classifier.n_neighbors" in row["params"]
    assert row["val_macro_f1"] is None
    ledger = Ledger(plan)
    ledger.count({table: [row]})
    assert ledger.studies[study.id].n_trials == 1


def test_an_acquisition_ends_where_it_was(plan, tmp_path):
    segment = AcquisitionSegment(plan.acquisitions[0], BATCHES, 60, tested=False)
    table, row = stored(give_up(segment, "timeout", None), tmp_path)
    assert table == "acquisitions"
    assert (row["status"], row["n_labels"], row["n_rounds"]) == ("timeout", 40, 3)


def test_an_evaluation_is_of_the_round_that_was_to_come(plan, tmp_path):
    segment = EvaluationSegment(plan.acquisitions[0], BATCHES, (1, 2))
    table, row = stored(give_up(segment, "crashed", "died"), tmp_path)
    assert table == "evaluations"
    assert (row["status"], row["n_labels"]) == ("crashed", 30)


def test_a_reference_says_that_it_was_not_fitted(plan, tmp_path):
    table, row = stored(give_up(ReferenceSegment(plan.references[0]), "oom", None), tmp_path)
    assert table == "references"
    assert (row["status"], row["n_labels"]) == ("oom", None)
