"""The Ray that this process is connected to, and what it can give."""

from __future__ import annotations

import os
from typing import Any

import ray

from cluster.resources import Node
from harness.errors import ClusterError


def connect(address: str | None, n_cpus: int | None) -> None:
    """Start a local Ray with `n_cpus`, or join the cluster at `address` (host:port).

    `door` says beforehand who else gets in. Raises `ClusterError` where there is none.
    """
    if ray.is_initialized():
        return
    # Otherwise GPUs stay visible to tasks that asked for none.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "1")
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    if address is None:
        ray.init(address="local", num_cpus=n_cpus, include_dashboard=False, **options)
        return
    try:
        ray.init(address=address, **options)
    except (ConnectionError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        said = str(error).partition("\n")[0]
        raise ClusterError(f"cannot join a Ray cluster at {address}: {said}") from error


def nodes() -> list[Node]:
    """The machines that are there."""
    return [
        Node(
            cpus=found["Resources"].get("CPU", 0.0),
            gpus=int(found["Resources"].get("GPU", 0.0)),
            memory_gb=found["Resources"].get("memory", 0.0) / 2**30,
        )
        for found in _nodes()
        if found["Alive"]
    ]


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
