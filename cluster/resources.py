"""What one task asks of Ray, and how many tasks the nodes have room for at the same time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.classifiers.needs import NEURAL
from harness.errors import ClusterError
from harness.sweep import Sweep

_DUST = 1e-9  # of sums of fractions such as 0.1


@dataclass(frozen=True, slots=True)
class Ask:
    """What one task asks for."""

    cpus: float
    gpus: float = 0.0  # share of one
    memory_gb: float | None = None  # GiB, of the machine

    def options(self) -> dict[str, Any]:
        """The same as options of a Ray task or actor."""
        options: dict[str, Any] = {"num_cpus": self.cpus, "num_gpus": self.gpus}
        if self.memory_gb:
            options["memory"] = int(self.memory_gb * 2**30)
        return options

    def bundle(self) -> dict[str, float]:
        """The same as Ray's autoscaler takes it."""
        gib = self.memory_gb or 0.0
        asked = {"CPU": self.cpus, "GPU": self.gpus, "memory": float(int(gib * 2**30))}
        return {name: amount for name, amount in asked.items() if amount}

    def whole(self, nodes: Sequence[Node]) -> Ask:
        """All CPUs and all memory of the largest of the nodes that fit it, for one task alone."""
        able = [node for node in nodes if node.fits(self)]
        if not able:
            return self
        largest = max(able, key=lambda node: (node.memory_gb, node.cpus))
        return replace(self, cpus=largest.cpus, memory_gb=largest.memory_gb or None)

    def __str__(self) -> str:
        """Return it in words."""
        parts = [f"{self.cpus:g} CPUs"] if self.cpus else []
        parts += [f"{self.gpus:g} of a GPU"] if self.gpus else []
        parts += [f"{self.memory_gb:g} GiB"] if self.memory_gb else []
        return " and ".join(parts)


@dataclass(frozen=True, slots=True)
class Node:
    """What a machine offers to Ray."""

    cpus: float
    gpus: int
    memory_gb: float

    def fits(self, ask: Ask) -> int:
        """How many such tasks at the same time; a share of a GPU lies on one GPU."""
        fits = []
        if ask.cpus:
            fits.append(self.cpus / ask.cpus)
        if ask.gpus:
            fits.append(self.gpus * int(1 / ask.gpus + _DUST))
        if ask.memory_gb:
            fits.append(self.memory_gb / ask.memory_gb)
        return max(0, int(min(fits) + _DUST)) if fits else 0

    def after(self, ask: Ask, n: int) -> Node:
        """What is left for work without a GPU while `n` such tasks run."""
        taken = n * (ask.memory_gb or 0.0)
        return replace(self, cpus=self.cpus - n * ask.cpus, memory_gb=self.memory_gb - taken)


def room(nodes: Sequence[Node], ask: Ask) -> int:
    """How many such tasks fit at the same time."""
    return sum(node.fits(ask) for node in nodes)


@dataclass(frozen=True, slots=True)
class Demand:
    """What the tasks of a sweep ask for."""

    plain: Ask  # without a network
    neural: Ask
    trial_s: float | None

    @classmethod
    def of(cls, sweep: Sweep) -> Demand:
        """A network on a GPU asks for no CPU: four of them would hold the CPUs of a small node."""
        threads, limits = sweep.setting.threads, sweep.limits
        wanted = sweep.resources[NEURAL]
        memory_gb = wanted.memory_gb or limits.memory_gb
        on_gpu = sweep.setting.neural.device == "gpu"
        return cls(
            plain=Ask(threads, memory_gb=limits.memory_gb),
            neural=Ask(wanted.cpus, wanted.gpus, memory_gb)
            if on_gpu
            else Ask(threads, 0, memory_gb),
            trial_s=limits.trial_s,
        )


def room_beside(nodes: Sequence[Node], demand: Demand, n: int) -> int:
    """How many plain tasks fit while `n` networks run."""
    left = []
    for node in nodes:
        here = min(n, node.fits(demand.neural))
        n -= here
        left.append(node.after(demand.neural, here))
    return room(left, demand.plain)


def offered(nodes: Sequence[Node]) -> str:
    """What there is, in words.

    >>> offered([Node(8, 1, 31.0), Node(4, 0, 15.5)])
    '2 nodes with 12 CPUs, 1 GPU, 46.5 GiB of memory for tasks'
    """
    cpus, gpus = sum(node.cpus for node in nodes), sum(node.gpus for node in nodes)
    memory = sum(node.memory_gb for node in nodes)
    return (
        f"{_counted(len(nodes), 'node')} with {_counted(cpus, 'CPU')}, "
        f"{_counted(gpus, 'GPU') if gpus else 'no GPU'}, {memory:.1f} GiB of memory for tasks"
    )


def must_fit(
    nodes: Sequence[Node], ask: Ask, where: str, could_start: Callable[[Ask], bool] | None = None
) -> None:
    """Raise `ClusterError` where no node has room: Ray would let the task wait for ever.

    `could_start` tells whether the cluster's autoscaler could start one; None: it has none.
    """
    if room(nodes, ask) or (could_start and could_start(ask)):
        return
    no_node = (
        "no node has that, and the autoscaler can start none" if could_start else "no node has that"
    )
    raise ClusterError(
        f"a task asks for {ask} ({where}), and {no_node}: there are {offered(nodes)}"
        f"{_nearest(nodes, ask)}. Ask for less in the sweep, such as --set "
        f"{_less(nodes, ask)}, or give Ray a larger node."
    )


def _nearest(nodes: Sequence[Node], ask: Ask) -> str:
    """What the node has that lacks least; nothing to say of a single one."""
    if len(nodes) < 2:  # noqa: PLR2004
        return ""

    def met(node: Node) -> list[float]:
        wanted = [(node.cpus, ask.cpus), (float(node.gpus > 0), float(ask.gpus > 0))]
        wanted.append((node.memory_gb, ask.memory_gb or 0.0))
        return sorted(min(1.0, has / asked) for has, asked in wanted if asked)

    nearest = max(nodes, key=met)
    gpus = f", {_counted(nearest.gpus, 'GPU')}" if ask.gpus and nearest.gpus else ""
    return f"; the nearest has {_counted(nearest.cpus, 'CPU')}{gpus}, {nearest.memory_gb:.1f} GiB"


def _less(nodes: Sequence[Node], ask: Ask) -> str:
    """A field that may be what is too much, with what a node has of it."""
    if ask.gpus:
        return "neural.device=cpu"
    enough = [node.memory_gb for node in nodes if node.cpus >= ask.cpus]
    if enough and ask.memory_gb:
        return f"limits.memory_gb={math.floor(10 * max(enough)) / 10:g}"
    return f"threads={max(1, int(max((node.cpus for node in nodes), default=1))):d}"


def _counted(n: float, what: str) -> str:
    return f"{n:g} {what}{'' if n == 1 else 's'}"
