"""Whether the nodes' clocks are right.

No number depends on them: ages are measured by one machine each (`roll.py`). What does: a bucket
refuses requests that are signed with a time 15 minutes off (Amazon S3, RequestTimeTooSkewed), a
lock there is taken for abandoned by who believes its lease has ended, and certificates are refused
that are not valid yet.
"""

from __future__ import annotations

from cluster.doctor.finding import Finding, Verdict, worst
from cluster.doctor.seen import Sample, Seen

BEWARE_S = 2.0  # a clock that is kept right is off by milliseconds
WRONG_S = 60.0


def best(samples: tuple[Sample, ...]) -> Sample:
    """The one with the shortest way there and back: it is the surest."""
    return min(samples, key=lambda sample: sample.unsure_s)


def off_s(sample: Sample) -> float:
    """By how much the node's clock is wrong at least, seconds; negative: it is behind."""
    sure = max(0.0, abs(sample.ahead_s) - sample.unsure_s)
    return sure if sample.ahead_s > 0 else -sure


def clock(seen: Seen) -> Finding:
    """Against this machine's, which may itself be wrong."""
    offs = [(seat, off_s(best(v.samples))) for seat, v in seen.visits() if v.samples]
    verdicts = {seat.id: _verdict(off) for seat, off in offs}
    mute = tuple(f"{seat.name}: no answer in time" for seat, v in seen.visits() if not v.samples)
    lines = tuple(
        f"{seat.name}: {abs(off):.1f} s {'ahead of' if off > 0 else 'behind'} this machine"
        for seat, off in offs
        if verdicts[seat.id]
    )
    if lines:
        return Finding(
            "clock",
            worst(*verdicts.values()),
            f"{len(lines)} of {len(offs)} nodes have another time; over {WRONG_S:.0f} s is wrong: "
            "buckets refuse requests, locks in them are taken for abandoned, certificates fail",
            lines + mute,
            "let a time service (chrony, systemd-timesyncd) set the clock there, and here",
        )
    if mute:
        found = f"{len(mute)} nodes did not tell their time"
        return Finding("clock", Verdict.beware, found, mute, "ask again when they are less busy")
    most = max((abs(off) for _, off in offs), default=0.0)
    return Finding("clock", Verdict.fine, f"no clock is off by more than {max(most, 0.1):.1f} s")


def _verdict(off: float) -> Verdict:
    if abs(off) > WRONG_S:
        return Verdict.wrong
    return Verdict.beware if abs(off) > BEWARE_S else Verdict.fine
