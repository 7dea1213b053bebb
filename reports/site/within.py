"""Comparisons within one dataset: strategies with random, with each other, and with the best."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from datasets.visible import one_line
from reports.axis_effects import Axis, Places, values
from reports.efficiency.of_run import BASELINE
from reports.leaderboard import PIPELINE
from reports.ranks.adjusted import adjusted
from reports.ranks.overlaps import overlaps
from reports.ranks.paired import Paired
from reports.ranks.power import LEVEL
from reports.site.content import Content
from reports.site.draw.differences import Map, heatmap
from reports.site.draw.ranking import Shares, stacked
from reports.site.panels import Cell, Column, Key, Panel, Table
from reports.site.tested import COVERAGE, TESTED, compared, tested
from reports.site.written import ONLY_SEEING, counted, score, signed

NO_AREA = "One budget only, so there is no area under a curve to compare."
DIFFERENCE = Column("difference", "of areas, mean over repeats; above 0 is better", is_number=True)
SUMMARY = (
    Column("strategy", "compared with random in the same pipeline"),
    Column("pipelines", "that have both", is_number=True),
    Column("better", "pipelines in which it is better by more than noise", is_number=True),
    Column("may be noise", "pipelines in which the test cannot tell", is_number=True),
    Column("worse", "pipelines in which it is worse by more than noise", is_number=True),
    Column("not tested", "pipelines without a p-value, or without an adjusted one", is_number=True),
    Column("mean difference", "over pipelines and repeats; above 0 is better", is_number=True),
    Column("repeats better / same / worse", "over all pipelines"),
)
EACH = (
    *(Column(axis, is_filter=True) for axis in PIPELINE),
    DIFFERENCE,
    *TESTED,
    Column("repeats", "that both have", is_number=True),
)
MATRIX = (
    Column("strategy"),
    Column("against"),
    DIFFERENCE,
    *TESTED,
    COVERAGE,
)
BEST = (
    *(Column(axis, is_filter=axis != "scaler") for axis in PIPELINE),
    Column("score", "mean over repeats, with half its 95 % interval", is_number=True),
    Column("winner", "the first of the leaderboard"),
)


@dataclass(frozen=True)
class Within:
    """The panels of this part of the page, by dataset and metric; of the best, by dataset."""

    chance: dict[Key, Panel]
    matrix: dict[Key, Panel]
    each: dict[Key, Panel]


def within(content: Content, metrics: list[str]) -> Within:
    """Compare by each of `metrics`."""
    found = Within({}, {}, {})
    overlap = overlaps(content.results)
    places = {name: Places.of(content.grid, name, "strategy") for name in content.datasets}
    for metric in metrics:
        pairs = content.frames.pairs(metric)
        areas = values(content.frames.measures(metric))
        for dataset in content.datasets:
            key, mine = (dataset, metric), pairs[pairs["dataset"] == dataset]
            axis = places[dataset].filled(areas)
            why = _nothing(content, dataset, axis)
            found.chance[key] = Panel(note=why) if why else _chance(mine, axis)
            found.each[key] = Panel(note=why) if why else _each(mine)
            if len(axis.components) <= 1 or len(content.grid.budgets[dataset]) == 1:
                found.matrix[key] = Panel(note=why)
            else:
                found.matrix[key] = _matrix(axis, overlap.get(dataset))
    return found


def _nothing(content: Content, dataset: str, axis: Axis) -> str:
    """Say why no strategy can be compared with random; "" where some can."""
    if not axis.components:
        return ONLY_SEEING
    if len(axis.components) == 1:
        return f"One strategy only ({one_line(axis.components[0])}): nothing to compare."
    if len(content.grid.budgets[dataset]) == 1:
        return NO_AREA
    if BASELINE not in axis.components:
        return "random was not run, so nothing can be compared with it."
    return ""


def _chance(pairs: pd.DataFrame, axis: Axis) -> Panel:
    """Sum up by strategy."""
    if pairs.empty:
        return Panel(note="No pipeline has areas of both random and another strategy yet.")
    is_known = pairs["p_holm"].notna()
    is_sure = is_known & (pairs["p_holm"] < LEVEL)
    counted_ = pairs.assign(
        better=is_sure & (pairs["mean"] > 0),
        worse=is_sure & (pairs["mean"] < 0),
        noise=is_known & ~is_sure,
        untested=~is_known,
        pipelines=1,
    )
    sums = ["pipelines", "better", "noise", "worse", "untested", "wins", "ties", "losses"]
    by = counted_.groupby("strategy")
    table = by[sums].sum().assign(mean=by["mean"].mean()).sort_values("mean", ascending=False)
    rows: list[list[Cell]] = [
        [
            one_line(str(name)),
            *(f"{int(row[column]):,}" for column in sums[:5]),
            signed(float(row["mean"])),
            f"{int(row['wins']):,} / {int(row['ties']):,} / {int(row['losses']):,}",
        ]
        for name, row in table.iterrows()
    ]
    about = "Pipelines × repeats on which each strategy has a larger area than random, the same, "
    about += "or a smaller one. Repeats of several pipelines share their splits: these are counts, "
    about += "no test."
    figure = stacked(
        Shares(
            [str(name) for name in table.index],
            table["wins"].astype(float).tolist(),
            table["ties"].astype(float).tolist(),
            table["losses"].astype(float).tolist(),
            ("better than random", "the same", "worse"),
            "pipelines × repeats",
            about,
        )
    )
    return Panel(
        figure, Table(SUMMARY, rows, "Each strategy against random"), _untested(pairs, axis)
    )


def _untested(pairs: pd.DataFrame, axis: Axis) -> str:
    """Say what is missing, and what was not tested, and why."""
    parts = []
    expected = int(axis.begun[:, [axis.components.index(name) for name in axis.others]].sum())
    if len(pairs) < expected:
        parts.append(f"Coverage: {len(pairs)} of {counted(expected, 'comparison')} have areas.")
    whys = pairs.loc[pairs["why"] != "", "why"].value_counts(sort=True)
    if len(whys):
        n = int(whys.sum())
        text = "; ".join(f"{why} ({number})" for why, number in whys.items())
        parts.append(f"{n} of {counted(len(pairs), 'comparison')} not tested: {text}.")
        if n < len(pairs) and pairs["p_holm"].isna().all():
            parts.append("So no p-value is adjusted: what was not tested cannot be counted.")
    return " ".join(parts)


def _each(pairs: pd.DataFrame) -> Panel:
    ordered = pairs.sort_values("mean", ascending=False, na_position="last")
    rows = [_compared(row) for row in ordered.to_dict("records")]
    note = "" if rows else "No pipeline has areas of both random and another strategy yet."
    caption = f"{counted(len(rows), 'comparison')} with random in the same pipeline"
    return Panel(table=Table(EACH, rows, caption) if rows else None, note=note)


def _compared(row: Mapping[Hashable, Any]) -> list[Cell]:
    of = Paired(**{field.name: row[field.name] for field in fields(Paired)})
    return [
        *(one_line(str(row[name])) for name in PIPELINE),
        *tested(of, row["p_holm"]),
        str(of.n),
    ]


def _matrix(axis: Axis, overlap: float | None) -> Panel:
    names = axis.components
    effects = [axis.effect(one, other, overlap) for one, other in combinations(names, 2)]
    p_values = adjusted([one.found for one in effects])
    table = pd.DataFrame(np.nan, index=names, columns=names)
    for one in effects:
        table.loc[one.component, one.against] = one.found.mean
        table.loc[one.against, one.component] = -one.found.mean
    order = list(table.mean(axis=1).sort_values(ascending=False, na_position="last").index)
    table = table.loc[order, order]
    rows = [compared(*pair) for pair in zip(effects, p_values, strict=True)]
    about = "Mean difference of areas, row minus column, over shared pipelines and repeats; the "
    about += "best on average stands first."
    is_known = bool(table.notna().to_numpy().any())
    short = [one for one in effects if one.shared < one.pipelines]
    note = ""
    if short:
        least = min(short, key=lambda one: one.shared / one.pipelines)
        note = (
            f"Coverage: {counted(len(short), 'pair')} of {len(effects)} lack pipelines; the least "
        )
        note += f"shared are {one_line(least.component)} and {one_line(least.against)}, "
        note += f"{least.coverage}."
    return Panel(heatmap(Map(table, about)) if is_known else None, Table(MATRIX, rows), note)


def best(content: Content) -> Iterator[tuple[Key, Panel]]:
    """Return, by dataset, the combinations that cannot be told from the best one."""
    for dataset in content.datasets:
        yield (dataset,), _best(content, dataset)


def _best(content: Content, dataset: str) -> Panel:
    found = content.frames.headline(dataset, content.metric)
    if found is None:
        return Panel(note="No combination has all repeats yet, so none can be the best.")
    if found.why_alike:
        return Panel(note=f"Which combinations may be the best is not known: {found.why_alike}.")
    rows: list[list[Cell]] = []
    for curve in found.alike:
        names = content.grid.curves.loc[curve]
        is_winner = "yes" if curve == found.winner else ""
        value = _value(content, dataset, found.by, curve)
        rows.append([*(one_line(str(names[axis])) for axis in PIPELINE), value, is_winner])
    n = len(content.grid.contestants_on(dataset)) - found.left_out
    what = "area under the curve" if found.by == "area" else "score"
    parts = [f"{len(rows)} of {counted(n, 'combination')} cannot be told from the best by {what}."]
    if found.winner not in found.alike:
        parts.append(
            "The winner of the leaderboard is not among them: it needs the fewest labels to the "
            "target, and others have larger areas."
        )
    if found.left_out:
        parts.append(f"{counted(found.left_out, 'combination')} without all repeats left out.")
    return Panel(table=Table(BEST, rows, f"May be the best, by {what}"), note=" ".join(parts))


def _value(content: Content, dataset: str, by: str, curve: int) -> Cell:
    if by == "area":
        areas = content.main.of_curves[["aubc", "aubc_half"]].to_numpy()
        return score(*areas[curve])
    cells, at = content.main.of_cells, content.grid.budgets[dataset][-1]
    return score(*cells[["tuned", "tuned_half"]].to_numpy()[cells.index.get_loc((curve, at))])
