from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from reports.interval import half_width


@pytest.mark.parametrize("n", [0, 1, 2, 4])
def test_below_five_repeats_there_is_no_interval(n):
    assert np.isnan(half_width([0.1], [n])).all()


@pytest.mark.parametrize("n", [5, 6, 30])
def test_from_five_repeats_on_it_is_students(n):
    values = np.random.default_rng(n).normal(size=n)
    low, high = t.interval(0.95, n - 1, values.mean(), values.std(ddof=1) / np.sqrt(n))
    assert half_width([values.std(ddof=1)], [n]) == pytest.approx([(high - low) / 2])
