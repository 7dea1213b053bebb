"""The fields of a `cluster.toml`: what each means, its default, and what it may hold.

`reading` checks a file by these, `described` prints them. pydantic stays with the sweep's reader,
so what is said of a field stands in its metadata.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field
from typing import Any

from cluster.resources import Node

TASKS, OBJECTS = (
    0.7,
    0.2,
)  # of a node's memory: for tasks, for Ray's object store; the rest is Ray's

# Kubernetes' names are those of DNS, which are lower case and at most 63 long (RFC 1123); 40 leave
# room for what KubeRay appends.
DNS = (r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", "lower-case letters, digits and hyphens, at most 40")
# No `#SBATCH` line is read by a shell, and quotes in one mean what Slurm's version makes of them.
SBATCH = (r"[\w.@+&|*,:()\[\]/=-]*", "without spaces and quotes")
HOST = (r"[A-Za-z0-9][A-Za-z0-9._-]*", "a host name or an address")
USER = (r"([A-Za-z_][A-Za-z0-9._-]*)?", "a user name")
TIME = (r"(\d+-)?\d+(:\d\d){0,2}", 'a time of Slurm\'s, such as "24:00:00" or "2-00:00:00"')
ABSOLUTE = (r"(/.*)?", "an absolute path, since it is used on other machines")


@dataclass(frozen=True, slots=True)
class Rule:
    """What is said of a field, and what it may hold."""

    meaning: str
    used_by: str = ""  # launchers; empty: all
    pattern: tuple[str, str] | None = None  # of text: a regular expression, and it in words
    at_least: float | None = None


def _field(rule: Rule, default: Any = MISSING) -> Any:
    if isinstance(default, list | dict):
        return field(default_factory=type(default), metadata={"rule": rule})
    if isinstance(default, type):
        return field(default_factory=default, metadata={"rule": rule})
    return field(default=default, metadata={"rule": rule})


@dataclass(frozen=True)
class Nodes:
    """Machines of one kind."""

    name: str = _field(Rule("what this file's outputs call them", pattern=DNS))
    cpus: int = _field(Rule("CPUs of one that tasks may use", at_least=1))
    memory_gb: float = _field(
        Rule("GiB of one: 70 % for tasks, 20 % for Ray's objects", at_least=2)
    )
    gpus: int = _field(Rule("GPUs of one", at_least=0), 0)
    count: int | None = _field(Rule("how many; with `hosts`, as many as those", at_least=1), None)
    min: int | None = _field(
        Rule("in place of `count`: how many are always there", "kubernetes, cloud", at_least=0),
        None,
    )
    max: int | None = _field(
        Rule("how many Ray's autoscaler may start", "kubernetes, cloud", at_least=1), None
    )
    hosts: list[str] = _field(Rule("their names or addresses", "hosts", HOST), [])
    user: str = _field(Rule("who logs in there; default: as ssh decides", "hosts", USER), "")
    partition: str = _field(Rule("Slurm's partition", "slurm", SBATCH), "")
    constraint: str = _field(Rule("Slurm's constraint on features", "slurm", SBATCH), "")
    gpu_type: str = _field(Rule("the GPU's name in Slurm's `--gres`", "slurm", SBATCH), "")
    node_selector: dict[str, str] = _field(Rule("labels that its nodes have", "kubernetes"), {})
    instance: str = _field(
        Rule("the instance type", "cloud", (r"[A-Za-z0-9.-]*", "a type such as m7i.4xlarge")), ""
    )

    @property
    def least(self) -> int:
        """How many are there when a run begins."""
        return self.count or (len(self.hosts) if self.min is None else self.min)

    @property
    def most(self) -> int:
        """How many there may be."""
        return self.max or self.count or len(self.hosts)

    @property
    def node(self) -> Node:
        """What one offers to tasks."""
        return Node(self.cpus, self.gpus, TASKS * self.memory_gb)

    @property
    def memory_bytes(self) -> int:
        """Of one, for tasks."""
        return int(TASKS * self.memory_gb * 2**30)

    @property
    def object_store_bytes(self) -> int:
        """Of one, for Ray's objects."""
        return int(OBJECTS * self.memory_gb * 2**30)


