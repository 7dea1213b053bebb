"""From a range that a sweep gives to an Optuna distribution."""

from __future__ import annotations

import inspect
import math
import warnings
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from harness.spec.fields import Range
from harness.spec.parameters import mismatch

MOST_STEPS = 10**9  # Optuna's decimal arithmetic fails far beyond


def check_ends(given: Range, parameter: inspect.Parameter) -> None:
    """Raises `ValueError` for a value of the range that the parameter does not take."""
    for value in given.choices or (given.low, given.high):
        if why := mismatch(parameter, value):
            raise ValueError(why)


def distribution_of(
    given: Range, shipped: BaseDistribution | None, default: Any
) -> BaseDistribution:
    """The distribution of a range; whole numbers only if its ends and its default are.

    Raises `ValueError` or `UserWarning` for what Optuna would not take as it is.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        if given.choices is not None:
            return CategoricalDistribution(given.choices)
        low: Any = given.low
        high: Any = given.high
        step: Any = given.step
        if not math.isfinite(float(high) - float(low)):
            raise ValueError(f"from {low} to {high} is too far to draw from")
        if step is not None and (step <= 0 or (high - low) / step > MOST_STEPS):
            raise ValueError(f"step {step} is not above 0, or too small for such a range")
        is_whole = all(isinstance(n, int) for n in (low, high, step or 1))
        is_real = isinstance(shipped, FloatDistribution) or isinstance(default, float)
        if is_whole and not is_real:
            return IntDistribution(low, high, log=given.log, step=step or 1)
        return FloatDistribution(float(low), float(high), log=given.log, step=step)


def misfit(
    distribution: BaseDistribution, parameter: inspect.Parameter, default: Any
) -> str | None:
    """Why a parameter cannot be searched in `distribution`; None if it can."""
    if isinstance(distribution, CategoricalDistribution):
        ends: tuple[Any, ...] = distribution.choices
        holds_default = default in ends
    else:
        ends = (distribution.low, distribution.high)  # type: ignore[attr-defined]
        is_number = isinstance(default, int | float) and not isinstance(default, bool)
        holds_default = is_number and distribution._contains(  # noqa: SLF001 - has no public name
            distribution.to_internal_repr(default)
        )
    for value in ends:
        if why := mismatch(parameter, value):
            return why
    if not holds_default:
        return (
            f"does not hold the default {default!r}, which trial 0 tries; "
            f"widen it, or give another default in params"
        )
    return None
