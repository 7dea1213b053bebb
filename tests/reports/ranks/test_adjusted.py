from __future__ import annotations

import numpy as np
import pytest

from reports.ranks.adjusted import adjusted
from reports.ranks.paired import paired
from reports.ranks.wilcoxon import holm

RNG = np.random.default_rng(5)
NOISE = [RNG.normal(gain, 0.01, 6) for gain in (0.02, 0.01, 0.0)]
ZERO = np.zeros(6)


def compared(differences, overlap=0.25):
    return paired(differences, np.zeros_like(differences), overlap)


def test_tested_comparisons_are_adjusted_as_holm_does():
    family = [compared(one) for one in NOISE]
    assert adjusted(family) == pytest.approx(holm(np.array([one.p for one in family])))


def test_a_pair_that_never_differs_counts_as_one_test_that_says_nothing():
    family = [compared(one) for one in [*NOISE, ZERO]]
    found = adjusted(family)
    assert np.isnan(found[3])
    assert found[:3] == pytest.approx(holm(np.array([*(one.p for one in family[:3]), 1.0]))[:3])


def test_what_shares_no_repeat_is_not_of_the_family():
    family = [*(compared(one) for one in NOISE), compared(np.empty(0))]
    assert adjusted(family)[:3] == pytest.approx(adjusted(family[:3]))
    assert np.isnan(adjusted(family)[3])


@pytest.mark.parametrize("untested", [np.full(6, 0.1), RNG.normal(0, 1, 3)])
def test_any_other_that_was_not_tested_takes_the_adjustment_from_all(untested):
    family = [*(compared(one) for one in NOISE), compared(untested)]
    assert np.isnan(adjusted(family)).all()


def test_no_comparison_has_no_value():
    assert adjusted([]) == []
