"""The drawn seconds of all units of a plan, and where a segment ends among them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from cluster.forecast.law import Reals
from cluster.forecast.tasks import State


class Durations:
    """Places count the units of all chains, one chain after the other."""

    def __init__(self, seconds: Sequence[float] | Reals, again: Reals | None) -> None:
        """`again` is what each unit takes on top where a segment begins with it; None: nothing."""
        self._sum: list[float] = np.concatenate([[0.0], np.cumsum(seconds)]).tolist()
        self._again: list[float] = [0.0] * len(seconds) if again is None else again.tolist()

    def again(self, place: int) -> float:
        """What the unit there takes on top where a segment begins with it."""
        return self._again[place]

    def between(self, start: int, stop: int) -> float:
        """Of the units from `start` to before `stop`."""
        return self._sum[stop] - self._sum[start]

    def stop(self, state: State, left_s: float) -> int:
        """Units that are done when a segment with so many seconds hands over, as `work` has it.

        It ends with the unit that passes them, having done at least one. That of a tuned
        acquisition ends at its next budget too.
        """
        chain, end = state.chain, state.end
        if chain.gates:
            ahead = (n for n, _ in chain.opens if state.first + n > state.done)
            end = state.first + next(ahead, end - state.first)
        if chain.is_whole:
            return end
        due = self._sum[state.done] + max(0.0, left_s)
        return min(bisect_left(self._sum, due, state.done + 1, end), end)
