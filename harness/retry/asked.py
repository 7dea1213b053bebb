"""What a user asked for: statuses, and labels of axes; checked against what a run holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from harness.errors import CannotRetry
from harness.schema import AXES, RETRIED
from harness.spec.problems import nearest

KEPT = {
    "done": "what is done comes out the same again, as `fewlabels rerun` shows",
    "skipped": "what was skipped had nothing to compute, one class only among the labelled rows, "
    "say, and would have nothing again",
    "pruned": "what was pruned was given up by its study, which would do so again",
}
WHERE = (*AXES, "repeat", "budget")
Frames = Mapping[str, pd.DataFrame]  # table -> its rows; those that can be retried have a status


@dataclass(frozen=True)
class Asked:
    """Rows of these statuses, of one of the labels given for each axis that is named."""

    statuses: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]  # axis -> labels

    def of(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Those of `rows` that are asked for; none of a table that has not the axis."""
        wanted = rows["status"].isin(self.statuses)
        for axis, labels in self.where.items():
            wanted &= rows[axis].astype(str).isin(labels) if axis in rows else False
        return rows[wanted]

    def __str__(self) -> str:
        """Return `timeout or oom, with strategy margin`."""
        text = " or ".join(self.statuses)
        for axis, labels in self.where.items():
            text += f", with {axis} {' or '.join(labels)}"
        return text


def ask(frames: Frames, offered: Frames, statuses: Sequence[str], where: Sequence[str]) -> Asked:
    """Check what was typed. Raises `CannotRetry`, which says what is `offered` instead."""
    for status in statuses:
        if status in KEPT:
            raise CannotRetry(f"--status {status}: {KEPT[status]}. {there_is(offered)}")
        if status not in RETRIED:
            hint = nearest(status, RETRIED) or f". There are: {', '.join(RETRIED)}"
            raise CannotRetry(f"--status {status}: there is no such status{hint}")
    labels: dict[str, list[str]] = {}
    for text in where:
        axis, equals, label = text.partition("=")
        if not equals:
            raise CannotRetry(f"--where {text}: give an axis and a label: strategy=margin")
        if axis not in WHERE:
            there = f"there is no axis {axis!r} (there are: {', '.join(WHERE)})"
            raise CannotRetry(f"--where {text}: {there}{nearest(axis, WHERE)}")
        known = _labels(frames, axis)
        if label not in known:
            there = f"this run has no {axis} {label!r} (there are: {', '.join(known)})"
            raise CannotRetry(f"--where {text}: {there}{nearest(label, known)}")
        labels.setdefault(axis, []).append(label)
    return Asked(tuple(statuses), {axis: tuple(found) for axis, found in labels.items()})


def there_is(frames: Frames) -> str:
    """What could be asked for, as the options that ask for it."""
    found = []
    for status in RETRIED:
        counts = {table: int((rows["status"] == status).sum()) for table, rows in frames.items()}
        if any(counts.values()):
            found.append(f"--status {status} ({in_words(counts)})")
    return f"There are: {', '.join(found)}" if found else "Nothing in this run ended badly"


def in_words(counts: Mapping[str, int]) -> str:
    """How many of each, of those that there are.

    >>> in_words({"trials": 1, "references": 0, "acquisitions": 1200})
    '1 trial, 1,200 acquisitions'
    """
    return ", ".join(
        f"{n:,} {table.removesuffix('s') if n == 1 else table}" for table, n in counts.items() if n
    )


def _labels(frames: Frames, axis: str) -> list[str]:
    found = {label for rows in frames.values() if axis in rows for label in rows[axis].unique()}
    return [str(label) for label in sorted(found)]
