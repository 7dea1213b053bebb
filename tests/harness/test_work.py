"""Whole segments, on the small dataset."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from harness import corpus
from harness.device import Device
from harness.errors import DeviceError
from harness.ledger import Ledger
from harness.plan import make_plan
from harness.problem_cache import ProblemCache
from harness.schema import METRICS, TIMING_AND_HOST
from harness.segment import (
    AcquisitionSegment,
    EvaluationSegment,
    ReferenceSegment,
    StudySegment,
    Task,
)
from harness.spec import read_sweep
from harness.work import work
from reports.grid import Grid
from reports.results import read
from tests.conftest import carry_out

ONE = {
    "repeats": 1,
    "classifiers": ["naive_bayes"],
    "strategies": ["margin"],
    "reference": {"every_pipeline": False, "classifier": "naive_bayes"},
}


class Worker:
    """Does the segments of one plan."""

    def __init__(self, made, **changes) -> None:
        sweep = made.sweep(**{**ONE, **changes})
        self.corpus = corpus.load(sweep)
        self.plan = make_plan(sweep, self.corpus)
        self.ledger = Ledger(self.plan)
        self.problems = ProblemCache(self.corpus)

    def do(self, segment, limit_s=60.0):
        return work(Task(segment, limit_s, self.plan.sweep.files), self.problems.get)

    def next(self, kind):
        return next(s for s in self.ledger.ready() if isinstance(s, kind))

    def finish(self, kind, limit_s=60.0):
        """Do what is ready of a kind until nothing is; all that came back, task by task."""
        came = []
        while ready := [s for s in self.ledger.ready() if isinstance(s, kind)]:
            came.append(self.do(ready[0], limit_s))
            self.ledger.count(came[-1])
        return came


def together(came, table):
    return [row for found in came for row in found.get(table, [])]


def timeless(rows):
    return [{k: v for k, v in row.items() if k not in TIMING_AND_HOST} for row in rows]


def test_a_segment_without_time_does_one_round_or_trial(made):
    hasty, patient = Worker(made), Worker(made)
    one_by_one = hasty.finish(AcquisitionSegment, limit_s=0)
    at_once = patient.finish(AcquisitionSegment)
    assert [len(found["rounds"]) for found in one_by_one] == [1, 1, 1, 1, 1]
    assert [len(found["acquisitions"]) for found in one_by_one] == [0, 0, 0, 0, 1]
    assert [len(found["rounds"]) for found in at_once] == [5]
    one_by_one, at_once = (
        [*came, *worker.finish(StudySegment, limit_s)]
        for came, worker, limit_s in ((one_by_one, hasty, 0), (at_once, patient, 60))
    )
    assert [len(found["trials"]) for found in one_by_one[5:]] == [1, 1, 1, 1]
    assert [len(found["trials"]) for found in at_once[1:]] == [2, 2]
    for table in ("rounds", "trials"):
        assert timeless(together(one_by_one, table)) == timeless(together(at_once, table))


def test_tests_after_every_round_equal_trial_0s_at_the_budgets(made):
    worker = Worker(made, evaluate="every_round")
    came = [*worker.finish(AcquisitionSegment), *worker.finish(StudySegment)]
    evaluations = {row["n_labels"]: row for row in together(came, "evaluations")}
    assert sorted(evaluations) == [20, 30, 40, 50, 60]
    firsts = [row for row in together(came, "trials") if row["number"] == 0]
    assert [row["budget"] for row in firsts] == [30, 60]
    for trial in firsts:
        tested = evaluations[trial["budget"]]
        for name in METRICS:
            assert tested[f"test_{name}"] == trial[f"test_{name}"]
            assert tested[f"test_novel_{name}"] == trial[f"test_novel_{name}"]
        assert tested["confusion"] == trial["confusion"]
        assert tested["resampling"] == trial["resampling"]


def test_tests_from_stored_batches_equal_those_on_the_way(made):
    worker = Worker(made, evaluate="every_round")
    came = worker.finish(AcquisitionSegment)
    rows = together(came, "evaluations")
    late = Worker(made, evaluate="every_round")
    late.ledger.count({"rounds": together(came, "rounds")})
    late.ledger.count({"acquisitions": together(came, "acquisitions")})
    again = late.finish(EvaluationSegment, limit_s=0)
    assert len(again) == 5
    assert timeless(together(again, "evaluations")) == timeless(rows)


def test_held_out_rows_are_the_far_end_of_the_pool_charged_and_never_bought(made):
    worker = Worker(
        made,
        budgets=[40, 60, "100%"],
        tuning={"trials": 2, "startup": 2, "validation": {"method": "holdout", "rows": 20}},
    )
    came = worker.finish(AcquisitionSegment)
    rounds = together(came, "rounds")
    bought = np.concatenate([row["batch"] for row in rounds])
    assert rounds[0]["n_labels"] == 40
    assert rounds[-1]["n_labels"] == 288
    assert sorted(bought) == list(range(268))
    (ended,) = together(came, "acquisitions")
    assert (ended["status"], ended["n_labels"], ended["n_holdout"]) == ("done", 288, 20)
    trials = together(worker.finish(StudySegment), "trials")
    assert {row["status"] for row in trials} == {"done"}
    assert all(row["val_accuracy"] * 20 % 1 < 1e-9 for row in trials)


def test_a_class_that_is_missing_from_the_labelled_rows_fails_nothing(made, tmp_path):
    rng = np.random.default_rng(0)
    y = np.array([0] * 100 + [1] * 97 + [2] * 3)
    X = rng.normal(size=(200, 3)) + y[:, None]
    np.savez(tmp_path / "rare.npz", X=X, y=y)
    worker = Worker(
        made,
        datasets=[{"name": "npz", "path": str(tmp_path / "rare.npz")}],
        classifiers=["naive_bayes", "decision_tree", "svc", "xgboost", "knn"],
        resamplers=["none", "smote", "random_under"],
        strategies=["random"],
        budgets=[20],
        tuning={"trials": 1},
    )
    (found, *_) = worker.finish(AcquisitionSegment)
    assert found["rounds"][0]["bought"][2] == 0
    trials = together(worker.finish(StudySegment), "trials")
    assert {row["status"] for row in trials} == {"done"}
    assert len(trials) == 15
    for row in trials:
        assert np.array(row["confusion"])[:, 2].sum() == 0
        assert row["test_macro_recall"] <= 2 / 3 or np.array(row["confusion"])[2].sum() == 0


@pytest.fixture
def one_class_start(tmp_path):
    """Nearly all rows are of one class."""
    rng = np.random.default_rng(0)
    y = np.zeros(400, dtype=int)
    y[rng.choice(400, 4, replace=False)] = 1
    np.savez(tmp_path / "odd.npz", X=rng.normal(size=(400, 3)), y=y)
    return {"datasets": [{"name": "npz", "path": str(tmp_path / "odd.npz")}]}


def test_with_one_class_only_trials_are_skipped_with_the_reason(made, one_class_start):
    worker = Worker(made, **one_class_start, budgets=[20, "100%"], evaluate="every_round")
    came = worker.finish(AcquisitionSegment)
    (ended,) = together(came, "acquisitions")
    assert ended["status"] == "done"
    tested = together(came, "evaluations")
    assert tested[0]["status"] == "skipped"
    assert tested[0]["error"] == "one class only among the labelled rows"
    assert tested[-1]["status"] == "done"
    trials = together(worker.finish(StudySegment), "trials")
    small = [row for row in trials if row["budget"] == 20]
    assert [row["status"] for row in small] == ["skipped", "skipped"]
    assert small[0]["error"].startswith("all 20 labelled rows are of one class, number 0")
    assert small[0]["val_accuracy"] is None
    assert [row["status"] for row in trials if row["budget"] == 320] == ["done", "done"]


def test_a_repeat_that_the_split_leaves_out_is_skipped_with_the_reason(
    sweeps, one_class_start, tmp_path
):
    """Four rows in 400 are positive: 20 initial labels hardly ever hold one."""
    split = {"method": "rebenchmark_2025", "seeds": list(range(30))}
    changes = {**ONE, **one_class_start, "split": split, "repeats": 30, "budgets": [20, 30]}
    folder = sweeps.run(tmp_path / "run", evaluate="every_round", **changes)
    acquisitions = folder.frame("acquisitions")
    dropped = acquisitions[acquisitions["status"] == "skipped"]
    assert 0 < len(dropped) < len(acquisitions) == 30
    start = "rebenchmark_2025 leaves out repeats whose initial labels miss a class: none of these"
    assert f"{start} 20 is 1" in set(dropped["error"])
    assert all(why.startswith((start, "the pool of seed")) for why in dropped["error"])
    assert dropped["n_labels"].eq(0).all()
    kept = set(acquisitions.loc[acquisitions["status"] == "done", "repeat"])
    for table in ("rounds", "evaluations", "trials"):
        assert set(folder.frame(table)["repeat"]) == kept
    references = folder.frame("references")
    assert set(references.loc[references["status"] == "done", "repeat"]) == kept


def test_repeats_that_are_left_out_are_no_failures_and_set_no_target(
    sweeps, one_class_start, tmp_path
):
    split = {"method": "rebenchmark_2025", "seeds": list(range(30))}
    changes = {**ONE, **one_class_start, "split": split, "repeats": 30, "budgets": [20, 30]}
    sweep = read_sweep(sweeps.text(**changes))
    folder = carry_out(sweep, tmp_path / "run")
    prepared = corpus.load(sweep)
    standing = Ledger.read(make_plan(sweep, prepared), folder).standing()
    assert standing.complete
    assert set(standing.badly) == {"skipped", "dropped"}
    results = read(tmp_path / "run")
    grid = Grid.of(results)
    n_kept = int((folder.frame("acquisitions")["status"] == "done").sum())
    assert grid.repeats == {"npz": n_kept}
    assert grid.cells["failures"].eq(0).all()


def test_a_strategy_that_raises_as_the_split_does_has_failed(made, tmp_path):
    (tmp_path / "shy.py").write_text(
        "from harness.errors import Dropped\n"
        "def shy(query, n):\n    raise Dropped('not me')\n"
        "COMPONENTS = {'strategies': {'shy': shy}}\n"
    )
    sweep = made.sweep(folder=tmp_path, components=["./shy.py"], **{**ONE, "strategies": ["shy"]})
    prepared = corpus.load(sweep)
    ready = Ledger(make_plan(sweep, prepared)).ready()
    segment = next(s for s in ready if isinstance(s, AcquisitionSegment))
    found = work(Task(segment, 60.0, sweep.files), ProblemCache(prepared).get)
    assert found["acquisitions"][0]["status"] == "failed"


def test_a_design_is_offered_only_rows_that_may_be_bought(made, tmp_path):
    (tmp_path / "last.py").write_text(
        "import numpy as np\n"
        "def last(X, n):\n    return np.arange(len(X))[-n:]\n"
        "COMPONENTS = {'designs': {'last': last}}\n"
    )
    changes = {
        **ONE,
        "labelling": {"initial": 20, "batch": 10, "design": "last"},
        "tuning": {"trials": 1, "validation": {"method": "holdout", "rows": 30}},
        "budgets": [50],
    }
    sweep = made.sweep(folder=tmp_path, components=["./last.py"], **changes)
    prepared = corpus.load(sweep)
    ready = Ledger(make_plan(sweep, prepared)).ready()
    segment = next(s for s in ready if isinstance(s, AcquisitionSegment))
    found = work(Task(segment, 60.0, sweep.files), ProblemCache(prepared).get)
    n_pool = 288
    assert found["rounds"][0]["batch"] == list(range(n_pool - 50, n_pool - 30))


COUNTING = """
from pathlib import Path

