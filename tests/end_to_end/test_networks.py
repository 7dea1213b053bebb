"""Networks through whole runs: the same tables however they are computed, and honest refits."""

import pandas as pd
import pytest

pytestmark = [pytest.mark.ray, pytest.mark.xdist_group("ray")]

SMALL = {"units": 8, "layers": 1, "epochs": 3}
SWEEP = {
    "classifiers": [
        {"name": "ffnn", "params": SMALL},
        {"name": "ffnn", "as": "warm", "params": {**SMALL, "refit": "warm"}},
        {"name": "ffnn", "as": "keep_better", "params": {**SMALL, "refit": "keep_better"}},
    ],
    "scalers": ["min_max"],
    "resamplers": ["none"],
    "strategies": ["least_confidence", "bald", "badge"],
    "evaluate": "every_round",
    "budgets": [30, 50],
    "tuning": {"trials": 3, "startup": 2},
    "repeats": 1,
}


@pytest.fixture(scope="module")
def inline(sweeps, tmp_path_factory):
    return sweeps.tables(sweeps.run(tmp_path_factory.mktemp("inline") / "run", **SWEEP))


def assert_equal(one, other):
    for table, frame in one.items():
        pd.testing.assert_frame_equal(frame, other[table], obj=table, check_exact=True)


def test_all_end_well_and_trial_0_is_the_default_model_at_its_budget(inline):
    trials, evaluations = inline["trials"], inline["evaluations"]
    assert (trials["status"] == "done").all()
    defaults = trials[trials["number"] == 0].set_index(["acquisition_id", "budget"])
    evaluated = evaluations.set_index(["acquisition_id", "n_labels"])
    for metric in ("test_accuracy", "test_log_loss"):
        both = (
            defaults[metric]
            .to_frame("trial")
            .join(evaluated[metric].rename_axis(["acquisition_id", "budget"]))
        )
        assert both["trial"].tolist() == both[metric].tolist()


def test_every_shape_was_traced_once_through_acquisitions_and_studies(inline):
    from harness.classifiers.neural import compiled

    assert len(inline["trials"]) > 50
    for network in compiled._networks.values():
        functions = (network._epoch, network._ask, network._embed, network._draw)
        assert max(f.experimental_get_tracing_count() for f in functions) == 1


def test_refits_differ(inline):
    scores = inline["evaluations"].groupby("classifier", observed=True)["test_log_loss"].apply(list)
    assert len({tuple(values) for values in scores}) == 3


@pytest.mark.long
def test_stopped_and_continued_gives_the_same_tables(sweeps, tmp_path, two_cpus):
    """In processes of their own: another test may have set up a framework in this one."""
    whole = sweeps.run(tmp_path / "whole", executor=two_cpus(1), **SWEEP)
    out = tmp_path / "run"
    sweeps.run(out, segment_s=0, stop_after=7, executor=two_cpus(2), **SWEEP)
    folder = sweeps.run(out, segment_s=0, executor=two_cpus(2), **SWEEP)
    assert_equal(sweeps.tables(whole), sweeps.tables(folder))
