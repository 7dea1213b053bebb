"""Published results, got again to the last digit through the production path: the fast part.

All of it is `make outside-check` (tests/benchmarks/rebenchmark_2025.py).
"""

import numpy as np
import pytest
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


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize("name", BINARY)
def test_first_queries_equal_those_of_a_plain_loop(name, seed, real_data, tmp_path, sweeps):
    path = real_data / "al_benchmark" / f"{name}.libsvm"
    folder = sweeps.run(
        tmp_path / "run",
        datasets=[{"name": "libsvm", "path": str(path)}],
        classifiers=[{"name": "logistic_regression", "params": {"solver": "liblinear"}}],
        resamplers=["none"],
        strategies=["least_confidence"],
        split={"method": "rebenchmark_2025", "test": 0.4, "seeds": [seed]},
        repeats=1,
        budgets=[30],
        labelling={"initial": 20, "batch": 1},
        tuning={"trials": 1},
        dtype="float64",
        reference={"every_pipeline": False, "classifier": "logistic_regression"},
    )
    rounds = folder.frame("rounds").sort_values("round")
    ours = [int(batch[0]) for batch in rounds["batch"][1:]]

    X, y = load_svmlight_file(str(path))
    rows = np.random.default_rng(seed).permutation(len(y))[: int(len(y) * 0.6)]
    np.random.default_rng(seed).shuffle(rows)
    X, y, known, asked = (
        StandardScaler().fit_transform(X.toarray()[rows]),
        y[rows],
        [*range(20)],
        [],
    )
    for _ in range(10):
        model = LogisticRegression(solver="liblinear").fit(X[sorted(known)], y[sorted(known)])
        confidence = model.predict_proba(X).max(axis=1)
        confidence[known] = np.inf
        asked.append(int(np.argmin(confidence)))
        known.append(asked[-1])
    assert ours == asked
