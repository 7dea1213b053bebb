from __future__ import annotations

import numpy as np
import pytest

import reports
from reports.over_chance import over_chance
from reports.ranks.paired import paired
from reports.ranks.whole_curves import whole_curves


@pytest.fixture
def both(fake, stored):
    """Measures of a run of two strategies, and their scores by labels and repeat."""

    def make(change=lambda _tables: None, **run):
        root = stored(fake(repeats=6, strategies=("margin", "random"), **run), change)
        measures = reports.load(root).measures()
        tuned = measures.at_budgets[measures.at_budgets["series"] == "tuned"]
        wide = tuned.pivot_table(index=["curve", "n_labels"], columns="repeat", values="value")
        return measures, wide

    return make


def test_it_is_the_corrected_interval_of_the_paired_difference(both):
    measures, wide = both()
    found = over_chance(measures, "ton", 0.25)
    assert list(found.index.get_level_values("curve").unique()) == [0]
    for budget in (100, 200, 500):
        one = paired(wide.loc[0, budget].to_numpy(), wide.loc[1, budget].to_numpy(), 0.25)
        row = found.loc[0, budget]
        assert row["mean"] == pytest.approx(one.mean)
        assert row["mean"] - row["half"] == pytest.approx(one.low)
        assert row["n_repeats"] == 6


def test_repeats_that_are_no_random_splits_have_no_interval(both):
    measures, _ = both()
    found = over_chance(measures, "ton", None)
    assert found["half"].isna().all()
    assert found["mean"].notna().all()


def test_a_repeat_that_one_of_both_lacks_does_not_count_and_takes_the_interval(both):
    def change(tables):
        tables["trials"] = [
            row
            for row in tables["trials"]
            if (row["strategy"], row["repeat"], row["budget"]) != ("random", 3, 200)
        ]

    measures, wide = both(change)
    row = over_chance(measures, "ton", 0.25).loc[0, 200]
    kept = [repeat for repeat in range(6) if repeat != 3]
    apart = (wide.loc[0, 200] - wide.loc[1, 200])[kept]
    assert row["n_repeats"] == 5
    assert row["mean"] == pytest.approx(np.mean(apart))
    assert np.isnan(row["half"])
    assert over_chance(measures, "ton", 0.25).loc[0, 500]["half"] > 0


def test_such_a_repeat_takes_the_band_around_the_whole_curve_as_well(both):
    def change(tables):
        tables["trials"] = [
            row
            for row in tables["trials"]
            if (row["classifier"], row["strategy"], row["repeat"]) != ("svc", "random", 3)
        ]

    measures, _ = both(change, classifiers=("knn", "svc"))
    found = whole_curves(measures, {"ton": 0.25})
    whole, lacking = found.loc[0], found.loc[2]  # margin with either
    assert whole["over_chance_band"].notna().all()
    assert lacking["over_chance"].notna().all()
    assert lacking["over_chance_band"].isna().all()
