"""The official ToN-IoT network file: what an honest reference scores on it."""

import pytest

from harness import corpus
from harness.plan import make_plan
from harness.problem_cache import ProblemCache
from harness.segment import ReferenceSegment, Task
from harness.spec import read_sweep
from harness.work import work


@pytest.mark.usefixtures("imported_ton_iot")
@pytest.mark.parametrize(
    ("features", "accuracy", "macro_f1"),
    [("no_identifiers", 0.977, 0.954), ("all", 0.995, 0.986)],
)
def test_a_random_forest_on_all_labels_scores_what_it_should(features, accuracy, macro_f1):
    sweep = read_sweep(
        f"""
        repeats: 1
        seed: 2026
        datasets: [{{name: ton_iot_network, features: {features}}}]
        classifiers: [random_forest]
        strategies: [random]
        budgets: [100]
        """
    )
    prepared = corpus.load(sweep)
    (reference,) = make_plan(sweep, prepared).references
    (row,) = work(Task(ReferenceSegment(reference), 0), ProblemCache(prepared).get)["references"]
    assert row["status"] == "done"
    assert row["test_accuracy"] == pytest.approx(accuracy, abs=0.01)
    assert row["test_macro_f1"] == pytest.approx(macro_f1, abs=0.01)
    assert row["n_test_novel"] < 42_209