from sklearn.naive_bayes import GaussianNB
from threadpoolctl import threadpool_info


class Counting(GaussianNB):
    def fit(self, X, y):
        pools = [f"{pool['user_api']} {pool['num_threads']}" for pool in threadpool_info()]
        Path("THREADS").write_text("\\n".join(pools))
        return super().fit(X, y)


def counting(seed, threads):
    return Counting()


COMPONENTS = {"classifiers": {"counting": counting}}
"""


@pytest.mark.parametrize("threads", [1, 2])
def test_numeric_libraries_keep_to_the_threads_that_are_in_the_id(made, tmp_path, threads):
    (tmp_path / "counting.py").write_text(COUNTING.replace("THREADS", str(tmp_path / "threads")))
    reference = {"every_pipeline": False, "classifier": "counting"}
    sweep = made.sweep(
        folder=tmp_path,
        components=["./counting.py"],
        threads=threads,
        **{**ONE, "classifiers": ["counting"], "reference": reference},
    )
    prepared = corpus.load(sweep)
    segment = next(iter(Ledger(make_plan(sweep, prepared)).ready()))
    with threadpool_limits(limits=2):  # as many as there would be otherwise
        work(Task(segment, 60.0, sweep.files), ProblemCache(prepared).get)
    pools = (tmp_path / "threads").read_text().splitlines()
    assert any(pool.startswith("blas") for pool in pools)
    assert {int(pool.split()[1]) for pool in pools} == {threads}


BLIND = """
from harness.classifiers.needs import needs
from harness.device import in_use
from harness.errors import DeviceError
from sklearn.naive_bayes import GaussianNB


