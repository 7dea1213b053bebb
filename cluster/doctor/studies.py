"""Whether each node can do a study, and gives this machine's answer."""

from __future__ import annotations

from cluster.doctor.finding import Finding, Verdict
from cluster.doctor.seen import Seen, Studied


def studies(seen: Seen) -> Finding | None:
    """One on data that ship, on every node that takes work."""
    if seen.study is None:
        return None
    done = [(seat, visit.study) for seat, visit in seen.visits() if seat.works]
    failed = tuple(
        f"{seat.name}: {study}" for seat, study in done if not isinstance(study, Studied)
    )
    if failed:
        return Finding(
            "study",
            Verdict.wrong,
            f"{len(failed)} of {len(done)} nodes could not do a tiny study",
            failed,
            "mend what versions, space and data way say above; else run there what fails: "
            "fewlabels run quickstart",
        )
    good = [(seat, study) for seat, study in done if isinstance(study, Studied)]
    if not good:
        return Finding("study", Verdict.fine, "no node that answers takes work")
    times = f"{', '.join(f'{study.took_s:.1f}' for _, study in good[:10])} s"
    others = tuple(seat.name for seat, study in good if study.score != seen.study.score)
    if others:
        return Finding(
            "study",
            Verdict.beware,
            f"{len(others)} of {len(done)} nodes give other scores than this machine ({times})",
            others,
            "numbers are the same on one family of CPUs only: run a sweep on one kind of node, or "
            "accept last digits that differ",
        )
    found = f"all give this machine's scores, in {times} (here {seen.study.took_s:.1f} s)"
    return Finding("study", Verdict.fine, found)
