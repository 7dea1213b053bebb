"""Comparisons of methods over datasets: ranks, pairs and probabilities, where they can say any."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from datasets.visible import one_line
from reports.efficiency.of_run import BASELINE
from reports.leaderboard import PIPELINE
from reports.ranks.across import Across
from reports.ranks.friedman import cliques, critical_difference
from reports.ranks.power import LEVEL, Power, nemenyi_needs
from reports.ranks.wilcoxon import Pair
from reports.site.content import Content
from reports.site.draw import ranking
from reports.site.draw.ranking import Ranks
from reports.site.panels import Cell, Column, Figure, Key, Panel, Table
from reports.site.written import NOTHING, ONLY_SEEING, counted, p_value, score

WHOLE = "pipeline"
BY: dict[str, tuple[str, ...]] = {"strategy": ("strategy",), "classifier": ("classifier",)}
BY |= {"scaler": ("scaler",), "resampler": ("resampler",), WHOLE: tuple(PIPELINE)}
PLURALS = {axis: f"{axis}s" for axis in BY} | {"strategy": "strategies"}
SHOWN = 40  # methods in a diagram: the best ones
PAIRED = 30  # methods of which all pairs are shown; of more, those with random
PAIRS = (
    Column("method", is_filter=True),
    Column("against", is_filter=True),
    Column("better / same / worse", "datasets; within the range that is worth the same: same"),
    Column("p", "of the exact two-sided Wilcoxon signed-rank test", is_number=True),
    Column("p, Holm", "adjusted for all pairs of this table", is_number=True),
    Column("verdict", "differ: p, Holm is below 5 %"),
)
PROBABLE = (
    Column("method"),
    Column("better", "probability, by more than the range that is worth the same", is_number=True),
    Column("the same", "probability that they are worth the same", is_number=True),
    Column("worse", "probability, by more than that range", is_number=True),
)


@dataclass(frozen=True)
class Over:
    """The panels of this part of the page."""

    ranks: dict[Key, Panel] = field(default_factory=dict)  # by what, metric
    pairs: dict[Key, Panel] = field(default_factory=dict)  # by what, metric
    probable: dict[Key, Panel] = field(default_factory=dict)  # by what; the main metric


def over_datasets(content: Content, metrics: list[str]) -> Over:
    """Compare by each of `metrics`."""
    found = Over()
    for what, axes in BY.items():
        methods = content.grid.contestants[list(axes)].drop_duplicates()
        for metric in metrics:
            one = content.frames.across(axes, metric) if len(methods) > 1 else None
            why = _nothing(one, what, methods)
            nothing = Panel(note=why)
            found.ranks[what, metric] = ranks(one, what) if one and not why else nothing
            found.pairs[what, metric] = pairs(one) if one and not why else nothing
            if metric == metrics[0]:
                found.probable[what,] = probable(one) if one and not why else nothing
    return found


def _nothing(one: Across | None, what: str, methods: pd.DataFrame) -> str:
    """Say why nothing can be compared; "" where something can."""
    if methods.empty:
        return ONLY_SEEING
    if one is None:
        name = " / ".join(one_line(str(part)) for part in methods.iloc[0])
        return f"One {what} only ({name}): nothing to compare."
    if not one.table.notna().to_numpy().any():
        return f"No {what} has areas on all repeats of any dataset yet."
    return ""


def ranks(one: Across, what: str) -> Panel:
    """Show average ranks: as a diagram, where the data can tell any of them apart."""
    found = one.friedman
    names = [str(name) for name in one.complete.columns]
    n, k = one.complete.shape
    figure, why = None, found.why
    if not why:
        why = str(Power(n, nemenyi_needs(k)))
    if not why:
        figure = _diagram(names, found.ranks, n)
    notes = [f"No critical-difference diagram: {why}." if why else _friedman(one)]
    if figure and k > SHOWN:
        notes.append(f"The diagram shows the best {SHOWN} of {k}.")
    lacking = [str(name) for name in one.table if name not in one.complete]
    if lacking:
        shown = ", ".join(one_line(name) for name in lacking[:5])
        more = f" and {len(lacking) - 5} more" if len(lacking) > 5 else ""  # noqa: PLR2004
        notes.append(
            f"Coverage: {counted(len(lacking), 'method')} of {one.table.shape[1]} without all "
            f"datasets left out of ranks and tests: {shown}{more}."
        )
    left = one.averaged[one.averaged["left_out"] > 0]
    if len(left) and what != WHOLE:
        texts = [
            f"{one_line(str(name))} {row['left_out']} of {row.sum()}"
            for name, row in left.iterrows()
        ]
        notes.append(f"Pipelines that some {what} lacks count for none: {', '.join(texts)}.")
    return Panel(figure, _table(one, names, found.ranks), " ".join(notes))


def _friedman(one: Across) -> str:
    """Say what the test says, in words."""
    of = one.friedman
    n, k = one.complete.shape
    f = f"F = {of.f:.2f}, " if math.isfinite(of.f) else ""
    text = f"Friedman's test of {k} methods over {n} datasets: chi² = {of.chi2:.2f}, "
    text += f"p {_p(of.p)}; Iman and Davenport's: {f}p {_p(of.f_p)}. "
    if of.f_p < LEVEL:
        return text + "They differ by more than noise."
    return text + "They may all be the same, so single pairs are not to be read."


def _p(p: float) -> str:
    text = p_value(p)[0]
    return text if text.startswith("<") else f"= {text}"


def _diagram(
    names: list[str], found: np.ndarray[tuple[int], np.dtype[np.float64]], n: int
) -> Figure:
    order = np.argsort(found, kind="stable")
    difference = critical_difference(len(names), n)
    shown = order[:SHOWN]
    best = found[shown]
    return ranking.critical_difference(
        Ranks(
            [names[place] for place in shown],
            [float(rank) for rank in best],
            difference,
            cliques(best, difference),
            n,
        )
    )


def _table(
    one: Across, names: list[str], found: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> Table:
    ranked = pd.Series(found, index=names, dtype=float)
    coverage = one.coverage
    n = len(one.table)
    columns = [
        Column("method"),
        Column("average rank", "over datasets, 1 is the best; – lacks a dataset", is_number=True),
        Column("datasets", "that it has, of all", is_number=True),
        *(Column(one_line(str(name)), "mean area", is_number=True) for name in one.table.index),
    ]
    order = sorted(
        one.table, key=lambda name: (math.isnan(ranked.get(name, math.nan)), ranked.get(name, 0))
    )
    rows: list[list[Cell]] = []
    for name in order:
        rank = float(ranked.get(name, math.nan))
        text = NOTHING if math.isnan(rank) else f"{rank:.2f}"
        rows.append(
            [
                one_line(str(name)),
                (text, None if math.isnan(rank) else rank),
                (f"{coverage[str(name)]} of {n}", int(coverage[str(name)])),
                *(score(float(value)) for value in one.table[name]),
            ]
        )
    return Table(columns, rows, "Areas, means over repeats and shared pipelines")


def pairs(one: Across) -> Panel:
    """Show Wilcoxon's tests of all pairs, or of those with random where that is a method."""
    names = [str(name) for name in one.complete.columns]
    found, which = _compared(one, names)
    if not found:
        return Panel(note=which)
    why = found[0].why
    notes = [which] if which else []
    if why:
        notes.append(f"No tests: {why} (for {counted(len(found), 'test')} at once).")
    return Panel(table=Table(PAIRS, [_row(names, pair) for pair in found]), note=" ".join(notes))


