"""Prepared problems of a worker: a segment rarely needs another one than the last few."""

from __future__ import annotations

from collections import OrderedDict

from harness.corpus import Corpus
from harness.problem import Problem, ProblemKey, prepare
from harness.registry import Registry

CAPACITY_BYTES = 2**30


class ProblemCache:
    """Least recently used problems go first when they take more than `CAPACITY_BYTES`."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self._problems: OrderedDict[str, Problem] = OrderedDict()

    def get(self, key: ProblemKey, registry: Registry) -> Problem:
        """The problem of `key`, prepared if it is not at hand."""
        if key.id in self._problems:
            self._problems.move_to_end(key.id)
            return self._problems[key.id]
        problem = prepare(key, self.corpus[key.dataset.label], registry)
        self.take(key, problem)
        return problem

    def __contains__(self, key: ProblemKey) -> bool:
        """Whether the problem of `key` is at hand."""
        return key.id in self._problems

    def take(self, key: ProblemKey, problem: Problem | None) -> None:
        """Keep the problem of `key` that somebody else prepared, if there is one."""
        if problem is None:
            return
        self._problems[key.id] = problem
        while len(self._problems) > 1 and self._n_bytes() > CAPACITY_BYTES:
            self._problems.popitem(last=False)

    def _n_bytes(self) -> int:
        return sum(problem.nbytes for problem in self._problems.values())
