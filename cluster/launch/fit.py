"""Whether a cluster's nodes can do a sweep's work: asked before anything is launched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cluster.lanes import must_have_room
from cluster.launch.file import ClusterFile, Nodes
from cluster.resources import Demand, Node, offered
from harness.errors import ClusterError
from harness.sweep import Sweep


@dataclass(frozen=True, slots=True)
class Fit:
    """Nodes that can do the work."""

    nodes: tuple[Nodes, ...]  # those with GPUs for networks, and always there, come first
    on_gpus: bool  # whether networks compute on them
    notes: tuple[str, ...]  # to be said


def fitted(sweep: Sweep, file: ClusterFile) -> Fit:
    """How `sweep` fits. Raises `ClusterError` where it does not, or a kind of node could do none.

    The device `auto` means here what it means when the run begins: a GPU where there is one.
    """
    has_gpu = any(nodes.gpus for nodes in file.nodes)
    if sweep.is_neural and sweep.device == "gpu" and not has_gpu:
        raise ClusterError(
            "the networks of this sweep compute on a GPU (neural.device), and no [[nodes]] have "
            "any: give some `gpus`, or the sweep --set neural.device=cpu"
        )
    on_gpus = sweep.is_neural and sweep.device != "cpu" and has_gpu
    demand = demand_of(sweep, on_gpus=on_gpus)
    must_have_room(_each(file.nodes), demand, is_neural=sweep.is_neural)
    _must_be_of_use(file.nodes, demand, is_neural=sweep.is_neural)
    ordered = sorted(file.nodes, key=lambda nodes: not (on_gpus and nodes.gpus and nodes.least))
    return Fit(tuple(ordered), on_gpus, tuple(_gpu_notes(sweep, file.nodes, on_gpus=on_gpus)))


def must_be_fixed(fit: Fit, launcher: str) -> None:
    """Raise `ClusterError` where nodes may come and go: `launcher` starts them once."""
    for nodes in fit.nodes:
        if nodes.least != nodes.most:
            raise ClusterError(
                f"nodes {nodes.name!r} have min and max, and `fewlabels cluster {launcher}` starts "
                "a fixed number: give count"
            )


def demand_of(sweep: Sweep, *, on_gpus: bool) -> Demand:
    """What its tasks ask for where networks compute on GPUs, or do not."""
    neural = replace(sweep.setting.neural, device="gpu" if on_gpus else "cpu")
    return Demand.of(replace(sweep, setting=replace(sweep.setting, neural=neural)))


def _each(kinds: Iterable[Nodes]) -> list[Node]:
    """As many as there may be."""
    return [nodes.node for nodes in kinds for _ in range(nodes.most)]


def _must_be_of_use(kinds: Sequence[Nodes], demand: Demand, *, is_neural: bool) -> None:
    asks = [demand.plain, demand.neural] if is_neural else [demand.plain]
    for nodes in kinds:
        if not any(nodes.node.fits(ask) for ask in asks):
            raise ClusterError(
                f"nodes {nodes.name!r} can do none of this sweep's work: a task asks for "
                f"{' or '.join(dict.fromkeys(map(str, asks)))}, and one offers "
                f"{offered([nodes.node]).removeprefix('1 node with ')}. Leave them out, or ask for "
                "less in the sweep (threads, limits.memory_gb, resources)."
            )


def _gpu_notes(sweep: Sweep, kinds: Sequence[Nodes], *, on_gpus: bool) -> list[str]:
    with_gpus = ", ".join(nodes.name for nodes in kinds if nodes.gpus)
    if with_gpus and not on_gpus:
        why = "its networks compute on CPUs (neural.device)" if sweep.is_neural else "no network"
        return [f"nothing of this sweep uses a GPU: {why}; those of {with_gpus} stay idle"]
    if sweep.is_neural and not on_gpus and sweep.device == "auto":
        return ["no nodes have GPUs, so networks compute on CPUs"]
    return []
