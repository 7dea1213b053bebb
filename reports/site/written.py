"""How numbers are written in tables: the text, and what it is sorted by."""

from __future__ import annotations

import math

from reports.ranks.paired import Paired
from reports.ranks.power import LEVEL

NEVER = 1e300  # what "never" is sorted by: JSON has no infinity
NOTHING = "–"
ONLY_SEEING = "Every strategy here sees hidden labels, which is no method: nothing to compare."
SMALLEST = 0.001  # p-values below are not spelt out

Number = tuple[str, float | None]


def score(value: float, half: float = math.nan) -> Number:
    """Return a score with half its interval, if there is one.

    >>> score(0.5, 0.01), score(math.nan)
    (('0.500 ± 0.010', 0.5), ('–', None))
    """
    if math.isnan(value):
        return NOTHING, None
    return f"{value:.3f}" + ("" if math.isnan(half) else f" ± {half:.3f}"), round(value, 12)


def signed(value: float) -> Number:
    """Return a difference.

    >>> signed(0.0123), signed(-1e-9)
    (('+0.012', 0.0123), ('0.000', -1e-09))
    """
    if math.isnan(value):
        return NOTHING, None
    text = f"{value:+.3f}"
    return ("0.000" if float(text) == 0 else text), round(value, 12)


def interval(found: Paired) -> str:
    """Return the interval of a mean difference, if there is one."""
    if math.isnan(found.low):
        return NOTHING
    return f"[{signed(found.low)[0]}, {signed(found.high)[0]}]"


def p_value(p: float) -> Number:
    """Return a p-value.

    >>> p_value(0.0001), p_value(0.0301)
    (('< 0.001', 0.0001), ('0.030', 0.0301))
    """
    if math.isnan(p):
        return NOTHING, None
    return (f"< {SMALLEST}" if p < SMALLEST else f"{p:.3f}"), float(p)


def verdict(mean: float, p_holm: float, why: str) -> str:
    """Say what a comparison comes to, by its p-value adjusted for all that were made beside it.

    >>> verdict(0.1, 0.04, ""), verdict(-0.1, 0.06, "")
    ('better', 'may be noise')
    """
    if why:
        return f"not tested: {why}"
    if math.isnan(p_holm):
        return "not adjusted: others were not tested"
    if p_holm >= LEVEL:
        return "may be noise"
    return "better" if mean > 0 else "worse"


def counted(n: int, one: str) -> str:
    """Return a number and its noun.

    >>> counted(1, "pipeline"), counted(1200, "repeat")
    ('1 pipeline', '1,200 repeats')
    """
    return f"{n:,} {one}{'s' * (n != 1)}"
