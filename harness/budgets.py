"""Which numbers of labels an acquisition passes, and which budgets that meets."""

from __future__ import annotations

import math
from collections.abc import Sequence

from harness.cell import Labelling
from harness.sweep import Budget


def unreachable(budget: int, labelling: Labelling, n_holdout: int) -> str | None:
    """Why a budget cannot be met, with the nearest that can; None if it can.

    >>> unreachable(120, Labelling(50, "random", 50), 0)
    '120 is not 50 + k × 50; the nearest are 100 and 150'
    """
    first = labelling.initial + n_holdout
    sum_ = f"{labelling.initial} + {n_holdout} (holdout)" if n_holdout else f"{first}"
    if budget < first:
        return f"{budget} does not pay for the first {sum_} labels; the nearest is {first}"
    below = first + (budget - first) // labelling.batch * labelling.batch
    if below == budget:
        return None
    above = below + labelling.batch
    return f"{budget} is not {sum_} + k × {labelling.batch}; the nearest are {below} and {above}"


def checkpoints(
    budgets: Sequence[Budget], labelling: Labelling, n_holdout: int, n_pool: int
) -> tuple[tuple[int, ...], list[str]]:
    """The budgets in labels for a pool of `n_pool` rows, ascending; and what is wrong with them.

    A share of the pool is rounded up to the next number of labels that rounds pass; `100%` is
    the whole pool, whatever its last batch.

    >>> checkpoints(["1%", 100, "100%"], Labelling(50, "random", 50), 0, 7030)
    ((100, 7030), [])
    """
    first = labelling.initial + n_holdout
    met: set[int] = set()
    wrong = []
    if first > n_pool:
        return (), [f"the first {first} labels are more than the pool's {n_pool} rows"]
    for budget in budgets:
        if isinstance(budget, str):
            share = math.ceil(n_pool * float(budget[:-1]) / 100 - 1e-9)
            rounds = math.ceil(max(share - first, 0) / labelling.batch)
            met.add(min(first + rounds * labelling.batch, n_pool))
        elif budget > n_pool:
            wrong.append(f"{budget} is more than the pool's {n_pool} rows")
        elif why := unreachable(budget, labelling, n_holdout):
            wrong.append(why)
        else:
            met.add(budget)
    return tuple(sorted(met)), wrong
