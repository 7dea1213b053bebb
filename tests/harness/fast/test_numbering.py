"""Tables of marks number rows as hashing and sorting would."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from harness.fast import numbering

numbers = st.lists(st.integers(0, 9), max_size=20).map(lambda found: np.array(found, dtype=np.intp))


@given(numbers)
def test_groups_are_counted_as_they_appear(given_):
    of, first = numbering.as_they_come(given_)
    expected, values = pd.factorize(given_)
    np.testing.assert_array_equal(of, expected)
    np.testing.assert_array_equal(given_[first], values)
    np.testing.assert_array_equal(numbering.first_of_each(of), first)


@given(numbers)
def test_numbers_that_occur_are_counted_in_their_order(given_):
    expected = np.unique(given_, return_inverse=True)
    for found, wanted in zip(numbering.occurring(given_, 10), expected, strict=True):
        np.testing.assert_array_equal(found, wanted)
