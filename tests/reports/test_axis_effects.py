"""What a part of a pipeline changes: against sums done by hand and by pandas and SciPy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as law

import reports
from reports.axis_effects import NOT_SHARED, Axis, Places, values
from reports.ranks.overlaps import overlaps

RNG = np.random.default_rng(1)


def axis(cells, rest=("a", "b"), components=("none", "one"), name="scaler"):
    """Pipelines are classifiers; all that has a value was begun."""
    pipelines = pd.DataFrame({"classifier": list(rest), "resampler": "none", "strategy": "random"})
    table = np.array(cells, dtype=float)
    return Axis(name, list(components), pipelines, np.ones(table.shape[:2], dtype=bool), table)


def test_the_effect_is_averaged_over_pipelines_within_each_repeat_and_tested_over_repeats():
    table = RNG.normal(0.8, 0.05, (4, 2, 6))
    found = axis(table, rest="abcd").effect("one", "none", 0.25).found
    by_repeat = (table[:, 1] - table[:, 0]).mean(axis=0)
    error = np.sqrt((1 / 6 + 0.25) * by_repeat.var(ddof=1))
    assert found.n == 6
    assert found.mean == pytest.approx(by_repeat.mean())
    assert found.p == pytest.approx(2 * law.sf(abs(by_repeat.mean()) / error, 5))
    assert found.high - found.mean == pytest.approx(law.ppf(0.975, 5) * error)


def test_a_pipeline_that_lacks_a_repeat_of_one_of_both_is_left_out_and_said():
    table = RNG.normal(0.8, 0.05, (3, 2, 5))
    table[1, 0, 3] = np.nan
    effect = axis(table, rest="abc").effect("one", "none", 0.25)
    assert effect.coverage == "2 of 3"
    assert effect.found.n == 5
    assert effect.found.mean == pytest.approx((table[[0, 2], 1] - table[[0, 2], 0]).mean())


def test_without_a_shared_pipeline_there_is_no_number_and_the_reason_is_given():
    table = [[[0.5], [np.nan]], [[np.nan], [0.7]]]
    effect = axis(table).effect("one", "none", 0.25)
    assert (effect.coverage, effect.found.why) == ("0 of 2", NOT_SHARED)
    assert np.isnan(effect.found.mean)
    assert axis(table).by("classifier")["mean"].isna().all()


def test_the_effect_of_exchanging_both_is_the_negative_of_it():
    one = axis(RNG.normal(0.8, 0.05, (4, 2, 6)), rest="abcd")
    there, back = (one.effect(*names, 0.2).found for names in (("one", "none"), ("none", "one")))
    assert there.mean == pytest.approx(-back.mean)
    assert (there.wins, there.losses) == (back.losses, back.wins)
    assert there.p == pytest.approx(back.p)


@pytest.mark.parametrize(
    ("name", "components", "baseline"),
    [
        ("scaler", ("min_max", "none"), "none"),
        ("resampler", ("none", "smote"), "none"),
        ("strategy", ("margin", "random"), "random"),
        ("classifier", ("knn", "svc"), "svc"),
    ],
)
def test_the_baseline_is_none_or_random_or_what_has_the_most_pipelines(name, components, baseline):
    begun = np.array([[True, True], [False, True]])
    one = Axis(name, list(components), pd.DataFrame(), begun, np.zeros((2, 2, 1)))
    assert one.baseline == baseline


def test_taken_apart_by_another_axis_the_means_are_those_of_pandas(fake, stored):
    axes = {"classifiers": ("knn", "svc"), "scalers": ("none", "standard", "min_max")}
    frames = reports.load(stored(fake(**axes, repeats=3)))
    found = Places.of(frames.grid, "ton", "scaler").filled(values(frames.measures(), 200))
    tuned = frames.scores[(frames.scores["series"] == "tuned") & (frames.scores["n_labels"] == 200)]
    means = tuned.pivot_table(index="classifier", columns="scaler", values="test_macro_f1")
    expected = means.sub(means["none"], axis=0)
    by = found.by("classifier")
    assert set(by.index) == {(c, s) for c in ("knn", "svc") for s in ("standard", "min_max")}
    for (classifier, scaler), row in by.iterrows():
        assert row["mean"] == pytest.approx(expected.loc[classifier, scaler])
        assert (row["shared"], row["pipelines"]) == (2, 2)


def test_areas_of_the_strategies_agree_with_the_pairs_where_there_is_one_pipeline(fake, stored):
    frames = reports.load(stored(fake(repeats=6)))
    one = Places.of(frames.grid, "ton", "strategy").filled(values(frames.measures()))
    found = one.effect("margin", "random", overlaps(frames.tables)["ton"]).found
    pair = frames.pairs().iloc[0]
    assert (found.n, found.why) == (pair["n"], pair["why"])
    assert found.mean == pytest.approx(pair["mean"])
    assert found.p == pytest.approx(pair["p"], nan_ok=True)


def test_a_metric_where_less_is_better_is_turned_around(fake, stored):
    frames = reports.load(stored(fake(repeats=3)))
    one = Places.of(frames.grid, "ton", "strategy")
    f1, loss = (one.filled(values(frames.measures(m), 100)) for m in ("macro_f1", "log_loss"))
    means = [of.effect("margin", "random", None).found.mean for of in (f1, loss)]
    assert np.sign(means[0]) == np.sign(means[1])
