"""The segments that are under way, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass

from cluster.roll import Begun
from harness.segment import Task

START_UP_S = 300.0  # from when a process has begun until its data are ready, on top of its limit
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
    begun: float | None = None  # when its process took it up
    working: float | None = None  # when its data were ready
    is_unknown: bool = False  # the roll that it may have reported to is no more

    @property
    def waits(self) -> bool:
        """Whether it certainly has not begun."""
        return self.node is None and not self.is_unknown

    def note(self, begun: Begun, now: float) -> None:
        """Take in what the roll says."""
        self.node = begun.node
        if self.begun is None:
            self.begun = now - begun.since_s
        if self.working is None and begun.working_s is not None:
            self.working = now - begun.working_s

    def took_s(self, now: float) -> float:
        """Seconds that it has worked, as far as is known."""
        since = self.begun if self.working is None else self.working
        return 0.0 if since is None else now - since

    def deadline(self, trial_s: float) -> float | None:
        """When it has taken too long; None: it waits for a place, for as long as that takes."""
        limit_s = self.task.limit_s + self.task.fits * trial_s
        if self.working is not None:
            least_s = FIRST_FIT_S if self.is_neural else SLACK_S
            return self.working + limit_s + max(least_s, SLACK * trial_s)
        if self.waits:
            return None
        since = self.handed_over if self.begun is None else self.begun
        return since + START_UP_S + limit_s
