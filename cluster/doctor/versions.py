"""Whether every node would compute with what this machine has."""

from __future__ import annotations

from cluster.alike import differences
from cluster.doctor.finding import Finding, Verdict
from cluster.doctor.seen import Seen

WHAT = "versions"


def answers(seen: Seen) -> Finding:
    """Whether each node says anything at all."""
    silent = tuple(
        f"{node.seat.name}: {node.visit}" for node in seen.nodes if isinstance(node.visit, str)
    )
    if silent:
        return Finding(
            "answers",
            Verdict.wrong,
            f"{len(silent)} of {len(seen.nodes)} nodes say nothing of themselves",
            silent,
            "look at that node (`ray status`, its raylet.err), or take it out of the cluster",
        )
    return Finding("answers", Verdict.fine, f"all {len(seen.nodes)} nodes answer")


def versions(seen: Seen) -> Finding:
    """Python, Ray, fewlabels, the numeric libraries and component packages."""
    visits = seen.visits()
    told = [(seat.name, visit.told) for seat, visit in visits if seat.works]
    others = [(seat.name, visit.told) for seat, visit in visits if not seat.works]
    found = differences(seen.here, told, shown=None)
    if found:
        head, *rows, remedy = found
        lines = tuple(row.strip() for row in rows)
        return Finding(WHAT, Verdict.wrong, head, lines, _there(remedy))
    if odd := differences(seen.here, others, shown=None):
        _, *rows, remedy = odd
        why = "the head, which takes no work, has other versions: numbers are the same"
        return Finding(
            WHAT, Verdict.beware, why, tuple(row.strip() for row in rows), _there(remedy)
        )
    n = len(seen.here) - 1  # without the commit, which is not compared
    return Finding(WHAT, Verdict.fine, f"{n} versions compared: all are this machine's")


def _there(remedy: str) -> str:
    return remedy.replace("There: ", "there: ", 1)
