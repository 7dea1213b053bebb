"""Processes for networks: kept from segment to segment, given up when they have grown.

A framework takes ten seconds to import, and each new shape of a model some more to compile, so a
process that has done both is worth keeping; Ray ends idle worker processes after a second, and
may give a process another GPU than the one that its framework holds. Actors have neither trouble.
They are never restarted by Ray: what happens after a death is the driver's decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ray

from cluster.resources import Ask
from cluster.worker import Errand, do
from harness import memory
from harness.segment import Rowset

REST_S = 60.0  # that an idle process is kept where its node could be ended; ten to begin anew
GROWN_GB = 2.0  # GiB since its first segment that a process may keep, unless memory is asked for


@dataclass(frozen=True, slots=True)
class Done:
    """What a segment gave, and how large its process is now."""

    rows: Rowset
    rss_bytes: int


class _Worker:
    def do(self, errand: Errand) -> Done:
        return Done(do(errand), memory.now_bytes())


_Actor = ray.remote(max_restarts=0, max_task_retries=0)(_Worker)


@dataclass(slots=True)
class _Process:
    actor: Any
    first_bytes: int | None = None  # after its first segment
    is_last: bool = False  # ends with what it does now


class Processes:
    """Those of one executor. A process does one segment at a time."""

    def __init__(self, ask: Ask, threads: int) -> None:
        self._options = {
            **ask.options(),
            # Ray gives a process to one environment only: no plain task runs in one of these.
            "runtime_env": {"env_vars": {"OMP_NUM_THREADS": str(threads)}},
        }
        self._may_grow_bytes = (ask.memory_gb / 2 if ask.memory_gb else GROWN_GB) * 2**30
        self._idle: list[_Process] = []
        self._busy: dict[ray.ObjectRef[Done], _Process] = {}
        self._unwanted_since: float | None = None

    @property
    def alive(self) -> int:
        """Processes that hold what they asked for."""
        return len(self._idle) + len(self._busy)

    @property
    def idle(self) -> int:
        """Processes that wait for a segment."""
        return len(self._idle)

    @property
    def busy(self) -> int:
        """Processes that work."""
        return len(self._busy)

    def start(self, errand: Errand, ask: Ask) -> ray.ObjectRef[Done]:
        """Hand `errand` to an idle process, or to a new one; a fresh one asks for `ask`."""
        care = errand.task.care
        fresh = care.fresh or care.alone
        if fresh:
            self.retire()  # in its place
        if fresh or not self._idle:
            options = {**self._options, **(ask.options() if fresh else {})}
            process = _Process(_Actor.options(**options).remote(), is_last=fresh)
        else:
            process = self._idle.pop()
        ref: ray.ObjectRef[Done] = process.actor.do.remote(errand)
        self._busy[ref] = process
        return ref

    def came_back(self, ref: ray.ObjectRef[Done], done: Done) -> None:
        """Keep its process for the next segment, unless it has grown by too much."""
        process = self._busy.pop(ref)
        if process.first_bytes is None:
            process.first_bytes = done.rss_bytes
        if process.is_last or done.rss_bytes - process.first_bytes > self._may_grow_bytes:
            ray.kill(process.actor)
        else:
            self._idle.append(process)

    def end(self, ref: ray.ObjectRef[Done]) -> None:
        """End the process of a segment, dead or alive."""
        ray.kill(self._busy.pop(ref).actor)

    def retire(self) -> None:
        """End an idle process, if there is one."""
        if self._idle:
            ray.kill(self._idle.pop(0).actor)

    def rest(self, now: float, *, is_wanted: bool) -> None:
        """Retire idle processes that nobody has wanted for long: they keep their nodes from ending.

        `now` is of a steady clock.
        """
        if is_wanted or not self._idle:
            self._unwanted_since = None
        elif self._unwanted_since is None:
            self._unwanted_since = now
        elif now - self._unwanted_since > REST_S:
            while self._idle:
                self.retire()

    def close(self) -> None:
        """End all."""
        for process in (*self._idle, *self._busy.values()):
            ray.kill(process.actor)
        self._idle.clear()
        self._busy.clear()
