"""Whether the GPUs that Ray counts are there, and those that are there counted."""

from __future__ import annotations

from cluster.doctor.finding import Finding, Verdict, worst
from cluster.doctor.seen import Seat, Seen, Visit

WHAT = "GPUs"


def gpus(seen: Seen) -> Finding:
    """Ray believes what `ray start --num-gpus` says: tasks for an absent GPU fail one by one."""
    visits = seen.visits()
    absent = [pair for pair in visits if pair[0].gpus > pair[1].gpus]
    idle = [pair for pair in visits if pair[0].gpus < pair[1].gpus]
    real = sum(min(seat.gpus, visit.gpus) for seat, visit in visits)
    lines = tuple(_line(seat, visit) for seat, visit in [*absent, *idle])
    verdict = worst(
        *(Verdict.wrong for _ in absent), *(Verdict.beware for _ in idle), _of_sweep(seen, real)
    )
    found = f"{real:g} that Ray counts are there" if real else "none"
    remedies = []
    if absent:
        found = "Ray counts GPUs that are not there"
        remedies.append(
            "on a node that has GPUs mend the driver, until `nvidia-smi` lists them; on one that "
            "has none start Ray without --num-gpus"
        )
    elif idle:
        found += "; Ray does not count all that there are"
    if idle:
        remedies.append("start Ray there with --num-gpus, or leave those GPUs to others")
    if seen.sweep and seen.sweep.is_neural and not real:
        found += {
            "gpu": "; this sweep's networks ask for one (neural.device: gpu)",
            "auto": "; this sweep's networks will compute on CPUs",
        }.get(seen.sweep.device, "")
        if seen.grows and seen.sweep.device != "cpu":
            found += ", unless the autoscaler can start one: a run asks it"
        if seen.sweep.device == "gpu":
            remedies.append("add a node with a GPU, or give the sweep --set neural.device=cpu")
    return Finding(WHAT, verdict, found, lines, "; ".join(remedies))


def _of_sweep(seen: Seen, real: float) -> Verdict:
    asks = seen.sweep is not None and seen.sweep.is_neural and seen.sweep.device == "gpu"
    if real or not asks:
        return Verdict.fine
    return Verdict.beware if seen.grows else Verdict.wrong


def _line(seat: Seat, visit: Visit) -> str:
    return f"{seat.name}: Ray counts {seat.gpus:g}, the node sees {visit.gpus} ({visit.gpus_by})"
