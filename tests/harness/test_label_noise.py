"""Wrong labels: which ones, who sees them, and who does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from datasets import ton_iot_synthetic
from harness import problem_cache
from harness.cell import Oracle
from harness.errors import RunFolderError, SweepError
from harness.ids import Named
from harness.label_noise import mistaken
from harness.rerun import rerun
from harness.spec import read_sweep
from harness.verify import verify
from tests.harness.test_cell import REFERENCE, STUDY, TUNED, with_setting
from tests.harness.test_problem import problem
from tests.harness.test_rerun import Runs

NOISE = {"oracle": {"noise": 0.2}}
HOLDOUT = {"method": "holdout", "rows": 20}
ON_HOLDOUT = {"tuning": {"trials": 2, "startup": 2, "validation": HOLDOUT}, "budgets": [40, 60]}


@pytest.fixture(scope="module")
def table():
    return ton_iot_synthetic.prepare(rows=700)


def noisy(table, noise=0.3, repeat=0, scaler="none", **setting):
    return problem(table, scaler, repeat, oracle=Oracle(noise), **setting)


# ---- which labels are wrong


def test_the_share_that_is_wrong_is_the_noise_and_all_other_classes_are_as_likely():
    y = np.repeat(np.arange(4), 5000)
    given = mistaken(y, 4, 0.1, np.random.default_rng(0))
    assert (given != y).mean() == pytest.approx(0.1, abs=0.01)
    for k in range(4):
        others = np.bincount(given[(y == k) & (given != y)], minlength=4)
        assert others[k] == 0
        np.testing.assert_allclose(np.delete(others, k), 500 / 3, atol=50)


def test_a_label_that_is_wrong_with_little_noise_is_as_wrong_with_more(table):
    little, much = noisy(table, 0.1), noisy(table, 0.4)
    is_wrong = little.y != little.y_true
    assert 0 < is_wrong.sum() < (much.y != much.y_true).sum()
    np.testing.assert_array_equal(much.y[is_wrong], little.y[is_wrong])


def test_wrong_labels_hang_on_seed_dataset_repeat_and_row_alone(table):
    one = noisy(table)
    np.testing.assert_array_equal(noisy(table, scaler="standard", threads=3).y, one.y)
    binary = noisy(ton_iot_synthetic.prepare(rows=700, task="binary"))
    np.testing.assert_array_equal(binary.y != binary.y_true, one.y != one.y_true)
    for other in (noisy(table, repeat=1), noisy(table, seed=2)):
        assert ((other.y != other.y_true) != (one.y != one.y_true)).any()


def test_features_order_truth_and_test_labels_are_those_without_noise(table):
    one, plain = noisy(table), problem(table, "none")
    np.testing.assert_array_equal(one.y_true, plain.y)
    for name in ("X", "y_test", "groups", "is_novel"):
        np.testing.assert_array_equal(getattr(one, name), getattr(plain, name))


# ---- ids


def test_noise_is_part_of_the_ids_of_all_that_reads_bought_labels_and_of_no_other():
    wrong = with_setting(oracle=Oracle(0.05))
    assert with_setting(oracle=Oracle(0.0)).id == STUDY.acquisition.id
    assert wrong.id != STUDY.acquisition.id
    assert replace(STUDY, acquisition=wrong).id != STUDY.id
    assert replace(TUNED, setting=replace(TUNED.setting, oracle=Oracle(0.05))).id != TUNED.id
    assert replace(REFERENCE, setting=wrong.setting).id == REFERENCE.id


# ---- a run


@pytest.fixture(scope="module")
def runs(sweeps, tmp_path_factory):
    """The same sweep with noise, in one piece and in many, and without."""
    at = tmp_path_factory.mktemp("noise")
    with_noise = Runs(sweeps).make(at / "noise", **ON_HOLDOUT, **NOISE)
    pieces = at / "pieces"
    for done in (9, 1000):
        sweeps.run(pieces, segment_s=0, stop_after=done, **ON_HOLDOUT, **NOISE)
    sweeps.must_equal(with_noise, type(with_noise).open(pieces))
    return with_noise, sweeps.run(at / "clean", **ON_HOLDOUT)


def test_references_have_true_labels_and_are_the_same(sweeps, runs):
    one, other = (sweeps.tables(run)["references"] for run in runs)
    assert one.equals(other)
    assert len(one) > 0


def test_rounds_record_true_classes_and_how_many_labels_are_wrong(runs):
    one, other = (run.frame("rounds") for run in runs)
    assert other["n_wrong"].eq(0).all()
    assert 0 < one["n_wrong"].sum() < one["batch"].map(len).sum() / 2
    first = [
        frame[frame["round"] == 0].sort_values(["classifier", "repeat"]) for frame in (one, other)
    ]
    assert first[0]["bought"].map(list).tolist() == first[1]["bought"].map(list).tolist()
    on_random = [frame[frame["strategy"] == "random"] for frame in (one, other)]
    by_row = [frame["batch"].map(list).tolist() for frame in on_random]
    assert by_row[0] == by_row[1]


def test_a_noisy_run_is_verified_and_got_again(runs):
    noisy_run, _ = runs
    assert verify(noisy_run).findings == ()
    for kind, table in (
        ("acquisition", "rounds"),
        ("study", "trials"),
        ("reference", "references"),
    ):
        id_ = noisy_run.frame(table)[f"{kind}_id"].iloc[-1]
        assert rerun(noisy_run, Named(kind, id_), lambda _: None).differences == []


def test_a_run_is_not_continued_with_other_noise(sweeps, runs):
    with pytest.raises(RunFolderError, match="acquisition"):
        sweeps.run(runs[1].root, **ON_HOLDOUT, **NOISE)


# ---- who sees which labels


def test_trials_and_picks_hang_on_the_labels_given_and_test_scores_on_true_ones(
    sweeps, runs, tmp_path, monkeypatch
):
    """Whoever had these labels for true ones would decide alike; the truth decides nothing."""
    prepare = problem_cache.prepare

    def believed(key, prepared, registry):
        return replace(prepare(key, prepared, registry), truth=None)

    monkeypatch.setattr(problem_cache, "prepare", believed)
    naive = sweeps.tables(sweeps.run(tmp_path / "naive", **ON_HOLDOUT, **NOISE))
    real = sweeps.tables(runs[0])
    assert naive["trials"].equals(real["trials"])
    assert naive["rounds"]["batch"].equals(real["rounds"]["batch"])
    assert not naive["references"].equals(real["references"])
    assert not naive["rounds"]["bought"].equals(real["rounds"]["bought"])


@pytest.mark.parametrize(("noise", "why"), [(1.0, "less than 1"), (-0.1, "greater than or equal")])
def test_noise_is_a_share(sweeps, noise, why):
    with pytest.raises(SweepError, match=why) as caught:
        read_sweep(sweeps.text(oracle={"noise": noise}))
    assert "oracle.noise" in str(caught.value)