class Blind(GaussianNB):
    def fit(self, X, y):
        if in_use().device.kind == "gpu":
            raise DeviceError("tensorflow sees no GPU on this machine")
        raise MemoryError("and no room either")


@needs("neural")
def blind(seed: int, threads: int):
    return Blind()


COMPONENTS = {"classifiers": {"blind": blind}}
"""


@pytest.mark.parametrize(
    "kind", [AcquisitionSegment, ReferenceSegment, StudySegment, EvaluationSegment]
)
def test_a_device_that_is_not_there_ends_the_run_while_full_memory_ends_a_fit(made, tmp_path, kind):
    (tmp_path / "blind.py").write_text(BLIND)
    worker = Worker(
        made,
        folder=tmp_path,
        components=["./blind.py"],
        classifiers=["blind"],
        reference={"classifier": "blind"},
        strategies=["random"],
        evaluate="every_round",
    )
    if kind is StudySegment:
        worker.finish(AcquisitionSegment)
    segment = worker.next(AcquisitionSegment if kind is EvaluationSegment else kind)
    if kind is EvaluationSegment:
        segment = EvaluationSegment(segment.acquisition, (np.arange(20),), (0,))
    ended = next(
        row["status"]
        for table in ("trials", "references", "evaluations")
        for row in worker.do(segment).get(table, [])
    )
    assert ended == "oom"
    gpu = Device("gpu", 0.25, deterministic=True, backend="tensorflow")
    with pytest.raises(DeviceError, match="sees no GPU on this machine"):
        work(Task(segment, 60.0, worker.plan.sweep.files, gpu), worker.problems.get)


def test_a_tuned_acquisition_buys_with_the_winners_parameters(made):
    same = {
        "classifiers": ["knn"],
        "scalers": ["none"],
        "resamplers": ["none"],
        "budgets": [30, 100],
    }
    plain = Worker(made, **same)
    tuned = Worker(
        made,
        **same,
        tuning={"trials": 5, "startup": 5, "acquisition": "tuned", "validation": {"folds": 3}},
    )
    plain_rounds = together(plain.finish(AcquisitionSegment), "rounds")
    first = tuned.finish(AcquisitionSegment)
    tuned.finish(StudySegment)
    segment = tuned.next(AcquisitionSegment)
    assert set(segment.params) == {
        "classifier.n_neighbors",
        "classifier.weights",
        "classifier.metric",
    }
    second = tuned.do(segment)
    batches = [row["batch"] for row in together([*first, second], "rounds")]
    expected = [row["batch"] for row in plain_rounds]
    assert batches[:2] == expected[:2]
    defaults = replace(segment, params={})
    assert timeless(tuned.do(defaults)["rounds"]) != timeless(second["rounds"])


def test_a_strategys_own_model_queries_without_the_resampler(made):
    own = {"name": "margin", "model": {"name": "decision_tree", "params": {"max_depth": 2}}}
    worker = Worker(made, strategies=[own])
    (found,) = worker.finish(AcquisitionSegment)
    assert {row["resampling"] for row in found["rounds"][1:]} == {"{}"}
    plain = Worker(made, classifiers=[own["model"]], resamplers=["none"])
    (same,) = plain.finish(AcquisitionSegment)
    assert [r["batch"] for r in found["rounds"]] == [r["batch"] for r in same["rounds"]]


def test_curves_share_their_initial_rows(made):
    worker = Worker(
        made,
        classifiers=["naive_bayes", "knn"],
        scalers=["none", "standard"],
        resamplers=["none", "smote"],
        strategies=["random", "margin"],
        budgets=[20],
    )
    rounds = together(worker.finish(AcquisitionSegment), "rounds")
    assert len(rounds) == 16
    assert {tuple(row["batch"]) for row in rounds} == {tuple(range(20))}
    assert len({tuple(row["bought"]) for row in rounds}) == 1


UNMADE = """
from pathlib import Path

