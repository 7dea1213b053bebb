"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

SHOWN = 10  # nodes of a finding


class Verdict(IntEnum):
    """How bad it is."""

    fine = 0
    beware = 1
    wrong = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a cluster."""

    what: str  # was looked at
    verdict: Verdict
    found: str  # one line
    nodes: tuple[str, ...] = ()  # a line for each that it is about
    mend: str = ""  # what to do; empty where nothing is to be done

    def lines(self) -> list[str]:
        """The same as text."""
        rows = list(self.nodes[:SHOWN])
        if len(self.nodes) > SHOWN:
            rows.append(f"and {len(self.nodes) - SHOWN} more")
        if self.mend:
            rows.append(f"mend: {self.mend}")
        head = f"{self.verdict.name:<7} {self.what:<11} {self.found}"
        return [head, *(f"{'':20}{row}" for row in rows)]


def worst(*verdicts: Verdict) -> Verdict:
    """The worst of them; fine where there are none."""
    return max(verdicts, default=Verdict.fine)
