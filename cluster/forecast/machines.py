"""The machines of a simulation: what is free on each, and the worker processes that live there."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from cluster.resources import Ask, Demand, Node

_DUST = 1e-9  # of sums of fractions such as 0.1
Problem = tuple[str, str, int]  # dataset, scaler, repeat


@dataclass(slots=True)
class Process:
    """A worker process: what it has imported and prepared stays."""

    is_neural: bool
    problems: OrderedDict[Problem, int] = field(default_factory=OrderedDict)  # bytes of each
    n_bytes: int = 0  # of them together
    peak_bytes: int = 0


@dataclass(slots=True, eq=False)
class Machine:
    """One node. `free_*` is what tasks have left of it."""

    kind: str  # the name of its `[[nodes]]`
    node: Node
    free_cpus: float = 0.0
    free_gpus: list[float] = field(default_factory=list)  # of each GPU, the share
    free_gb: float = 0.0
    lives: int = 0  # raised when it dies, so that what ran there is known to be lost
    is_up: bool = True
    idle: dict[bool, list[Process]] = field(default_factory=dict)
    datasets: set[str] = field(default_factory=set)
    busy_s: float = 0.0  # seconds × tasks
    n_bytes: int = 0  # of its processes, at their highest
    peak_bytes: int = 0
    waits_in: set[bool] = field(default_factory=set)  # lists of `Machines` that it stands in

    def start(self) -> None:
        """Come up, empty."""
        self.free_cpus, self.free_gb = self.node.cpus, self.node.memory_gb
        self.free_gpus = [1.0] * self.node.gpus
        self.idle, self.datasets, self.n_bytes = {False: [], True: []}, set(), 0
        self.is_up = True

    def has_room(self, ask: Ask) -> bool:
        """Whether such a task could begin now."""
        if not self.is_up or self.free_cpus + _DUST < ask.cpus:
            return False
        if ask.gpus and max(self.free_gpus, default=0.0) + _DUST < ask.gpus:
            return False
        return not ask.memory_gb or self.free_gb + _DUST >= ask.memory_gb

    def take(self, ask: Ask) -> int:
        """Give a task its share; the GPU that it lies on, or -1."""
        self.free_cpus -= ask.cpus
        self.free_gb -= ask.memory_gb or 0.0
        if not ask.gpus:
            return -1
        gpu = next(i for i, free in enumerate(self.free_gpus) if free + _DUST >= ask.gpus)
        self.free_gpus[gpu] -= ask.gpus
        return gpu

    def give_back(self, ask: Ask, gpu: int) -> None:
        """Take it back."""
        self.free_cpus += ask.cpus
        self.free_gb += ask.memory_gb or 0.0
        if gpu >= 0:
            self.free_gpus[gpu] += ask.gpus

    def grows(self, process: Process, n_bytes: int) -> None:
        """Note that `process` has been as large as `n_bytes`."""
        if n_bytes > process.peak_bytes:
            self.n_bytes += n_bytes - process.peak_bytes
            process.peak_bytes = n_bytes
            self.peak_bytes = max(self.peak_bytes, self.n_bytes)


class Machines:
    """All of them, with a quick way to one that has room."""

    def __init__(self, kinds: Sequence[tuple[str, Node, int]], demand: Demand) -> None:
        """`kinds` are names, what one of them offers, and how many there are."""
        self.asks = {False: demand.plain, True: demand.neural}
        self.all = [Machine(name, node) for name, node, n in kinds for _ in range(n)]
        self._roomy: dict[bool, deque[Machine]] = {False: deque(), True: deque()}
        for machine in self.all:
            machine.start()
            self.may_have_room(machine)

    def may_have_room(self, machine: Machine) -> None:
        """Look at it again when a place is wanted."""
        for lane, queue in self._roomy.items():
            if lane not in machine.waits_in:
                machine.waits_in.add(lane)
                queue.append(machine)

    def with_room(self, lane: bool) -> Machine | None:  # noqa: FBT001 - networks or not
        """One where such a task could begin now; None: all are full."""
        queue = self._roomy[lane]
        while queue:
            if queue[0].has_room(self.asks[lane]):
                return queue[0]
            queue.popleft().waits_in.discard(lane)
        return None
