"""What runs in a worker process of Ray: a segment, on datasets that lie in the object store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import ray
from ray.exceptions import RayError

from cluster.roll import Entry
from cluster.watchdog import watched
from harness import memory
from harness.corpus import Corpus, Prepared
from harness.problem import Problem, ProblemKey
from harness.problem_cache import ProblemCache
from harness.registry import Registry
from harness.segment import Rowset, Task, problem_key
from harness.work import work


@dataclass(frozen=True)
class CorpusRefs:
    """Where the datasets lie in the object store, by label."""

    refs: tuple[tuple[str, ray.ObjectRef[Any]], ...]

    @classmethod
    def put(cls, corpus: Corpus) -> CorpusRefs:
        """Put them there, once."""
        return cls(tuple((label, ray.put(prepared)) for label, prepared in corpus.items()))


class RemoteCorpus(Mapping[str, Prepared]):
    """Fetches a dataset when it is first needed, then keeps it: read-only, not copied."""

    def __init__(self, where: CorpusRefs) -> None:
        self._refs = dict(where.refs)
        self._here: dict[str, Prepared] = {}

    def __getitem__(self, label: str) -> Prepared:
        """The dataset of that label. Raises what Ray does where it is lost."""
        if label not in self._here:
            self._here[label] = ray.get(self._refs[label])
        return self._here[label]

    def __iter__(self) -> Iterator[str]:
        """All labels."""
        return iter(self._refs)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._refs)


@lru_cache(maxsize=1)
def _problems(where: CorpusRefs) -> ProblemCache:
    """What this worker process has prepared, from segment to segment."""
    return ProblemCache(RemoteCorpus(where))


@dataclass(frozen=True)
class Errand:
    """A task with what a worker process has to know beside it."""

    task: Task
    where: CorpusRefs
    entry: Entry
    memory_gb: float | None  # that the process may have for itself, GiB
    is_timed: bool  # whether the driver counts the seconds that it works
    problem: ray.ObjectRef[Any] | None = None  # where its problem lies; None: to be prepared here


def _shared(ref: ray.ObjectRef[Any]) -> Problem | None:
    """What lies there, not copied; None where it could not be prepared, or is lost."""
    try:
        problem: Problem | None = ray.get(ref)
    except RayError:
        return None
    return problem


def do(errand: Errand) -> Rowset:
    """`work.work`, with what this process keeps from segment to segment."""
    errand.entry.begins()
    if errand.memory_gb and (memory.own_bytes() or 0) > errand.memory_gb * 2**30 / 2:
        _problems.cache_clear()  # earlier segments' data must not make this one `oom`
    with watched(errand.memory_gb, errand.entry.leave):
        problems = _problems(errand.where)
        # Here, where a lost object is Ray's failure and not the component's.
        problems.corpus[problem_key(errand.task.segment).dataset.label]

        def problem_of(key: ProblemKey, registry: Registry) -> Problem:
            if errand.problem is not None and key not in problems:
                problems.take(key, _shared(errand.problem))
            problem = problems.get(key, registry)
            if errand.is_timed:
                errand.entry.works()
            return problem

        return work(errand.task, problem_of)
