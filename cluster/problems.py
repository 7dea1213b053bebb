"""Prepared problems in the object store: one copy for all processes of a node.

A problem that several segments work on is prepared once, by a task of its own, and lies in the
object store from then on: read-only, mapped by every process without a copy, fetched once by any
other node. The driver owns it, so the death of who prepared it loses nothing, and Ray prepares it
again where a node was lost with it. Networks prepare their own: their processes are actors, which
hold their CPUs while they wait, so that preparing might never get any.

It is a saving only, never a condition: where a problem cannot be had so (the component that scales
it raises, its process dies, the store is full), the segment's own process prepares it, and what is
wrong is seen, timed and recorded there.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import ray

from cluster.watchdog import watched
from cluster.worker import CorpusRefs, RemoteCorpus
from harness import registry
from harness.corpus import Corpus
from harness.device import CPU, using
from harness.memory import returned
from harness.problem import Problem, ProblemKey, prepare
from harness.registry import ComponentFile
from harness.segment import Task, problem_key
from harness.work import RAISED, quiet

KEPT = 8  # problems that stay in the store though no segment of theirs is under way
LEAST_BYTES = 16 * 2**20  # of a dataset: preparing less is faster than starting a process for it


def _prepared(
    where: CorpusRefs, key: ProblemKey, files: tuple[ComponentFile, ...], memory_gb: float | None
) -> Problem | None:
    """The problem of `key`, all that is made for the first who asks made; None: it cannot be."""
    threads = key.setting.threads
    with returned(), watched(memory_gb, lambda _: None), using(CPU, threads), quiet(threads):
        try:
            known = registry.load(files)
            problem = prepare(key, RemoteCorpus(where)[key.dataset.label], known)
            problem.ranks.of_all()
        except RAISED:
            return None
    return problem


# Next to no CPU: the segments that want it wait meanwhile, and who waits in Ray holds none. Without
# any, Ray might take a head that shall do no work. No memory: who waits keeps what it asked for,
# and all who wait might have the whole of it.
_prepare = ray.remote(num_cpus=0.001, max_retries=1)(_prepared)


class SharedProblems:
    """Those of one run, as far as sharing them pays."""

    def __init__(self, corpus: Corpus, where: CorpusRefs, memory_gb: float | None) -> None:
        """`memory_gb` is what a process may have for itself, GiB."""
        self._where, self._memory_gb = where, memory_gb
        self._large = {
            label
            for label, dataset in corpus.items()
            if dataset.table.numbers.nbytes + dataset.table.codes.nbytes >= LEAST_BYTES
        }
        self._refs: OrderedDict[str, ray.ObjectRef[Any]] = OrderedDict()

    def of(self, task: Task) -> ray.ObjectRef[Any] | None:
        """Where the problem of `task` lies, or will; None: its process shall prepare it."""
        key = problem_key(task.segment)
        if key.dataset.label not in self._large:
            return None
        if key.id not in self._refs:
            self._refs[key.id] = _prepare.remote(self._where, key, task.files, self._memory_gb)
        self._refs.move_to_end(key.id)
        while len(self._refs) > KEPT:  # a segment under way holds its own to its end
            self._refs.popitem(last=False)
        return self._refs[key.id]
