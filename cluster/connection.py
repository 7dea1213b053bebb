"""The Ray that this process is connected to, and what it can give."""

from __future__ import annotations

import json
import os
from typing import Any

import ray

from cluster.resources import Node
from cluster.submit.jobs import MARK
from harness.errors import ClusterError

# In the environment of what a job runs; see ray/_private/runtime_env/constants.py.
JOB_CONFIG = "RAY_JOB_CONFIG_JSON_ENV_VAR"


def connect(address: str | None, n_cpus: int | None) -> None:
    """Start a local Ray with `n_cpus`, or join the cluster at `address` (host:port).

    `door` says beforehand who else gets in. Raises `ClusterError` where that fails.
    """
    if ray.is_initialized():
        return
    # Otherwise GPUs stay visible to tasks that asked for none.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "1")
    _keep_the_parcel_here()
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    what = f"cannot join a Ray cluster at {address}"
    if address is None:
        address, what = "local", "cannot start a local Ray"
        options |= {"num_cpus": n_cpus, "include_dashboard": False}
    try:
        ray.init(address=address, **options)
    except Exception as error:  # Ray has no class for a node that does not start in time
        said = str(error).partition("\n")[0]
        raise ClusterError(f"{what}: {said}") from error


def _keep_the_parcel_here() -> None:
    """What a submitted run was sent with is for its driver, which gives workers what they need.

    Ray would send it to every node, datasets and all, and begin every worker process in it.
    """
    injected = json.loads(os.environ.get(JOB_CONFIG) or "{}")
    if MARK in injected.get("metadata", {}):
        os.environ[JOB_CONFIG] = json.dumps(injected | {"runtime_env": {}})


def nodes() -> dict[str, Node]:
    """The machines that are there, by Ray's id. Blocks for as long as the head is gone."""
    found: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
    return {
        node["NodeID"]: Node(
            cpus=node["Resources"].get("CPU", 0.0),
            gpus=int(node["Resources"].get("GPU", 0.0)),
            memory_gb=node["Resources"].get("memory", 0.0) / 2**30,
        )
        for node in found
        if node["Alive"]
    }
