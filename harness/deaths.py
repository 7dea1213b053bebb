"""What becomes of tasks that never came back: where they go next, and when they are given up.

A segment is known by its work and by the unit, a round or trial, that it begins with.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from harness.executor import Finished
from harness.segment import Care, Segment

NODE_LOSSES = 3  # of one unit until it goes by itself, and again until it is left to another run
DEATHS = 3  # of a fresh process that did nothing else, until it is the unit's own fault
SINGLY = 16  # units that go one at a time after a death: one of them may be the culprit

_Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is done about a death."""

    action: str
    status: str | None = None  # what the unit ends with; None: it has not ended
    is_left: bool = False  # to another run: nothing is known against it but that its nodes die


class Deaths:
    """Those of one run. A lost node is nobody's fault, and makes no status."""

    def __init__(self) -> None:
        self._singly: dict[str, int] = {}  # work -> the unit before which it goes singly
        self._alone: set[_Key] = set()  # what a node that ran out of memory took with it
        self._suspects: Counter[_Key] = Counter()  # what died singly: how often
        self._losses: Counter[_Key] = Counter()  # of nodes under it

    def care(self, segment: Segment) -> Care:
        """How `segment` has to go now."""
        key = (segment.work.id, segment.unit)
        is_single = segment.unit < self._singly.get(segment.work.id, 0)
        return Care(is_single, key in self._suspects, key in self._alone)

    def note(self, finished: Finished) -> Verdict:
        """Decide about one that came back without rows."""
        segment, cause = finished.task.segment, finished.cause or "crashed"
        key = (segment.work.id, segment.unit)
        if cause == "node":
            return self._lost(key)
        if segment.unit >= self._singly.get(segment.work.id, 0):
            self._singly[segment.work.id] = segment.unit + SINGLY
            return Verdict("again, one at a time")
        alone_before = self._suspects[key]  # deaths; the first one shared its process's past
        self._suspects[key] += 1
        enough = 0 if cause == "timeout" else 1 if finished.over_limit else DEATHS
        if alone_before >= enough:
            return Verdict("given up", cause)
        if cause == "oom" and not finished.over_limit:
            self._alone.add(key)
            return Verdict("again, alone on a node")
        return Verdict("again, alone in a fresh process")

    def _lost(self, key: _Key) -> Verdict:
        work_id, unit = key
        self._losses[key] += 1
        if self._losses[key] > 2 * NODE_LOSSES:
            return Verdict("left to another run", is_left=True)
        if self._losses[key] > NODE_LOSSES:
            self._singly[work_id] = max(self._singly.get(work_id, 0), unit + 1)
            return Verdict("again, on another node, one at a time")
        return Verdict("again, on another node")
