"""Whether a test could say anything at all: the fewest rows at which it can reach its level."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import count

LEVEL = 0.05  # of a test, two-sided


@dataclass(frozen=True)
class Power:
    """Rows (datasets or repeats) that are there, and the fewest at which the test can reject."""

    n: int
    needs: int

    @property
    def is_enough(self) -> bool:
        """Whether the test can reject at all; that it would is another matter."""
        return self.n >= self.needs

    def __str__(self) -> str:
        """Return `underpowered: N = 3, needs 8`; nothing where there are enough.

        >>> str(Power(3, 8)), str(Power(8, 8))
        ('underpowered: N = 3, needs 8', '')
        """
        return "" if self.is_enough else f"underpowered: N = {self.n}, needs {self.needs}"


@cache
def wilcoxon_needs(n_tests: int, level: float = LEVEL) -> int:
    """Rows that the first of Holm's `n_tests` exact two-sided Wilcoxon tests needs.

    If one method wins on all N rows, the p-value is 2 / 2^N, the smallest there is.

    >>> [wilcoxon_needs(n) for n in (1, 10, 45, 190)]
    [6, 9, 11, 13]
    """
    return 1 + math.ceil(math.log2(max(n_tests, 1) / level))


@cache
def friedman_needs(k: int, level: float = LEVEL) -> int:
    """Rows that Friedman's test of `k` methods needs.

    If all N rows rank alike, its statistic has its maximum N (k - 1); both the chi-squared
    approximation (which is what is reported) and the exact p-value k!^(1 - N) must get there.

    >>> [friedman_needs(k) for k in (2, 3, 4, 10)]
    [6, 3, 3, 2]
    """
    from scipy.stats import chi2

    if k <= 1:
        raise ValueError("one method cannot be ranked")
    return next(
        n
        for n in count(2)
        if chi2.sf(n * (k - 1), k - 1) <= level
        and (n - 1) * math.log(math.factorial(k)) >= -math.log(level)
    )


@cache
def nemenyi_needs(k: int, level: float = LEVEL) -> int:
    """Rows at which the critical difference is no more than k - 1, the largest possible one.

    >>> [nemenyi_needs(k) for k in (2, 5, 10)]
    [4, 3, 3]
    """
    from reports.ranks.friedman import critical_difference

    if k <= 1:
        raise ValueError("one method cannot be ranked")
    return next(n for n in count(2) if critical_difference(k, n, level) <= k - 1)
