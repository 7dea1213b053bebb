"""What an id that somebody typed stands for in a run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import pyarrow.compute as pc

from harness.errors import UnknownId
from harness.store import RunFolder

_TYPED = re.compile(r"([0-9a-f]{4,16})(?::([0-9]{1,9}))?")
_TABLES = {  # an acquisition has rounds before it has a row of its own
    "acquisition": ("acquisitions", "rounds"),
    "study": ("trials",),
    "reference": ("references",),
}
_KINDS = (
    "\nAn id is an acquisition_id (in acquisitions/ and rounds/), a study_id (in trials/) or a "
    "reference_id (in references/):\n16 hex digits, or at least the first 4 of them. One trial is "
    "STUDY_ID:NUMBER."
)
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Named:
    """A piece of work that has rows in a run."""

    kind: str  # acquisition, study or reference
    id: str
    trial: int | None = None  # of a study: this one alone


def find(folder: RunFolder, typed: str) -> Named:
    """What `typed` stands for: an id, the beginning of one, or STUDY_ID:NUMBER.

    Raises `UnknownId` where it stands for nothing, or for several things.
    """
    match = _TYPED.fullmatch(typed.strip().lower())
    if not match:
        raise UnknownId(f"{typed!r} is no id{_KINDS}")
    beginning, trial = match[1], match[2]
    known = _ids(folder)
    met = [named for named in known if named.id.startswith(beginning)]
    if not met:
        raise UnknownId(
            f"{folder.shown()} has no id {beginning}{_nearest(beginning, known)}{_KINDS}"
        )
    if len(met) > 1:
        shown = ", ".join(f"{named.kind} {named.id}" for named in met[:_SHOWN])
        more = f" and {len(met) - _SHOWN} more" if len(met) > _SHOWN else ""
        raise UnknownId(f"{beginning} begins {len(met)} ids: {shown}{more}; give more digits")
    (found,) = met
    if trial is None:
        return found
    if found.kind != "study":
        raise UnknownId(f"{found.id} is {_a(found.kind)}, which has no trials{_KINDS}")
    return Named(found.kind, found.id, int(trial))


def _ids(folder: RunFolder) -> list[Named]:
    found: dict[Named, None] = {}
    for kind, tables in _TABLES.items():
        for table in tables:
            column = folder.read(table, [f"{kind}_id"]).column(0)
            found |= dict.fromkeys(Named(kind, id_) for id_ in pc.unique(column).to_pylist())
    return list(found)


def _nearest(beginning: str, known: Sequence[Named]) -> str:
    by_start = {named.id[: len(beginning)]: named for named in known}
    close = get_close_matches(beginning, by_start, n=1, cutoff=0.7)
    if not close:
        return ""
    return f"; did you mean {by_start[close[0]].kind} {by_start[close[0]].id}?"


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
