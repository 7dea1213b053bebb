from __future__ import annotations

import pytest

from harness.at_most import AtMost, at_most, most


def test_nothing_declared_is_no_limit():
    assert most(lambda query, n: query.candidates[:n]) == AtMost(rows=None, batch=None, sample="")


@pytest.mark.parametrize("sizes", [{}, {"rows": 0}, {"rows": 5, "batch": -1}])
def test_a_limit_is_a_positive_number(sizes):
    with pytest.raises(ValueError, match="give a number above 0"):
        at_most(**sizes)