def _compared(one: Across, names: list[str]) -> tuple[list[Pair], str]:
    if len(names) < 2:  # noqa: PLR2004 - a pair
        return [], f"{counted(len(names), 'method')} with all datasets: no pair to compare."
    if len(names) <= PAIRED:
        return one.pairs, ""
    if BASELINE in names:
        return one.against_chance, f"{len(names)} methods: only the pairs with random are shown."
    n = len(names) * (len(names) - 1) // 2
    return [], f"{len(names)} methods have {n:,} pairs, too many to test or to read."


def _row(names: list[str], pair: Pair) -> list[Cell]:
    return [
        one_line(names[pair.one]),
        one_line(names[pair.other]),
        f"{pair.wins} / {pair.ties} / {pair.losses}",
        p_value(pair.p),
        p_value(pair.p_holm),
        "not tested" if pair.why else "differ" if pair.p_holm < LEVEL else "may be the same",
    ]


def probable(one: Across) -> Panel:
    """Show how probable it is that each method is better than random, or than the best ranked."""
    names = [str(name) for name in one.complete.columns]
    if len(names) < 2:  # noqa: PLR2004 - a pair
        return Panel(note=f"{counted(len(names), 'method')} with all datasets: nothing to compare.")
    order = [names[place] for place in np.argsort(one.friedman.ranks, kind="stable")]
    against = BASELINE if BASELINE in order else order[0]
    others = [name for name in order if name != against][: SHOWN // 2]
    found = [one.bayesian(name, against) for name in others]
    if found[0].why:
        return Panel(note=f"No probabilities: {found[0].why}.")
    rows: list[list[Cell]] = [
        [one_line(name), *((f"{p:.3f}", p) for p in (of.better, of.same, of.worse))]
        for name, of in zip(others, found, strict=True)
    ]
    note = ""
    if against != BASELINE:
        note = "Compared with the best by average rank, which these same scores chose: it looks a "
        note += "little better than it is."
    if len(others) < len(order) - 1:
        note += f" The best {len(others)} of {len(order) - 1} are shown."
    figure = ranking.probabilities(others, found, one_line(against), one.equivalent)
    return Panel(figure, Table(PROBABLE, rows, f"Against {one_line(against)}"), note.strip())