from sklearn.naive_bayes import GaussianNB


def unmade(seed: int, threads: int):
    if Path("MARK").exists():
        raise KeyError("no licence on this machine")
    return GaussianNB()


COMPONENTS = {"classifiers": {"unmade": unmade}}
"""


@pytest.mark.parametrize("strategy", ["margin", "random"])
def test_a_classifier_that_cannot_even_be_made_on_a_worker_has_failed(made, tmp_path, strategy):
    """The sweep's reader could make it."""
    mark = tmp_path / "mark"
    (tmp_path / "unmade.py").write_text(UNMADE.replace("MARK", str(mark)))
    worker = Worker(
        made,
        folder=tmp_path,
        components=["./unmade.py"],
        classifiers=["unmade"],
        reference={"classifier": "unmade", "every_pipeline": False},
        strategies=[strategy],
        evaluate="every_round",
    )
    mark.touch()
    (ended,) = together(worker.finish(AcquisitionSegment), "acquisitions")
    (referred,) = together(worker.finish(ReferenceSegment), "references")
    trials = together(worker.finish(StudySegment), "trials")
    assert ended["status"] == ("failed" if strategy == "margin" else "done")
    segment = EvaluationSegment(
        worker.plan.acquisitions[0], (np.arange(20), np.arange(20, 30)), (0, 1)
    )
    tested = together([worker.do(segment, limit_s=0.0)], "evaluations")
    assert len(tested) == 1
    for row in (referred, *trials, *tested):
        assert row["status"] == "failed"
        assert row["error"].startswith("KeyError: 'no licence on this machine'")
