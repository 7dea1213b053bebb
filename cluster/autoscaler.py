"""Ray's autoscaler: what it shall have ready, and whether it could.

It starts nodes for tasks that wait, and for what it is asked to have room for. Ray keeps what was
asked last, for the whole cluster and until somebody asks for something else, also after the death
of who asked. Ray tells nobody which nodes an autoscaler could start; but the newer one (v2, which
`ray up` and KubeRay use) says of what it was asked for whether it could ever give it, all of it or
nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from threading import Event
from typing import Protocol

from ray.autoscaler.sdk import request_resources
from ray.autoscaler.v2.utils import is_autoscaler_v2
from ray.core.generated.autoscaler_pb2 import GetClusterStatusReply  # type: ignore[attr-defined]
from ray.experimental.internal_kv import internal_kv_get_gcs_client

ANSWER_S = 60.0  # that it has for an answer; it looks every 5 seconds
POLL_S = 0.5
RPC_S = 10.0

Bundle = Mapping[str, float]  # resource -> how much, as Ray names and counts them


class Autoscaler(Protocol):
    """Takes one request, which replaces the one before."""

    def gives(self, bundles: Sequence[Bundle], over: Event) -> bool:
        """Ask for room for all these at the same time; whether there is, or could be, such room.

        Raises `TimeoutError` where it does not answer, at once when `over` is set; and what Ray
        does where its head is gone.
        """

    def release(self) -> None:
        """Ask for nothing. Raises what Ray does where its head is gone."""


class RayAutoscaler:
    """That of the cluster to which this process is connected."""

    @classmethod
    def find(cls) -> RayAutoscaler | None:
        """None: there is none, or an old one, which cannot say what it could give."""
        return cls() if is_autoscaler_v2(fetch_from_server=True) else None

    def gives(self, bundles: Sequence[Bundle], over: Event) -> bool:
        """As `Autoscaler` says."""
        request_resources(bundles=[dict(bundle) for bundle in bundles])
        asked = _status().cluster_resource_state.cluster_resource_state_version
        late = time.monotonic() + ANSWER_S
        while time.monotonic() < late:
            state = _status().autoscaling_state
            if state.last_seen_cluster_resource_state_version > asked:
                return not state.infeasible_cluster_resource_constraints
            if over.wait(POLL_S):
                break
        raise TimeoutError(f"Ray's autoscaler has not answered for {ANSWER_S:.0f} s")

    def release(self) -> None:
        """As `Autoscaler` says."""
        request_resources(bundles=[])


def _status() -> GetClusterStatusReply:
    """What the head knows; its version grows by each look, the autoscaler's among them."""
    reply = GetClusterStatusReply()
    client = internal_kv_get_gcs_client()  # type: ignore[no-untyped-call]
    reply.ParseFromString(client.get_cluster_status(timeout_s=RPC_S))
    return reply
