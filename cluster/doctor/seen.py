"""What a doctor has seen of a cluster: what the checks look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cluster.alike import Told
from harness.sweep import Sweep

DASHBOARD, AGENT, ENVIRONMENTS = "dashboard", "dashboard agent", "runtime environment agent"


@dataclass(frozen=True, slots=True)
class Seat:
    """A node, as Ray's head describes it."""

    id: str
    name: str  # with its address
    address: str
    cpus: float
    gpus: float
    memory_bytes: float  # for tasks
    store_bytes: float  # of its object store
    ports: Mapping[str, int]  # of its doors, by name; 0: closed

    @property
    def works(self) -> bool:
        """Whether any task may run there."""
        return bool(self.cpus or self.gpus)


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at a node's clock: seconds since 1970, by two clocks."""

    sent: float  # here
    theirs: float  # there, in between
    received: float  # here

    @property
    def ahead_s(self) -> float:
        """By how much the node's clock is ahead, if both ways took equally long."""
        return self.theirs - (self.sent + self.received) / 2

    @property
    def unsure_s(self) -> float:
        """How wrong `ahead_s` may be: half of the round trip (Cristian 1989, equation 3)."""
        return (self.received - self.sent) / 2


@dataclass(frozen=True, slots=True)
class Disk:
    """A folder's file system."""

    folder: str
    free_bytes: int
    all_bytes: int


@dataclass(frozen=True, slots=True)
class Studied:
    """What a tiny study gave."""

    took_s: float
    score: str  # its numbers, as text that equal numbers share


@dataclass(frozen=True, slots=True)
class Visit:
    """What a node told of itself."""

    told: Told
    gpus: int  # NVIDIA's, that it sees
    gpus_by: str  # how it looked for them
    temp: Disk | None
    shm: Disk | None
    memory_bytes: int | None  # all of the machine's
    auth: str  # what Ray asks for there: token, or no token
    doors: Mapping[str, int | None]  # HTTP status that a stranger gets; None: nobody answers
    samples: tuple[Sample, ...]
    fetched: str | None  # checksum of what was sent to it; None: nothing came
    study: Studied | str | None  # or why there is none; None: none was asked for


@dataclass(frozen=True, slots=True)
class Node:
    """A node, and what it told."""

    seat: Seat
    visit: Visit | str  # or why there is none


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that a doctor has seen."""

    here: Told
    nodes: tuple[Node, ...]
    sent: str  # checksum of what every node was sent
    study: Studied | None  # that of this machine; None: no node was asked for one
    beware: str  # what the door said
    is_open: bool  # the head asks nobody for a token
    grows: bool  # an autoscaler may start nodes for a run
    sweep: Sweep | None
    data: tuple[str, ...] | None  # what keeps its datasets from being used; None: not looked at

    def visits(self) -> list[tuple[Seat, Visit]]:
        """The nodes that told anything."""
        return [(node.seat, node.visit) for node in self.nodes if isinstance(node.visit, Visit)]
