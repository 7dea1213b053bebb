"""The segments that are under way, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass

from cluster.roll import Begun
from harness.segment import Task

START_UP_S = 60.0  # from being handed over until its data are ready, on top of its limit
SLACK_S = 5.0  # from then on, at least: a worker that looks at its own clock comes back by itself,
SLACK = 0.25  # after a fit that it began in time; so more where the limit is long, as a share of it
FIRST_FIT_S = 60.0  # the same of a network: its framework is imported and it is compiled there


@dataclass(slots=True)
class Flight:
    """A segment that was handed to Ray and has not come back. Moments are of one clock."""

    task: Task
    token: int  # its name on the roll
    is_neural: bool
    handed_over: float
    node: str | None = None  # where it runs; None: it has not begun, as far as is known
    working: float | None = None  # when its data were ready

    def note(self, begun: Begun, now: float) -> None:
        """Take in what the roll says."""
        self.node = begun.node
        if self.working is None and begun.working_s is not None:
            self.working = now - begun.working_s

    def deadline(self, trial_s: float) -> float | None:
        """When it has taken too long; None: it may still be waiting for a place."""
        limit_s = self.task.limit_s + self.task.fits * trial_s
        if self.working is not None:
            least_s = FIRST_FIT_S if self.is_neural else SLACK_S
            return self.working + limit_s + max(least_s, SLACK * trial_s)
        if self.node is None and self.task.room:
            return None
        return self.handed_over + START_UP_S + limit_s
