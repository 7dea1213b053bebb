"""What runs in a worker process of Ray: a segment, on datasets that lie in the object store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import ray

from harness.corpus import Corpus, Prepared
from harness.problem_cache import ProblemCache
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


class _RemoteCorpus(Mapping[str, Prepared]):
    """Fetches a dataset when it is first needed, then keeps it: read-only, not copied."""

    def __init__(self, where: CorpusRefs) -> None:
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
def _problems(where: CorpusRefs) -> ProblemCache:
    """What this worker process has prepared, from segment to segment."""
    return ProblemCache(_RemoteCorpus(where))


def do(task: Task, where: CorpusRefs) -> Rowset:
    """`work.work`, with what this process keeps from segment to segment."""
    problems = _problems(where)
    # Here, where a lost object is Ray's failure and not the component's.
    problems.corpus[problem_key(task.segment).dataset.label]
    return work(task, problems.get)
