"""Segments on a local Ray or on a cluster.

A segment is one plain task, or one call of a process that is kept for networks (`processes.py`);
Ray retries neither: what happens after a death is the driver's decision. Datasets go into the
object store once and are read there without copying.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import ray
from ray import exceptions

from cluster.connection import must_be_alive, nodes
from cluster.lanes import Lanes, Running
from cluster.processes import Done, Processes
from cluster.resources import Demand
from cluster.worker import CorpusRefs, do
from harness.classifiers.needs import NEURAL
from harness.corpus import Corpus
from harness.errors import HarnessError
from harness.executor import Finished
from harness.segment import Task, needs
from harness.sweep import Sweep

START_UP_S = 60.0  # that a process may need before it works, on top of its limit
CAUSES = (
    (exceptions.OutOfMemoryError, "oom"),
    (exceptions.NodeDiedError, "node"),
    (exceptions.LocalRayletDiedError, "node"),
    (exceptions.ObjectLostError, "node"),
    (exceptions.ActorUnschedulableError, "node"),
    (exceptions.ActorUnavailableError, "node"),
    (exceptions.WorkerCrashedError, "crashed"),
    (exceptions.TaskCancelledError, "timeout"),
    (exceptions.RayError, "crashed"),
)
NODE_DIED = "its node has died"  # in what Ray says of an actor

_segment = ray.remote(do)
_last_segment = ray.remote(max_calls=1)(do)  # its process ends with it


@dataclass(frozen=True, slots=True)
class _Flight:
    task: Task
    deadline: float | None  # time.monotonic()
    is_neural: bool


class RayExecutor:
    """An `Executor` of the Ray that this process is connected to."""

    def __init__(self, corpus: Corpus, sweep: Sweep, workers: int | None = None) -> None:
        """`workers` limits the tasks on CPUs at the same time; default: as many as fit.

        Raises `ClusterError` where no node can give what one task asks for.
        """
        self._demand = Demand.of(sweep)
        self.lanes = Lanes(nodes(), self._demand, is_neural=sweep.is_neural, workers=workers)
        self._processes = Processes(self._demand.neural, sweep.setting.threads)
        self._where = CorpusRefs.put(corpus)
        self._flights: dict[ray.ObjectRef[Any], _Flight] = {}

    def next_of(self, ready: Mapping[str, int]) -> str | None:
        """Networks first, where they do not have a lane of their own."""
        return self.lanes.next_of(ready, self._running())

    def _running(self) -> Running:
        return Running(self._processes.busy, len(self._flights) - self._processes.busy)

    def start(self, task: Task) -> None:
        """Submit the task; Ray starts it when there is room on a node."""
        is_neural = needs(task.segment) == NEURAL
        ref = self._start_neural(task) if is_neural else self._start_plain(task)
        self._flights[ref] = _Flight(task, self._deadline(task), is_neural)

    def _start_neural(self, task: Task) -> ray.ObjectRef[Done]:
        return self._processes.start(task, self._where)

    def _start_plain(self, task: Task) -> ray.ObjectRef[Any]:
        plain = self._running().plain
        while self._processes.idle and plain >= self.lanes.plain_beside(self._processes.alive):
            self._processes.retire()  # it holds the CPUs that this task was promised
        options: dict[str, Any] = {**self._demand.plain.options(), "max_retries": 0}
        remote = _segment
        if task.fresh:
            remote = _last_segment
            # Ray gives a process to one environment only, so a new one means a new process.
            options["runtime_env"] = {"env_vars": {"FEWLABELS_FRESH": uuid4().hex}}
        return remote.options(**options).remote(task, self._where)

    def _deadline(self, task: Task) -> float | None:
        limit = self._demand.trial_s
        if limit is None:
            return None
        return time.monotonic() + START_UP_S + task.limit_s + task.fits * limit

    def wait(self, timeout_s: float) -> Sequence[Finished]:
        """Everything that is ready, after waiting for the first."""
        if not self._flights:
            return []
        refs = list(self._flights)
        ready, _ = ray.wait(refs, num_returns=1, timeout=timeout_s)
        if ready:
            ready, _ = ray.wait(refs, num_returns=len(refs), timeout=0)
        finished = [self._finished(ref) for ref in ready]
        return [*finished, *self._overdue()]

    def _finished(self, ref: ray.ObjectRef[Any]) -> Finished:
        flight = self._flights.pop(ref)
        try:
            found = ray.get(ref)
        except exceptions.RayError as error:
            if flight.is_neural:
                self._processes.end(ref)
            return Finished(flight.task, None, *_why(error))
        if isinstance(found, Done):
            self._processes.came_back(ref, found)
            found = found.rows
        return Finished(flight.task, found)

    def _overdue(self) -> list[Finished]:
        now = time.monotonic()
        late = [ref for ref, f in self._flights.items() if f.deadline and f.deadline < now]
        limit = self._demand.trial_s
        return [
            Finished(
                self._end(ref).task, None, "timeout", f"longer than limits.trial_s = {limit} s"
            )
            for ref in late
        ]

    def _end(self, ref: ray.ObjectRef[Any]) -> _Flight:
        flight = self._flights.pop(ref)
        if flight.is_neural:
            self._processes.end(ref)
        else:
            ray.cancel(ref, force=True)
        return flight

    def close(self) -> None:
        """End what still runs."""
        for ref in list(self._flights):
            self._end(ref)
        self._processes.close()


def _why(error: exceptions.RayError) -> tuple[str, str]:
    """The cause of a death and what Ray says of it. Raises what is no death but a mistake."""
    if isinstance(error, exceptions.RayTaskError):
        if isinstance(error.cause, HarnessError):
            raise error.cause from None  # such as a framework that sees no GPU
        if not isinstance(error.cause, exceptions.RayError):
            raise error  # a bug of ours: `work` turns all that components raise into rows
        return "node", f"{type(error.cause).__name__}: {error.cause}"
    cause = next(cause for kind, cause in CAUSES if isinstance(error, kind))
    if isinstance(error, exceptions.ActorDiedError) and NODE_DIED in str(error):
        cause = "node"
    if cause == "node":
        must_be_alive()
    return cause, f"{type(error).__name__}: {error}"