@dataclass(frozen=True)
class Head:
    """The machine of Ray's head and of the driver, where it is one of its own; runs no tasks."""

    cpus: int = _field(Rule("its CPUs", "kubernetes", at_least=1), 2)
    memory_gb: float = _field(Rule("its GiB", "kubernetes", at_least=2), 8.0)
    instance: str = _field(
        Rule("its instance type", "cloud", (r"[A-Za-z0-9.-]*", "a type such as m7i.large")), ""
    )


@dataclass(frozen=True)
class Image:
    """The container image, made from `cluster/launch/Dockerfile`."""

    name: str = _field(
        Rule("such as registry.example/fewlabels:0.1.0", "kubernetes, cloud", (r"\S*", "one word")),
        "",
    )
    gpu: str = _field(
        Rule("that of nodes with GPUs; default: `name`", "kubernetes, cloud", (r"\S*", "one word")),
        "",
    )
    pull_secret: str = _field(
        Rule("the secret that pulls it", "kubernetes", (r"\S*", "a name")), ""
    )


@dataclass(frozen=True)
class Paths:
    """Folders on the machines."""

    runs: str = _field(Rule("where run folders are", "hosts, slurm", ABSOLUTE), "")
    environment: str = _field(
        Rule("the virtual environment that has fewlabels", "hosts, slurm", ABSOLUTE), ""
    )
    cache: str = _field(
        Rule("fewlabels' cache of datasets; default: its own", "hosts, slurm", ABSOLUTE), ""
    )


@dataclass(frozen=True)
class Hosts:
    """Machines reachable by SSH; Ray's head is on the first of the first `[[nodes]]`."""

    port: int = _field(Rule("of Ray's head", at_least=1024), 6379)


@dataclass(frozen=True)
class Slurm:
    """The job."""

    time: str = _field(Rule("how long one submission may run", pattern=TIME), "24:00:00")
    account: str = _field(Rule("who pays", pattern=SBATCH), "")
    qos: str = _field(Rule("Slurm's quality of service", pattern=SBATCH), "")
    stop_s: int = _field(
        Rule("seconds before the end at which the run finishes what it does", at_least=60), 300
    )


@dataclass(frozen=True)
class Kubernetes:
    """Where the objects live."""

    namespace: str = _field(Rule("their namespace", pattern=DNS), "default")
    storage_class: str = _field(
        Rule("of the volume; default: the cluster's", pattern=(r"\S*", "a name")), ""
    )
    storage_gb: int = _field(Rule("GiB of the volume for runs and datasets", at_least=1), 50)


@dataclass(frozen=True)
class Cloud:
    """AWS, as `ray up` uses it."""

    region: str = _field(
        Rule("its region", pattern=(r"([a-z0-9-]+)?", "a region such as eu-central-1")), ""
    )
    disk_gb: int = _field(Rule("GiB of each machine's disk", at_least=20), 100)
    ami: str = _field(
        Rule(
            "the machines' image; default: Ray's choice", pattern=(r"(ami-[0-9a-f]+)?", "ami-...")
        ),
        "",
    )
    spot: bool = _field(Rule("whether workers may be taken away, for a lower price"), default=False)


@dataclass(frozen=True)
class ClusterFile:
    """A `cluster.toml`. Every machine that a launcher shall use is in one of the `[[nodes]]`."""

    nodes: list[Nodes] = _field(Rule("machines, kind by kind: `[[nodes]]`"))
    head: Head = _field(Rule("of kubernetes and cloud: a machine of its own"), Head)
    image: Image = _field(Rule("of kubernetes and cloud"), Image)
    paths: Paths = _field(Rule("of hosts and slurm"), Paths)
    hosts: Hosts = _field(Rule("of hosts"), Hosts)
    slurm: Slurm = _field(Rule("of slurm"), Slurm)
    kubernetes: Kubernetes = _field(Rule("of kubernetes"), Kubernetes)
    cloud: Cloud = _field(Rule("of cloud"), Cloud)


def rule_of(metadata: Mapping[Any, Any]) -> Rule:
    """What is said of a field of these classes."""
    found: Rule = metadata["rule"]
    return found


def complaint(rule: Rule, value: Any) -> str:
    """Why `rule` does not let `value` be; empty: it does."""
    if isinstance(value, str):
        if not value.isprintable():
            return "must not hold control characters or ends of lines"
        if rule.pattern and not re.fullmatch(rule.pattern[0], value):
            return f"must be {rule.pattern[1]}, not {value!r}"
    elif rule.at_least is not None and value < rule.at_least:
        return f"must be {rule.at_least:g} or more, not {value:g}"
    return ""
