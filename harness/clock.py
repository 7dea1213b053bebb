"""The worker's own clock: what `limits` allow a trial, a round, a test, a fit, and all of a study.

It is looked at where Python has its hands free: between folds, fits, rounds and trials. Code that
never comes back is the executor's to end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter

from harness.errors import TooLong
from harness.sweep import Limits


def now() -> float:
    """Seconds since some moment."""
    return perf_counter()


@dataclass(frozen=True)
class Clock:
    """Runs from when it is made."""

    trial_s: float | None  # that it may take; None: as long as it likes
    started: float = field(default_factory=now)

    def look(self) -> None:
        """Raise `TooLong` once more time has gone than is allowed."""
        self.must_allow(now() - self.started)

    def must_allow(self, seconds: float) -> None:
        """Raise `TooLong` where that is more than is allowed."""
        if self.trial_s is not None and seconds > self.trial_s:
            raise TooLong(f"longer than limits.trial_s = {self.trial_s:g} s")


UNLIMITED = Clock(None)


@dataclass(frozen=True)
class Pace:
    """How long a segment goes on, and what its parts may take."""

    limits: Limits
    segment_s: float  # then it hands over what it has, between two rounds or trials
    started: float = field(default_factory=now)

    @property
    def is_due(self) -> bool:
        """Whether it is time to hand over."""
        return now() >= self.started + self.segment_s

    @property
    def is_singly(self) -> bool:
        """Whether the segment ends after one round or trial, whatever that costs."""
        return self.segment_s == 0

    def clock(self, spent_s: float = 0.0) -> Clock:
        """A clock for what begins now, and has taken `spent_s` already."""
        return Clock(self.limits.trial_s, now() - spent_s)

    def must_allow(self, seconds: float) -> None:
        """Raise `TooLong` where that is more than one fit, round or trial may take."""
        self.clock().must_allow(seconds)

    def study_has_time(self, spent_s: float) -> None:
        """Raise `TooLong` where the trials so far have used up what a study may take."""
        _has_time("study_s", self.limits.study_s, spent_s)

    def acquisition_has_time(self, spent_s: float) -> None:
        """Raise `TooLong` where the rounds so far have used up what an acquisition may take."""
        _has_time("acquisition_s", self.limits.acquisition_s, spent_s)


def _has_time(name: str, limit_s: float | None, spent_s: float) -> None:
    if limit_s is not None and spent_s >= limit_s:
        raise TooLong(f"limits.{name} = {limit_s:g} s: used up")
