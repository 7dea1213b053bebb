"""Goes round the nodes: a process on each, which takes nothing that Ray counts.

Nobody is waited for longer than the caller's patience: who has not answered by then is left out.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from cluster.alike import Told
from cluster.doctor import visitor
from cluster.doctor.seen import (
    AGENT,
    DASHBOARD,
    ENVIRONMENTS,
    Disk,
    Node,
    Sample,
    Seat,
    Studied,
    Visit,
)
from cluster.question import Question

STUDY_S = 180.0  # for a study, the import of its libraries included
CLOCK_S = 10.0
SAMPLES = 5  # of a clock; the one with the shortest way counts
SENT_BYTES = 4 * 2**20
HEAD = "node:__internal_head__"  # what Ray gives to its head, as a resource

Handles = Mapping[str, Any]  # by node id


def seats() -> list[Seat]:
    """The nodes that are alive, the head first. Blocks for as long as the head is gone."""
    found: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
    dashboard = _dashboard_port()
    alive = sorted((node for node in found if node["Alive"]), key=lambda n: not _is_head(n))
    return [
        Seat(
            id=node["NodeID"],
            name=f"{node['NodeManagerHostname']} ({node['NodeManagerAddress']})",
            address=node["NodeManagerAddress"],
            cpus=node["Resources"].get("CPU", 0.0),
            gpus=node["Resources"].get("GPU", 0.0),
            memory_bytes=node["Resources"].get("memory", 0.0),
            store_bytes=node["Resources"].get("object_store_memory", 0.0),
            ports={
                AGENT: max(0, node.get("DashboardAgentListenPort", 0)),
                ENVIRONMENTS: max(0, node.get("RuntimeEnvAgentPort", 0)),
                **({DASHBOARD: dashboard} if _is_head(node) else {}),
            },
        )
        for node in alive
    ]


def _is_head(node: Mapping[str, Any]) -> bool:
    return HEAD in node["Resources"]


def _dashboard_port() -> int:
    """Where the head's dashboard listens; 0: it has none."""
    from ray._private.ray_constants import DASHBOARD_ADDRESS, KV_NAMESPACE_DASHBOARD
    from ray.experimental.internal_kv import _internal_kv_get

    found: bytes = _internal_kv_get(DASHBOARD_ADDRESS, namespace=KV_NAMESPACE_DASHBOARD) or b""
    port = found.decode().rpartition(":")[2]
    return int(port) if port.isdigit() else 0


def doors(seats: Sequence[Seat], seat: Seat) -> dict[str, str]:
    """URLs that a stranger might try: the node's own, and the head's dashboard from everywhere."""
    pages = {DASHBOARD: "api/version", AGENT: "", ENVIRONMENTS: ""}
    of = {name: (seat.address, port) for name, port in seat.ports.items()}
    for head in seats:
        if DASHBOARD in head.ports:
            of[DASHBOARD] = head.address, head.ports[DASHBOARD]
    return {
        name: f"http://{f'[{host}]' if ':' in host else host}:{port}/{pages[name]}"
        for name, (host, port) in of.items()
        if port
    }


