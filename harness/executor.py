"""What the driver asks of whatever does the work; and the one that does it right here."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from harness.classifiers.needs import NEURAL
from harness.corpus import Corpus
from harness.problem_cache import ProblemCache
from harness.segment import Rowset, Task
from harness.work import work


@dataclass(frozen=True, slots=True)
class Finished:
    """A task that came back, with rows, or with why there are none.

    One that nobody has begun comes back with no rows and no cause: it will be handed over again.
    """

    task: Task
    rows: Rowset | None
    cause: str | None = None  # crashed, oom, timeout or node; None: it has rows
    error: str | None = None
    over_limit: bool = False  # of an oom: over its own limit, whatever else the node was doing
    took_s: float = 0.0  # without rows: how long it had worked


def first_of(ready: Mapping[str, int]) -> str | None:
    """The needs whose work takes longest, of which any is ready.

    >>> first_of({"": 3, "neural": 1}), first_of({"": 3, "neural": 0}), first_of({})
    ('neural', '', None)
    """
    return next((needs for needs in (NEURAL, "") if ready.get(needs)), None)


class Executor(Protocol):
    """Takes tasks, gives back what became of them."""

    def next_of(self, ready: Mapping[str, int]) -> str | None:
        """Of which needs it could use a task now, of so many that are ready; None: of none."""

    def start(self, task: Task) -> None:
        """Take a task; returns at once, or when it is done."""

    def wait(self, timeout_s: float) -> Sequence[Finished]:
        """What finished since the last call; waits up to `timeout_s` for the first."""

    def withdraw(self) -> Sequence[Task]:
        """Take back, and give, tasks that nobody has begun: nothing will be heard of them."""

    def close(self) -> None:
        """End what still runs, and give everything back."""


class InlineExecutor:
    """Does each task in this process when it is waited for: for debugging and for tests.

    Limits of time hold where `work` looks at its clock, between fits: there is nobody to end a fit
    that never comes back, or a process that takes too much memory.
    """

    def __init__(self, corpus: Corpus) -> None:
        self._problems = ProblemCache(corpus)
        self._queue: deque[Task] = deque()

    def next_of(self, ready: Mapping[str, int]) -> str | None:
        """One after the other, networks first."""
        return None if self._queue else first_of(ready)

    def start(self, task: Task) -> None:
        """Queue the task."""
        self._queue.append(task)

    def wait(self, timeout_s: float) -> Sequence[Finished]:  # noqa: ARG002 - nothing to wait for
        """Do the first task of the queue."""
        if not self._queue:
            return []
        task = self._queue.popleft()
        return [Finished(task, work(task, self._problems.get))]

    def withdraw(self) -> Sequence[Task]:
        """Take back what is queued."""
        queued = list(self._queue)
        self._queue.clear()
        return queued

    def close(self) -> None:
        """Forget what was not done."""
        self._queue.clear()
