"""The Ray that this process is connected to, and what it can give."""

from __future__ import annotations

import os
import socket
from typing import Any

import ray

from harness.errors import ClusterError

ANSWER_S = 10.0  # that the head of a cluster has to accept a connection


def connect(address: str | None, n_cpus: int | None) -> None:
    """Start a local Ray with `n_cpus`, or join the cluster at `address` (host:port, or auto).

    Raises `ClusterError` where there is none.
    """
    if ray.is_initialized():
        return
    # Otherwise GPUs stay visible to tasks that asked for none.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "1")
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    if address is None:
        ray.init(address="local", num_cpus=n_cpus, include_dashboard=False, **options)
        return
    if address != "auto":
        _must_answer(address)
    try:
        ray.init(address=address, **options)
    except (ConnectionError, RuntimeError, ValueError) as error:
        said = str(error).partition("\n")[0]
        raise ClusterError(f"cannot join a Ray cluster at {address}: {said}") from error


def _must_answer(address: str) -> None:
    """Ray itself would go on trying for minutes."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or "/" in host:
        raise ClusterError(
            f"--address {address}: give the host and port of the cluster's head, such as "
            f"10.0.0.1:6379, or auto for one that was started on this machine"
        )
    try:
        socket.create_connection((host, int(port)), timeout=ANSWER_S).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(f"nothing answers at {address}: {error}") from error


def slots(threads: int, memory_gb: float | None) -> int:
    """How many tasks of `threads` CPUs and `memory_gb` GiB the nodes can run at the same time.

    Raises `ClusterError` where there is room for none: Ray would let them wait for ever.
    """
    cpus, memory, total = 0.0, 0.0, 0
    for node in _nodes():
        if node["Alive"]:
            offered = node["Resources"]
            node_memory = offered.get("memory", 0.0) / 2**30
            cpus, memory = max(cpus, offered.get("CPU", 0.0)), max(memory, node_memory)
            fit = int(offered.get("CPU", 0.0) // threads)
            total += min(fit, int(node_memory // memory_gb)) if memory_gb else fit
    if not total:
        wanted = f"{threads} CPUs" + (f" and {memory_gb} GiB" if memory_gb else "")
        raise ClusterError(
            f"a task asks for {wanted} (threads, limits.memory_gb), and no node has that: "
            f"the largest have {cpus:g} CPUs, {memory:.1f} GiB"
        )
    return total


def _nodes() -> list[dict[str, Any]]:
    return list(ray.nodes())  # type: ignore[no-untyped-call]


def must_be_alive() -> None:
    """Raise `ClusterError` when no node is left: trying again would only use up the tries."""
    try:
        alive = any(node["Alive"] for node in _nodes())
    except Exception as error:  # Ray raises all sorts once its head is gone
        raise ClusterError(f"the cluster is gone: {error}. Run again to continue.") from error
    if not alive:
        raise ClusterError("no node of the cluster is left. Run again to continue.")
