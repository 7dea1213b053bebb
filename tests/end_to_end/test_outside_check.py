"""Published results, got again to the last digit through the production path: the fast part.

All of it is `make outside-check` (tests/benchmarks/rebenchmark_2025.py).
"""

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.datasets import load_svmlight_file
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from harness.shipped import open_sweep
from harness.store import RunFolder
from tests.benchmarks import rebenchmark_2025
from tests.conftest import carry_out

SEEDS = [0, 1]
BINARY = ["appendicitis", "ex8b", "parkinsons"]


@pytest.fixture(scope="module")
def checked(real_data, tmp_path_factory):
    """The shipped sweep for a few seeds, run inline."""
    out = tmp_path_factory.mktemp("check") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEWLABELS_TEST_DATA", str(real_data))
        carry_out(open_sweep("rebenchmark_2025", [f"split.seeds={SEEDS}"]), out)
    return out


def test_margins_areas_are_the_published_ones(checked, real_data, tmp_path):
    both = rebenchmark_2025.against_areas(rebenchmark_2025.areas(checked, tmp_path), real_data)
    assert len(both) == 4 * len(SEEDS)
    assert both["rebenchmark_2025"].tolist() == both["aubc_test"].tolist()


def test_every_round_of_margin_is_the_published_one(checked, real_data):
    both = rebenchmark_2025.against_curves(checked, real_data)
    assert len(both) == len(SEEDS) * (322 + 98 + 107 + 44)
    np.testing.assert_allclose(both["ours"], both["test_accuracy"], rtol=0, atol=1e-12)


def test_all_strategies_of_a_seed_start_alike_and_end_alike(checked):
    """The same rows at the start, and at the end the same model of all rows."""
    rows = RunFolder.open(checked).frame("evaluations")
    rows = rows[rows["dataset"] == "wdbc"]
    for _, of_seed in rows.groupby("repeat"):
        for n_labels in (20, 341):
            at = of_seed[of_seed["n_labels"] == n_labels]
            assert len(at) == 4
            assert at["test_accuracy"].nunique() == 1


def plain_pool(path, seed):
    """Scaled features and labels of the pool in the published order."""
    X, y = load_svmlight_file(str(path))
    rows = np.random.default_rng(seed).permutation(len(y))[: int(len(y) * 0.6)]
    np.random.default_rng(seed).shuffle(rows)
    return StandardScaler().fit_transform(X.toarray()[rows]), y[rows]


def ten_queries(sweeps, out, path, seed, **changes):
    """The first ten rows that a strategy buys after the initial twenty."""
    folder = sweeps.run(
        out,
        datasets=[{"name": "libsvm", "path": str(path)}],
        resamplers=["none"],
        split={"method": "rebenchmark_2025", "test": 0.4, "seeds": [seed]},
        repeats=1,
        budgets=[30],
        labelling={"initial": 20, "batch": 1},
        tuning={"trials": 1},
        dtype="float64",
        reference={"every_pipeline": False, "classifier": "decision_tree"},
        **changes,
    )
    rounds = folder.frame("rounds").sort_values("round")
    return [int(batch[0]) for batch in rounds["batch"][1:]]


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize("name", BINARY)
def test_least_confidence_equals_a_plain_loop(name, seed, real_data, tmp_path, sweeps):
    path = real_data / "al_benchmark" / f"{name}.libsvm"
    liblinear = {"name": "logistic_regression", "params": {"solver": "liblinear"}}
    changes = {"classifiers": [liblinear], "strategies": ["least_confidence"]}
    ours = ten_queries(sweeps, tmp_path / "run", path, seed, **changes)

    X, y = plain_pool(path, seed)
    known, asked = [*range(20)], []
    for _ in range(10):
        model = LogisticRegression(solver="liblinear").fit(X[sorted(known)], y[sorted(known)])
        confidence = model.predict_proba(X).max(axis=1)
        confidence[known] = np.inf
        asked.append(int(np.argmin(confidence)))
        known.append(asked[-1])
    assert ours == asked


@pytest.mark.parametrize("name", BINARY)
def test_entropy_of_a_model_of_its_own_equals_a_plain_loop(name, real_data, tmp_path, sweeps):
    path = real_data / "al_benchmark" / f"{name}.libsvm"
    model = {"name": "logistic_regression", "params": {"C": 0.1}}
    strategy = {"name": "entropy", "model": model}
    changes = {"classifiers": ["decision_tree"], "strategies": [strategy]}
    ours = ten_queries(sweeps, tmp_path / "run", path, 3, **changes)

    X, y = plain_pool(path, 3)
    known, asked = [*range(20)], []
    for _ in range(10):
        model = LogisticRegression(C=0.1).fit(X[sorted(known)], y[sorted(known)])
        entropies = entropy(model.predict_proba(X), axis=1)
        entropies[known] = -np.inf
        asked.append(int(np.argmax(entropies)))
        known.append(asked[-1])
    assert ours == asked


@pytest.mark.parametrize("name", BINARY)
def test_k_center_equals_a_plain_loop(name, real_data, tmp_path, sweeps):
    path = real_data / "al_benchmark" / f"{name}.libsvm"
    changes = {"classifiers": ["decision_tree"], "strategies": ["k_center"]}
    ours = ten_queries(sweeps, tmp_path / "run", path, 3, **changes)

    X, _ = plain_pool(path, 3)
    known, asked = [*range(20)], []
    for _ in range(10):
        gaps = [min(np.linalg.norm(row - X[k]) for k in known) for row in X]
        asked.append(int(np.argmax(gaps)))
        known.append(asked[-1])
    assert ours == asked
