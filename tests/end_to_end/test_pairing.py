"""What is compared is compared on the same rows: paired by dataset name and repeat alone."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import dump_svmlight_file

from datasets import ton_iot_network
from harness import corpus, seeding
from harness.plan import make_plan
from harness.problem import ProblemKey, prepare
from harness.scalers import SCALERS
from harness.spec import read_sweep
from tests.datasets.made import plain

N_BITS = 10


@pytest.fixture
def paired_rows(sweeps):
    """(dataset, scaler, repeat) -> table rows of the pool, in its order, and of the test set."""

    def of(**changes):
        sweep = read_sweep(sweeps.text(**changes))
        data = {label: numbered(prepared) for label, prepared in corpus.load(sweep).items()}
        found = {}
        for a in make_plan(sweep, data).acquisitions:
            key = ProblemKey(a.curve.dataset, a.curve.scaler, a.repeat, a.setting)
            made = prepare(key, data[a.curve.dataset.label], sweep.registry)
            pool = numbers_of(made.X)
            test = sorted(set(range(len(pool) + len(made.y_test))) - set(pool))
            assert len(test) == len(made.y_test)
            assert set(numbers_of(made.test.X)) <= set(test)  # each of its different rows once
            found[a.curve.dataset.label, a.curve.scaler.label, a.repeat] = pool, test
        return found

    return of


def numbered(prepared):
    """With the number of each row in ten binary columns, which every scaler leaves readable."""
    table = prepared.table
    bits = np.arange(len(table))[:, None] >> np.arange(N_BITS) & 1
    columns = np.column_stack([bits, table.numbers])  # numbers come before categories
    names = (*(f"bit_{j}" for j in range(N_BITS)), *table.number_names)
    table = replace(table, numbers=columns, number_names=names)
    return replace(prepared, table=table, twins=np.arange(len(table)))  # no two are equal now


def numbers_of(X):
    bits = X[:, :N_BITS]
    return ((bits > (bits.min(0) + bits.max(0)) / 2) << np.arange(N_BITS)).sum(1).tolist()


def assert_paired(found, *, repeats=2):
    """All datasets and scalers of `found` agree in each repeat, and no two repeats do."""
    of_repeat = {}
    for (*_, repeat), (pool, test) in found.items():
        assert of_repeat.setdefault(repeat, (pool, test)) == (pool, test)
    assert len(of_repeat) == repeats
    for (pool, test), (other_pool, other_test) in combinations(of_repeat.values(), 2):
        assert set(test) != set(other_test)
        assert pool[:20] != other_pool[:20]  # the initial design


def test_scalers_share_split_and_order_and_repeats_do_not(paired_rows):
    found = paired_rows(scalers=[*SCALERS], repeats=3)
    assert len(found) == 3 * len(SCALERS)
    assert_paired(found, repeats=3)


def test_tasks_of_a_dataset_share_split_and_order(paired_rows):
    made_up = {"name": "ton_iot_synthetic", "rows": 700}
    found = paired_rows(datasets=[made_up, {**made_up, "as": "binary", "task": "binary"}])
    assert len(found) == 4
    assert_paired(found)


def test_feature_sets_of_a_dataset_share_split_and_order(paired_rows, tmp_path, monkeypatch):
    monkeypatch.setenv("FEWLABELS_CACHE", str(tmp_path / "cache"))
    (tmp_path / "official").mkdir()
    plain(ton_iot_network.CARD, tmp_path / "official", rows_per_class=40)
    ton_iot_network.DATASET.import_file(tmp_path / "official", allow_unknown=True)
    found = paired_rows(
        datasets=[
            {
                "name": "ton_iot_network",
                "as": f"{features}_{task}",
                "features": features,
                "task": task,
            }
            for features in ("all", "no_identifiers")
            for task in ("binary", "multiclass")
        ]
    )
    assert len(found) == 8
    assert_paired(found)


def test_the_same_rows_under_two_names_share_nothing(paired_rows, small_npz, tmp_path):
    arrays = np.load(small_npz)
    dump_svmlight_file(arrays["X"], arrays["y"], path := str(tmp_path / "small.libsvm"))
    datasets = [{"name": "npz", "path": str(small_npz)}, {"name": "libsvm", "path": path}]
    found = paired_rows(datasets=datasets, repeats=1)
    (pool, test), (other_pool, other_test) = found.values()
    assert set(test) != set(other_test)
    assert pool[:20] != other_pool[:20]


SYNTHETIC = {"name": "ton_iot_synthetic", "rows": 500}
EVERYTHING_TWICE = {
    "datasets": [{**SYNTHETIC, "as": "many"}, {**SYNTHETIC, "as": "two", "task": "binary"}],
    "classifiers": ["decision_tree", "naive_bayes"],
    "scalers": ["none", "min_max"],
    "resamplers": ["none", "smote"],
    "strategies": ["random", "margin"],
    "budgets": [40, 60],
    "labelling": {"initial": 40, "batch": 10},
    "tuning": {"trials": 3, "startup": 2, "validation": {"folds": 2}},
    "reference": {"every_pipeline": False},
}


@pytest.fixture(scope="module")
def run(sweeps, tmp_path_factory):
    """The folder of a run with two of everything."""
    return sweeps.run(tmp_path_factory.mktemp("run") / "run", **EVERYTHING_TWICE)


@pytest.fixture(scope="module")
def tables(sweeps, run):
    return sweeps.tables(run)


def n_different(frame, by, column):
    """How many different values of `column` each group has."""
    return frame[column].groupby([frame[name] for name in by], observed=True).nunique()


def test_all_curves_of_a_repeat_begin_with_the_same_rows(tables):
    first = tables["rounds"][tables["rounds"]["round"] == 0]
    assert len(first) == 2**6
    assert (n_different(first, ["repeat"], "batch") == 1).all()
    assert (n_different(first, ["dataset", "repeat"], "bought") == 1).all()
    assert (n_different(first, ["dataset"], "bought") == 2).all()  # the repeats


def test_the_strategy_random_buys_the_same_rows_for_every_pipeline_and_preparation(tables):
    rounds = tables["rounds"]
    random = rounds[rounds["strategy"] == "random"]
    assert (n_different(random, ["repeat", "round"], "batch") == 1).all()
    assert (n_different(random, ["dataset", "repeat", "round"], "bought") == 1).all()
    assert (n_different(rounds, ["repeat", "round"], "batch").loc[:, 1:] > 1).all()


def test_every_score_of_a_repeat_is_on_the_same_test_set(run):
    for name in ("trials", "references"):
        rows = run.frame(name)
        rows["of_classes"] = [str(np.stack(matrix).sum(axis=1)) for matrix in rows["confusion"]]
        assert (n_different(rows, ["dataset", "repeat"], "of_classes") == 1).all()
        assert (n_different(rows, ["repeat"], "n_test_novel") == 1).all()


def test_on_the_initial_rows_two_strategies_have_the_same_studies(tables):
    """The same folds, hence the same scores, hence the same proposals of the sampler."""
    trials = tables["trials"]
    own = ["study_id", "acquisition_id", "strategy"]
    keys = ["dataset", "classifier", "scaler", "resampler", "repeat", "number"]

    def of(strategy, budget):
        chosen = trials[(trials["strategy"] == strategy) & (trials["budget"] == budget)]
        return chosen.drop(columns=own).sort_values(keys, ignore_index=True)

    pd.testing.assert_frame_equal(of("random", 40), of("margin", 40), check_exact=True)
    assert not of("random", 60)["val_macro_f1"].equals(of("margin", 60)["val_macro_f1"])


def test_start_up_trials_are_shared_by_all_but_classifiers_resamplers_and_repeats(tables):
    trials = tables["trials"]
    start = trials[trials["number"] == 1]
    shared = n_different(start, ["classifier", "resampler", "repeat"], "params")
    tuned = start[start["params"] != "{}"]
    assert (shared == 1).all()
    assert (n_different(tuned, ["classifier", "resampler"], "params") == 2).all()
    last = trials[(trials["number"] == 2) & (trials["classifier"] == "decision_tree")]
    assert n_different(last, ["resampler", "repeat"], "params").max() > 1  # scores decide


def test_a_small_part_of_a_sweep_run_from_scratch_gives_the_same_numbers(sweeps, tables, tmp_path):
    """Fewer of every axis: ids, picks, hyperparameters and scores are those of the whole."""
    smaller = {
        **EVERYTHING_TWICE,
        "datasets": [{**SYNTHETIC, "as": "many"}],
        "classifiers": ["naive_bayes"],
        "scalers": ["min_max"],
        "resamplers": ["smote"],
        "strategies": ["margin"],
        "budgets": [50, 60],
        "repeats": 1,
        "tuning": {**EVERYTHING_TWICE["tuning"], "trials": 2},
    }
    small = sweeps.tables(sweeps.run(tmp_path / "small", **smaller))
    assert len(small["trials"]) == 4
    for table in ("rounds", "references"):
        assert len(small[table].merge(tables[table])) == len(small[table]) > 0, table
    late = small["trials"][small["trials"]["budget"] == 60]
    assert len(late.merge(tables["trials"])) == len(late) == 2


ONE_CURVE = {"repeats": 1, "classifiers": ["naive_bayes"], "strategies": ["margin"]}


def test_no_generator_is_named_after_what_is_compared(sweeps, tmp_path, monkeypatch):
    named = set()
    sequence = seeding._sequence

    def spy(seed, purpose):
        named.add((seed, *purpose))
        return sequence(seed, purpose)

    monkeypatch.setattr(seeding, "_sequence", spy)

    def names(number, **changes):
        named.clear()
        sweeps.run(tmp_path / str(number), **{**ONE_CURVE, **changes})
        return set(named)

    one = names(1)
    path = sweeps.base["datasets"][0]["path"]
    relabelled = [{"name": "npz", "path": path, "as": "renamed"}]
    assert names(2, datasets=relabelled, scalers=["none"]) == one
    assert names(3, strategies=["entropy"]) == one
    assert names(4, budgets=[60]) == one
    assert all("npz" in name and 0 in name for name in one)
    assert names(5, repeats=2) > one