class Round:
    """One visit to every node. Close it."""

    def __init__(self, seats: Sequence[Seat], patience_s: float) -> None:
        """`patience_s` is for a first process, which takes its time on a busy node."""
        self._patience_s = patience_s
        ray.cloudpickle.register_pickle_by_value(visitor)  # type: ignore[no-untyped-call]
        self._seats = seats
        actor: Any = ray.remote(max_restarts=0, max_task_retries=0)(visitor.Visitor)
        self._visitors = {seat.id: actor.options(**_on(seat)).remote() for seat in seats}

    def close(self) -> None:
        """End the processes."""
        ray.cloudpickle.unregister_pickle_by_value(visitor)  # type: ignore[no-untyped-call]
        for handle in self._visitors.values():
            ray.kill(handle)

    def nodes(
        self, ask: Question, distributions: Mapping[str, Sequence[str]], *, with_study: bool
    ) -> tuple[list[Node], str]:
        """What each node tells, and the checksum of what it was sent."""
        data = os.urandom(SENT_BYTES)
        looks = gathered(
            {
                seat.id: self._visitors[seat.id].look.remote(
                    ask, distributions, doors(self._seats, seat)
                )
                for seat in self._seats
            },
            self._patience_s,
            or_why=True,
        )
        there = {
            id_: self._visitors[id_] for id_, look in looks.items() if not isinstance(look, str)
        }
        ref = ray.put(data)
        fetched = gathered(
            {i: one.fetched.remote(ref) for i, one in there.items()}, self._patience_s
        )
        samples = {id_: _clock(handle) for id_, handle in there.items()}
        studies = self._studies(there) if with_study else {}
        nodes = [
            Node(
                seat,
                _visit(
                    looks[seat.id],
                    samples[seat.id],
                    fetched.get(seat.id),
                    studies.get(seat.id, "no answer in time" if with_study else None),
                )
                if seat.id in there
                else looks.get(seat.id, "it did not start a process in time"),
            )
            for seat in self._seats
        ]
        return nodes, sha256(data).hexdigest()

    def _studies(self, there: Handles) -> dict[str, Studied | str]:
        from cluster.doctor.study import study

        remote: Any = ray.remote(max_retries=0)(study)
        seats = [seat for seat in self._seats if seat.id in there and seat.works]
        refs = {seat.id: remote.options(**_on(seat)).remote() for seat in seats}
        return gathered(refs, STUDY_S, or_why=True)


def _on(seat: Seat) -> dict[str, Any]:
    """On that node, beside whatever runs there."""
    there = NodeAffinitySchedulingStrategy(seat.id, soft=False)
    return {"num_cpus": 0, "scheduling_strategy": there}


def gathered(refs: Handles, within_s: float, *, or_why: bool = False) -> dict[str, Any]:
    """What came in time, by key; what failed is left out, or there is `or_why`."""
    if not refs:
        return {}
    waiting = {ref: key for key, ref in refs.items()}
    ready, late = ray.wait(list(waiting), num_returns=len(waiting), timeout=within_s)
    found: dict[str, Any] = {}
    for ref in ready:
        try:
            found[waiting[ref]] = ray.get(ref)
        except ray.exceptions.RayError as error:
            if or_why:
                found[waiting[ref]] = _last_line(error)
    for ref in late:
        _give_up(ref)
    return found


def _give_up(ref: Any) -> None:
    try:
        ray.cancel(ref, force=True)
    except ValueError:  # a visitor's: it ends with the visitor
        return


def _last_line(error: Exception) -> str:
    return [line for line in str(error).splitlines() if line.strip()][-1].strip()


def _clock(visitor_: Any) -> tuple[Sample, ...]:
    """Some looks at a node's clock, one after the other: each takes a millisecond or so."""
    samples: list[Sample] = []
    late = time.monotonic() + CLOCK_S
    while len(samples) < SAMPLES and (left_s := late - time.monotonic()) > 0:
        sent = time.time()
        try:
            theirs = ray.get(visitor_.now.remote(), timeout=left_s)
        except ray.exceptions.RayError:
            break
        samples.append(Sample(sent, theirs, time.time()))
    return tuple(samples)


def _visit(
    look: Mapping[str, Any],
    samples: tuple[Sample, ...],
    fetched: str | None,
    study: Studied | str | None,
) -> Visit:
    told: Told = look["told"]
    return Visit(
        told=told,
        gpus=look["gpus"],
        gpus_by=look["gpus_by"],
        temp=Disk(*look["temp"]) if look["temp"] else None,
        shm=Disk(*look["shm"]) if look["shm"] else None,
        memory_bytes=look["memory_bytes"],
        auth=look["auth"],
        doors=look["doors"],
        samples=samples,
        fetched=fetched,
        study=study,
    )
