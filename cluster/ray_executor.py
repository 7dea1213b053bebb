"""Segments as Ray tasks, on a local Ray or on a cluster.

A segment is one plain task that Ray never retries: what happens after a death is the driver's
decision. Datasets go into the object store once and are read there without copying.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import uuid4

import ray
from ray import exceptions

from cluster.connection import must_be_alive, slots
from harness.corpus import Corpus, Prepared
from harness.executor import Finished
from harness.problem_cache import ProblemCache
from harness.segment import Rowset, Task, problem_key
from harness.sweep import Limits
from harness.work import work

START_UP_S = 60.0  # that a process may need before it works, on top of its limit
AHEAD = 2  # tasks handed over per slot, so that no slot waits for the driver
CAUSES = (
    (exceptions.OutOfMemoryError, "oom"),
    (exceptions.NodeDiedError, "node"),
    (exceptions.LocalRayletDiedError, "node"),
    (exceptions.ObjectLostError, "node"),
    (exceptions.WorkerCrashedError, "crashed"),
    (exceptions.TaskCancelledError, "timeout"),
    (exceptions.RayError, "crashed"),
)


@dataclass(frozen=True, slots=True)
class Demand:
    """What each task asks of Ray."""

    threads: int
    limits: Limits
    segment_s: float


@dataclass(frozen=True)
class _CorpusRefs:
    """Where the datasets lie in the object store, by label."""

    refs: tuple[tuple[str, ray.ObjectRef[Any]], ...]


class _RemoteCorpus(Mapping[str, Prepared]):
    """Fetches a dataset when it is first needed, then keeps it: read-only, not copied."""

    def __init__(self, where: _CorpusRefs) -> None:
        self._refs = dict(where.refs)
        self._here: dict[str, Prepared] = {}

    def __getitem__(self, label: str) -> Prepared:
        if label not in self._here:
            self._here[label] = ray.get(self._refs[label])
        return self._here[label]

    def __iter__(self) -> Iterator[str]:
        return iter(self._refs)

    def __len__(self) -> int:
        return len(self._refs)


@lru_cache(maxsize=1)
def _problems(where: _CorpusRefs) -> ProblemCache:
    """What this worker process has prepared, from segment to segment."""
    return ProblemCache(_RemoteCorpus(where))


def _work(task: Task, where: _CorpusRefs) -> Rowset:
    problems = _problems(where)
    # Here, where a lost object is Ray's failure and not the component's.
    problems.corpus[problem_key(task.segment).dataset.label]
    return work(task, problems.get)


_segment = ray.remote(_work)
_last_segment = ray.remote(max_calls=1)(_work)  # its process ends with it


@dataclass(frozen=True, slots=True)
class _Flight:
    task: Task
    deadline: float | None  # time.monotonic()


class RayExecutor:
    """An `Executor` of the Ray that this process is connected to."""

    def __init__(self, corpus: Corpus, demand: Demand, workers: int | None = None) -> None:
        """`workers` limits the tasks that run at the same time; default: as many as fit.

        Raises `ClusterError` where no node can give what one task asks for.
        """
        fit = slots(demand.threads, demand.limits.memory_gb)
        at_once = min(workers or fit, fit)
        # A task's clock runs from when it is handed over, so with a limit none may wait in line.
        is_strict = at_once < fit or demand.limits.trial_s is not None
        self.capacity = at_once if is_strict else at_once * AHEAD
        self._demand = demand
        self._where = _CorpusRefs(
            tuple((label, ray.put(prepared)) for label, prepared in corpus.items())
        )
        self._flights: dict[ray.ObjectRef[Rowset], _Flight] = {}

    def start(self, task: Task) -> None:
        """Submit the task; Ray starts it when a CPU is free."""
        options: dict[str, Any] = {"num_cpus": self._demand.threads, "max_retries": 0}
        if memory_gb := self._demand.limits.memory_gb:
            options["memory"] = int(memory_gb * 2**30)
        remote = _segment
        if task.fresh:
            remote = _last_segment
            # Ray gives a process to one environment only, so a new one means a new process.
            options["runtime_env"] = {"env_vars": {"FEWLABELS_FRESH": uuid4().hex}}
        ref = remote.options(**options).remote(task, self._where)
        self._flights[ref] = _Flight(task, self._deadline(task))

    def _deadline(self, task: Task) -> float | None:
        limit = self._demand.limits.trial_s
        return None if limit is None else time.monotonic() + START_UP_S + task.limit_s + limit

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
        task = self._flights.pop(ref).task
        try:
            return Finished(task, ray.get(ref))
        except exceptions.RayTaskError as error:
            if not isinstance(error.cause, exceptions.RayError):
                raise  # a bug of ours: `work` turns all that components raise into rows
            return Finished(task, None, "node", f"{type(error.cause).__name__}: {error.cause}")
        except exceptions.RayError as error:
            cause = next(cause for kind, cause in CAUSES if isinstance(error, kind))
            if cause == "node":
                must_be_alive()
            return Finished(task, None, cause, f"{type(error).__name__}: {error}")

    def _overdue(self) -> list[Finished]:
        now = time.monotonic()
        late = [ref for ref, f in self._flights.items() if f.deadline and f.deadline < now]
        return [self._ended(ref) for ref in late]

    def _ended(self, ref: ray.ObjectRef[Any]) -> Finished:
        ray.cancel(ref, force=True)
        task = self._flights.pop(ref).task
        limit = self._demand.limits.trial_s
        return Finished(task, None, "timeout", f"longer than limits.trial_s = {limit} s")

    def close(self) -> None:
        """End what still runs."""
        for ref in self._flights:
            ray.cancel(ref, force=True)
        self._flights.clear()
