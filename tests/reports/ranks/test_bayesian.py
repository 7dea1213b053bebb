from __future__ import annotations

import numpy as np
import pytest

from reports.ranks.bayesian import signed_rank


def test_the_probabilities_are_those_of_baycomp():
    from baycomp import two_on_multiple

    rng = np.random.default_rng(3)
    for n, shift in ((8, 0.0), (12, 0.01), (20, 0.015)):
        one = rng.normal(0.8, 0.03, n)
        other = one + rng.normal(shift, 0.02, n)
        worse, same, better = two_on_multiple(other, one, rope=0.01)
        found = signed_rank(other - one, 0.01)
        expected = (worse, same, better)
        assert (found.better, found.same, found.worse) == pytest.approx(expected, abs=0.01)


def test_the_probabilities_add_up_and_turn_around_with_the_pair():
    differences = np.random.default_rng(4).normal(0.01, 0.02, 9)
    one, other = signed_rank(differences), signed_rank(-differences)
    assert one.better + one.same + one.worse == pytest.approx(1)
    assert (one.better, one.same) == pytest.approx((other.worse, other.same), abs=0.01)


def test_differences_within_the_range_are_practically_the_same():
    assert signed_rank(np.full(8, 0.009)).same == pytest.approx(1)
    assert signed_rank(np.full(8, 0.92) - 0.91).same == pytest.approx(1)  # 0.01, to rounding
    assert signed_rank(np.full(8, 0.05)).better == pytest.approx(1, abs=1e-3)


def test_the_same_question_has_the_same_answer():
    differences = np.random.default_rng(4).normal(0.01, 0.02, 9)
    assert signed_rank(differences) == signed_rank(differences)


@pytest.mark.parametrize(
    ("differences", "why"),
    [
        ([0.1, 0.1, 0.1], "underpowered: N = 3, needs 6"),
        ([0.1] * 7 + [np.nan], "1 of 8 datasets are missing"),
        ([], "underpowered: N = 0, needs 6"),
    ],
)
def test_too_few_or_missing_datasets_get_no_probability(differences, why):
    found = signed_rank(np.array(differences))
    assert found.why == why
    assert np.isnan([found.better, found.same, found.worse]).all()
