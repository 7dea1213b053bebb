"""Whether the sweep's datasets are here, and what is sent reaches the nodes."""

from __future__ import annotations

from cluster.doctor.finding import Finding, Verdict
from cluster.doctor.seen import Seen
from harness import corpus
from harness.errors import SweepError
from harness.sweep import Sweep


def unusable(sweep: Sweep) -> tuple[str, ...]:
    """What keeps datasets of `sweep` from being used on this machine, a line each.

    Each is read and prepared as a run would: what the cache holds is checked by its checksum.
    """
    try:
        corpus.load(sweep)
    except SweepError as error:
        return error.problems
    return ()


def datasets(seen: Seen) -> Finding | None:
    """Only the driver needs them: it sends them to the nodes."""
    if seen.sweep is None or seen.data is None:
        return None
    n = len({dataset.label for grid in seen.sweep.grids for dataset in grid.datasets})
    if seen.data:
        return Finding(
            "datasets",
            Verdict.wrong,
            f"{len(seen.data)} of {n} cannot be used here, where the driver would run",
            seen.data,
            "import what is missing on this machine; nodes need none",
        )
    return Finding("datasets", Verdict.fine, f"{n} of {n} are here, whole, and can be split")


def reach(seen: Seen) -> Finding:
    """What is put into Ray's object store here must come out the same everywhere."""
    wrong = tuple(
        f"{seat.name}: {'other bytes' if visit.fetched else 'nothing came in time'}"
        for seat, visit in seen.visits()
        if visit.fetched != seen.sent
    )
    if wrong:
        return Finding(
            "data way",
            Verdict.wrong,
            f"what was sent did not reach {len(wrong)} nodes whole",
            wrong,
            "let every node reach every other on all ports (Ray's object managers choose theirs, "
            "unless --object-manager-port says which), and this machine too",
        )
    return Finding("data way", Verdict.fine, "what was sent reached every node that answers, whole")
