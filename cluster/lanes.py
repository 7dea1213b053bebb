"""How many tasks to hand to Ray, of networks and of everything else.

On GPUs networks have a lane of their own: neither kind of work waits for the other. Where they
compute on CPUs both share one, and networks go first, because they take longest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from cluster.resources import Ask, Demand, Node, must_fit, room, room_beside
from harness.classifiers.needs import NEURAL

AHEAD = 2  # plain tasks handed over per slot, so that no slot waits for the driver


@dataclass(frozen=True, slots=True)
class Running:
    """Tasks handed to Ray that have not come back."""

    neural: int
    plain: int


def must_have_room(
    nodes: Sequence[Node],
    demand: Demand,
    *,
    is_neural: bool,
    could_start: Callable[[Ask], bool] | None = None,
) -> None:
    """Raise `ClusterError` where no node, nor one that could be started, has room for a task."""
    must_fit(nodes, demand.plain, "threads, limits.memory_gb", could_start)
    if is_neural:
        must_fit(nodes, demand.neural, "resources.neural, limits.memory_gb", could_start)


class Lanes:
    """The room of a cluster, and who gets it next."""

    def __init__(
        self, nodes: Sequence[Node], demand: Demand, *, is_neural: bool, workers: int | None
    ) -> None:
        """`workers` limits the tasks on CPUs at the same time; default: as many as fit.

        There may be no room at all, as when nodes have gone: then nothing is handed over.
        """
        fit = room(nodes, demand.plain)
        plain = min(workers or fit, fit)
        # Networks at the same time, at most.
        self.neural = room(nodes, demand.neural) if is_neural else 0
        is_shared = demand.neural.gpus == 0
        if is_shared:
            self.neural = min(self.neural, plain)
        # None may take the memory that a network is about to need.
        is_strict = plain < fit or (is_neural and demand.neural.memory_gb is not None)

        @cache
        def plain_beside(n: int) -> int:
            at_once = min(plain - n if is_shared else plain, room_beside(nodes, demand, n))
            return max(0, at_once) * (1 if is_strict else AHEAD)

        self.plain_beside = plain_beside  # plain tasks to hand over while `n` networks run

    def wanted(self, ready: Mapping[str, int], running: Running) -> int:
        """Networks that could run at the same time now."""
        return min(self.neural, running.neural + ready.get(NEURAL, 0))

    def next_of(self, ready: Mapping[str, int], running: Running) -> str | None:
        """The needs of the next task to hand over; None: nothing more fits."""
        wanted = self.wanted(ready, running)
        if running.neural < wanted and running.plain <= self.plain_beside(running.neural + 1):
            return NEURAL
        if ready.get("") and running.plain < self.plain_beside(wanted):
            return ""
        return None
