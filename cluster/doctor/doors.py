"""Who else gets in: the token, and the pages that Ray serves."""

from __future__ import annotations

from ipaddress import ip_address

from cluster.doctor.finding import Finding, Verdict
from cluster.doctor.seen import DASHBOARD, Seat, Seen, Visit
from cluster.door import HOW_TO_LOCK

ASKED = {401, 403}  # HTTP statuses of Ray's pages to who shows no token, or a wrong one


def token(seen: Seen) -> Finding:
    """Of the head, whose door was tried; and whether each node's Ray wants one."""
    if seen.is_open:
        return Finding("token", Verdict.wrong, "the head asks nobody for one", (), HOW_TO_LOCK)
    without = tuple(
        f"{seat.name}: {visit.auth}" for seat, visit in seen.visits() if visit.auth != "token"
    )
    if without:
        found = "the head asks for one, and some nodes do not"
        return Finding("token", Verdict.wrong, found, without, HOW_TO_LOCK)
    if seen.beware:
        return Finding("token", Verdict.beware, seen.beware.removeprefix("beware: "))
    return Finding("token", Verdict.fine, "asked for, and ours is the right one")


def dashboards(seen: Seen) -> Finding:
    """The head's dashboard, and the two agents of every node, which run what they are sent."""
    open_, shown = [], []
    for seat, visit in seen.visits():
        for door, status in visit.doors.items():
            is_open = status not in ASKED
            if status is None or (_is_loopback(seat) and not (is_open and door == DASHBOARD)):
                continue
            if is_open:
                open_.append(_line(seat, visit, door))
            elif door == DASHBOARD:
                shown.append(_line(seat, visit, door))
    if open_:
        return Finding(
            "dashboards",
            Verdict.wrong,
            "pages of Ray answer without a token; through them anybody runs code",
            tuple(open_),
            f"ray start --head --dashboard-host=127.0.0.1, and a token: {HOW_TO_LOCK}",
        )
    if shown:
        return Finding(
            "dashboards",
            Verdict.beware,
            "the head's dashboard can be reached; the token that it asks for travels in the clear",
            tuple(shown),
            "ray start --head --dashboard-host=127.0.0.1, and `ssh -L 8265:127.0.0.1:8265 HEAD`. "
            "In Kubernetes KubeRay needs it as it is: let no service lead there from outside",
        )
    return Finding("dashboards", Verdict.fine, "none can be reached without a token")


def _is_loopback(seat: Seat) -> bool:
    try:
        return ip_address(seat.address).is_loopback
    except ValueError:
        return False


def _line(seat: Seat, visit: Visit, door: str) -> str:
    return f"{seat.name}: {door}, tried from there: HTTP {visit.doors[door]}"
