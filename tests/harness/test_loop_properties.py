"""Whatever the data, an acquisition buys what it should: small, equal, constant, missing, huge."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.dataset import Table
from harness.cell import Acquisition, Component, Curve, Labelling, Study, Validation
from harness.corpus import Prepared
from harness.features import twins
from harness.problem import Problem, ProblemKey, prepare
from harness.registry import Registry
from harness.segment import AcquisitionSegment, StudySegment, Task
from harness.spec import read_sweep
from harness.strategies import STRATEGIES
from harness.strategies.query import does_ask_samples
from harness.work import work

# None of the quick classifiers has samples: a sweep that asks them for some is refused.
# Of those that ask the model in the same words, one.
SAME_QUESTION = {
    "consensus_entropy",  # as qbc_kl
    "epsilon_mix",  # as margin
    "least_confidence",  # as entropy
    "oracle",  # as expected_error_reduction and margin
    "power_margin",  # as entropy
    "variation_ratio",  # as qbc_kl
    "vote_entropy",  # as qbc_kl
}
ASKED = [
    name
    for name, strategy in STRATEGIES.items()
    if not does_ask_samples(strategy) and name not in SAME_QUESTION
]
FEWER_FITS = {
    "qbc_kl": {"members": 2},
    "expected_error_reduction": {"candidates": 2, "evaluated": 5},
}
CLASSIFIERS = ["decision_tree", "knn", "logistic_regression", "naive_bayes", "svc"]
SETTING = read_sweep(
    "{name: any, seed: 1, datasets: [ton_iot_synthetic], split: {test: 0.25},"
    " classifiers: [knn], scalers: [none], resamplers: [none], strategies: [random],"
    " budgets: [100], labelling: {initial: 50, batch: 50}, tuning: {trials: 1, validation:"
    " {folds: 3}}}"
).setting
NUMBERS = {  # name -> what becomes of normally distributed values
    "plain": lambda x: x,
    "rounded": np.round,
    "constant": lambda x: np.full_like(x, 0.1),
    "missing": lambda x: np.full_like(x, np.nan),
    "gaps": lambda x: np.where(x < 0, np.nan, x),
    "tiny": lambda x: 1e-300 * x,
    "huge": lambda x: 1e300 * x,
    "sequence_numbers": lambda x: 4e9 + np.round(1e9 * x),
}


@st.composite
def tables(draw):
    """Tables of 5 rows and more; since splits know one stratum only, the pool may miss classes."""
    n, n_classes = draw(st.sampled_from([5, 6, 9, 20, 40])), draw(st.integers(2, 4))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    numbers = draw(st.lists(st.sampled_from([*NUMBERS]), max_size=4))
    n_categories = draw(st.integers(0 if numbers else 1, 2))
    twin_of = [np.arange(n), rng.integers(0, n // 2, n), rng.integers(0, 3, n), np.zeros(n, int)]
    row = draw(st.sampled_from(twin_of))
    met = rng.permutation(n_classes)[: draw(st.sampled_from([4, 3, 2, 1]))]
    y = draw(st.sampled_from([rng.choice(met, n), np.sort(rng.choice(met, n))[row]]))
    columns = [NUMBERS[name](rng.normal(size=n))[row] for name in numbers]
    return Table(
        numbers=np.column_stack([np.empty((n, 0)), *columns]),
        number_names=tuple(f"{name}_{j}" for j, name in enumerate(numbers)),
        codes=rng.integers(-1, 3, (n, n_categories)).astype(np.int32)[row],
        category_names=tuple(f"category_{j}" for j in range(n_categories)),
        categories=(("a", "b", "c"),) * n_categories,
        y=y.astype(np.int64),
        classes=tuple("wxyz"[:n_classes]),
        strata=np.zeros(n, dtype=np.int64),
        content="",
    )


@dataclass(frozen=True)
class Case:
    """An acquisition over a table, and the problem that it works on."""

    acquisition: Acquisition
    problem: Problem

    @property
    def n_pool(self):
        return len(self.problem.y)

    @property
    def n_holdout(self):
        return self.acquisition.setting.tuning.validation.rows

    def do(self, segment):
        return work(Task(segment, 60.0), lambda *_: self.problem)

    def run(self, batches=(), until=None):
        """All that comes of buying after `batches`, until `until` labels or to the end."""
        until = self.n_pool if until is None else until
        return self.do(AcquisitionSegment(self.acquisition, tuple(batches), until, tested=True))


@st.composite
def cases(draw, strategy, classifier):
    """Any acquisition with these two."""
    table = draw(tables())
    scaler = draw(st.sampled_from(["none", "standard", "quantile"]))
    resampler = draw(st.sampled_from(["none", "smote", "random_under"]))
    names = ("made_up", classifier, scaler, resampler, strategy)
    curve = Curve(*(Component(name, name, FEWER_FITS.get(name, {})) for name in names))
    setting = replace(SETTING, dtype=draw(st.sampled_from(["float32", "float64"])))
    key = ProblemKey(curve.dataset, curve.scaler, 0, setting)
    with np.errstate(all="ignore"):  # as on a worker
        problem = prepare(key, Prepared(curve.dataset, table, twins(table)), Registry())
    n_pool = len(problem.y)
    initial = draw(st.sampled_from([n_pool // 3, n_pool // 2, n_pool, 1, 2]))
    batch = draw(st.sampled_from([1, 2, 3, n_pool // 2, n_pool + 5]))
    n_holdout = draw(st.sampled_from([0, (n_pool - initial) // 3, (n_pool - initial) // 2]))
    validation = Validation("holdout", rows=n_holdout) if n_holdout else SETTING.tuning.validation
    setting = replace(
        setting,
        labelling=Labelling(initial, "random", batch),
        tuning=replace(SETTING.tuning, validation=validation),
    )
    return Case(Acquisition(curve, 0, setting, (n_pool,)), problem)


def timeless(rowset):
    """The rows of all tables without times and places, as text, so that NaN equals NaN."""
    times = ("_s", "peak_bytes", "host", "environment_id")
    return {
        table: [{k: repr(v) for k, v in row.items() if not k.endswith(times)} for row in rows]
        for table, rows in rowset.items()
        if table in {"rounds", "evaluations"}
    }


def with_any_data(n):
    """Every strategy with every quick classifier, `n` cases of each."""

    def over(claim):
        claim = settings(max_examples=n, deadline=None, derandomize=True)(given(st.data())(claim))
        claim = pytest.mark.parametrize("classifier", CLASSIFIERS)(claim)
        return pytest.mark.parametrize("strategy", ASKED)(claim)

    return over


@with_any_data(12)
def test_every_candidate_is_bought_once_in_full_batches(strategy, classifier, data):
    case = data.draw(cases(strategy, classifier))
    found = case.run()
    (ended,) = found["acquisitions"]
    assert ended["status"] == "done", ended["error"]
    assert {row["status"] for row in found["evaluations"]} <= {"done", "skipped"}
    sizes = [case.acquisition.setting.labelling.initial]
    while left := case.n_pool - case.n_holdout - sum(sizes):
        sizes.append(min(case.acquisition.setting.labelling.batch, left))
    batches = [row["batch"] for row in found["rounds"]]
    assert [len(batch) for batch in batches] == sizes
    assert sorted(np.concatenate(batches).tolist()) == list(range(case.n_pool - case.n_holdout))


@with_any_data(6)
def test_shorter_runs_repeated_runs_and_replays_from_any_round_agree(strategy, classifier, data):
    case = data.draw(cases(strategy, classifier))
    before = [array.copy() for array in arrays(case.problem)]
    whole = case.run()
    assert timeless(case.run()) == timeless(whole)

    n_labels = [row["n_labels"] for row in whole["rounds"]]
    stop = data.draw(st.integers(0, len(n_labels) - 1))
    shorter = case.run(until=n_labels[stop])
    batches = [row["batch"] for row in shorter["rounds"]]
    rest = case.run(batches)
    for table, rows in timeless(whole).items():
        assert timeless(shorter)[table] == rows[: stop + 1]
        assert timeless(rest)[table] == rows[stop + 1 :]

    for old, new in zip(before, arrays(case.problem), strict=True):
        np.testing.assert_array_equal(old, new)


def arrays(problem):
    of_rows = (problem.X, problem.y, problem.groups, problem.y_test, problem.is_novel)
    return [*of_rows, problem.pool.X, problem.pool.of, problem.test.X, problem.test.of]


@with_any_data(6)
def test_a_study_of_any_rows_ends_with_a_score_or_says_why_not(strategy, classifier, data):
    case = data.draw(cases(strategy, classifier))
    rounds = case.run()["rounds"]
    stop = data.draw(st.integers(0, len(rounds) - 1))
    batches = tuple(row["batch"] for row in rounds[: stop + 1])
    study = Study(case.acquisition, rounds[stop]["n_labels"])
    (trial,) = case.do(StudySegment(study, batches, ()))["trials"]
    if trial["status"] == "skipped":
        assert "labelled rows" in trial["error"]
    else:
        assert trial["status"] == "done", trial["error"]
        assert 0 <= trial["val_macro_f1"] <= 1
        assert 0 <= trial["test_macro_f1"] <= 1
