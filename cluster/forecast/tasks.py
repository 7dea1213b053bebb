"""How far each chain of a simulated run is, and the tasks that go on with them."""

from __future__ import annotations

from dataclasses import dataclass

from cluster.forecast.machines import Machine, Process
from cluster.forecast.work import Chain


@dataclass(slots=True, eq=False)
class State:
    """How far a chain is: places in the seconds of all units."""

    chain: Chain
    first: int
    end: int
    done: int
    is_queued: bool = False
    n_opened: int = 0
    opened_left: int = 0  # studies that a tuned acquisition waits for

    @property
    def may_go_on(self) -> bool:
        """Whether there is more to do of it now."""
        return self.done < self.end and not (self.chain.gates and self.opened_left)


@dataclass(slots=True, eq=False)
class Task:
    """A segment on its way to a worker."""

    state: State
    is_neural: bool
    stop: int = 0  # units done by its end; known once it has begun
    machine: Machine | None = None
    life: int = 0  # of the machine
    gpu: int = -1
    process: Process | None = None
    begun: float = 0.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """A task that the driver hears of."""

    task: Task
    is_lost: bool  # with its node
