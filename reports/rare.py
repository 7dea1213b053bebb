"""What the labels are worth for the class that is found last, in sentences."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from datasets.visible import one_line
from harness.schema import AXES
from reports.answer import pipeline
from reports.class_recalls import by_repeat
from reports.efficiency.of_run import baselines
from reports.frames import Frames
from reports.ranks.overlaps import overlaps
from reports.ranks.paired import Paired, paired

FEW = 5  # rows of a class: with fewer hardly any classifier learns it


@dataclass(frozen=True)
class Found:
    """How many labels one curve needs for the rows of a class, medians over repeats.

    inf: not within `within`.
    """

    first: float
    few: float
    within: float
    n: int  # repeats

    @property
    def half(self) -> str:
        """Which repeats a median speaks of, as the end of a statement; "" where there is one."""
        return " in at least half of the repeats" if self.n > 1 else ""


def rare(frames: Frames, dataset: str, winner: int) -> str:
    """Return sentences on `dataset`: which class is found last, and what `winner` does with it."""
    chance = int(baselines(frames.grid)[winner])
    name, share = found_last(frames, dataset, chance if chance >= 0 else winner)
    if not name:
        return f"What was bought on {one_line(dataset)} is not stored, so nothing is said of it."
    which = f"{one_line(name)} ({percent(share)} of all rows)"
    said = [f"On {one_line(dataset)}, {which} is the class that is found last."]
    last = _found(frames, chance if chance >= 0 else winner, name)
    if last.few <= _first_round(frames, dataset):
        early = f"On {one_line(dataset)} the first round holds five rows of every class{last.half}"
        recalled = _recalled(frames, dataset, name, (winner, chance))
        return f"{early}, the last of them {which}. {recalled}"
    own = f"The first of the leaderboard, {pipeline(dict(frames.grid.curves.loc[winner]))},"
    if chance >= 0:
        said.append(f"Random sampling {_needs(_found(frames, chance, name))}.")
    if chance == winner:
        said.append("Random sampling is itself the first of the leaderboard.")
    else:
        said.append(f"{own} {_needs(_found(frames, winner, name))}.")
    said.append(_recalled(frames, dataset, name, (winner, chance)))
    return " ".join(said)


def found_last(frames: Frames, dataset: str, curve: int) -> tuple[str, float]:
    """Return the class whose fifth row `curve` meets last, and its share; "" where none is known.

    Of classes that are met equally late it is the rarest one.
    """
    rows = _of(frames.discovered, frames, curve)
    rows = rows[(rows["rows"] == FEW) & (rows["dataset"] == dataset)].dropna(subset=["median"])
    if rows.empty:
        return "", math.nan
    late = rows["restricted_mean"].fillna(np.inf)
    order = np.lexsort([rows["share"], -late, -rows["median"]])
    last = rows.iloc[order[0]]
    return str(last["class"]), float(last["share"])


def percent(share: float) -> str:
    """Return a share as a reader wants it.

    >>> [percent(x) for x in (0.31, 0.0495, 0.0052, 0.0000312)]
    ['31 %', '5.0 %', '0.52 %', '0.0031 %']
    """
    value = 100 * share
    digits = 0 if value >= 10 or value == 0 else 1 - math.floor(math.log10(value))  # noqa: PLR2004
    return f"{value:.{digits}f} %"


def _recalled(frames: Frames, dataset: str, name: str, curves: tuple[int, int]) -> str:
    winner, chance = curves
    budget = frames.grid.budgets[dataset][-1]
    own = by_repeat(frames, winner, name, budget)
    what = f"At {budget:,} labels"
    who = "random sampling" if chance == winner else "the first of the leaderboard"
    if own.empty:
        return f"{what} its recall is not known: no tuned model with a confusion matrix is stored."
    said = f"{what} {who} recalls {own.mean():.3f} of its test rows"
    if chance == winner:
        return f"{said}."
    if chance < 0:
        return f"{said}; random sampling was not run in its pipeline, so there is no comparison."
    other = by_repeat(frames, chance, name, budget)
    if other.empty:
        return f"{said}; that of random sampling in the same pipeline is not known yet."
    both = pd.concat([own, other], axis=1, keys=["own", "other"])
    apart = paired(
        both["own"].to_numpy(), both["other"].to_numpy(), overlaps(frames.tables).get(dataset)
    )
    return f"{said}, random sampling in the same pipeline {other.mean():.3f} ({_apart(apart)})."


def _apart(found: Paired) -> str:
    if not found.n:
        return "no repeat has both"
    if found.why:
        return f"{found.mean:+.3f}; no interval: {found.why}"
    return f"{found.mean:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"


def _found(frames: Frames, curve: int, name: str) -> Found:
    rows = _of(frames.discovered, frames, curve)
    median = rows[rows["class"] == name].set_index("rows")["median"]
    bought = _of(frames.discovery, frames, curve)
    return Found(
        float(median.get(1, np.nan)),
        float(median.get(FEW, np.nan)),
        float(bought["within"].max()),
        int(bought["repeat"].nunique()),
    )


def _first_round(frames: Frames, dataset: str) -> float:
    """Return the labels of the first round."""
    rounds = frames.tables.rounds
    is_first = (rounds["dataset"] == dataset) & (rounds["round"] == 0)
    return float(rounds.loc[is_first, "n_labels"].max())


def _needs(found: Found) -> str:
    first, few = found.first, found.few
    if math.isnan(first) or math.isnan(few):
        return "has not been measured far enough to tell"
    within = f"within {found.within:,.0f} labels{found.half}"
    if math.isinf(first):
        return f"finds no row of it {within}"
    over = " (medians over repeats)" if found.n > 1 else ""
    said = f"finds its first row with {first:,.0f} labels"
    if math.isinf(few):
        over = over.replace("medians", "median")
        return f"{said}{over}, and not five {within}"
    return f"{said} and its fifth with {few:,.0f}{over}"


def _of(rows: pd.DataFrame, frames: Frames, curve: int) -> pd.DataFrame:
    names = frames.grid.curves.loc[curve]
    is_mine = np.ones(len(rows), dtype=bool)
    for axis in AXES:
        is_mine &= (rows[axis] == names[axis]).to_numpy()
    return rows[is_mine]
