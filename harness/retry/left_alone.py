"""What was asked for and stays all the same: if it went, the next run would not bring it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from harness.retry.asked import Asked, Frames
from harness.retry.wanted import Wanted

_NO_TESTS = "the sweep does not test after every round any more"


@dataclass(frozen=True)
class LeftAlone:
    """Some rows of a table, and why they stay."""

    table: str
    n: int
    why: str


def divided(
    asked: Asked, frames: Frames, wanted: Wanted
) -> tuple[dict[str, pd.DataFrame], tuple[LeftAlone, ...]]:
    """Those of `frames` that are asked for, without what stays; and what stays."""
    matched, left_alone = {}, []
    for table, rows in frames.items():
        found = asked.of(rows)
        for why, stays in _reasons(table, found, frames, wanted):
            if n := int(stays[found.index].sum()):
                left_alone.append(LeftAlone(table, n, why))
            found = found[~stays[found.index]]
        matched[table] = found
    return matched, tuple(left_alone)


def _reasons(
    table: str, rows: pd.DataFrame, frames: Frames, wanted: Wanted
) -> Iterator[tuple[str, pd.Series[bool]]]:
    """Why some of `rows` stay, and which."""
    yield "the sweep does not ask for that any more", ~wanted.has(table, rows)
    if table == "evaluations" and not wanted.tests_every_round:
        every = pd.Series(data=True, index=rows.index, dtype=bool)
        yield _NO_TESTS, every
    if table == "trials":
        last = _last(rows, frames["trials"], "study_id", "number")
        more = f"more trials than the sweep asks for (tuning.trials: {wanted.n_trials})"
        yield f"in studies with {more}, which hang on them", last >= wanted.n_trials
        if wanted.is_tuned and not wanted.tests_every_round:
            tested = _last(rows, frames["evaluations"], "acquisition_id", "n_labels")
            why = f"tests of later rounds hang on them, and {_NO_TESTS}"
            yield why, tested > rows["budget"]


def _last(rows: pd.DataFrame, of: pd.DataFrame, work: str, number: str) -> pd.Series[float]:
    """Of the work of each of `rows`, the last `number` that `of` holds; NaN: it holds none."""
    return rows[work].map(of.groupby(work)[number].max()).astype(float)
