"""Laws of times, from few recorded values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.forecast.law import Law


def reals(*values):
    return np.array(values, dtype=float)


def test_between_two_numbers_of_labels_a_power_law_is_found_again():
    law = Law.of(reals(100, 400), reals(1, 8))  # labels to the power of 1.5
    assert law.mean(reals(200))[0] == pytest.approx(2**1.5)


def test_beyond_what_was_recorded_the_slope_goes_on_but_no_steeper_than_a_square():
    assert Law.of(reals(100, 200), reals(1, 2)).mean(reals(50, 400)) == pytest.approx([0.5, 4])
    assert Law.of(reals(100, 200), reals(1, 8)).mean(reals(400))[0] == pytest.approx(8 * 4)


def test_times_that_fall_with_more_labels_are_not_taken_to_fall_for_ever():
    law = Law.of(reals(100, 200), reals(2, 1))
    assert law.mean(reals(10, 1_000)) == pytest.approx([2, 1])


def test_one_number_of_labels_says_the_same_of_all():
    assert Law.of(reals(100, 100), reals(1, 3)).mean(reals(5, 500)) == pytest.approx([2, 2])


@given(st.lists(st.tuples(st.integers(0, 999), st.floats(1e-3, 1e3)), min_size=1, max_size=50))
def test_what_is_drawn_is_a_recorded_share_of_the_mean(found):
    labels, seconds = (reals(*column) for column in zip(*found, strict=True))
    law = Law.of(labels, seconds)
    drawn = law.drawn(labels, np.random.default_rng(1))
    shares = drawn / law.mean(labels)
    assert all(np.isclose(law.ratios, share).any() for share in shares)
    assert law.ratios.mean() == pytest.approx(1, rel=0.5) or len(set(labels)) > 1
