"""The page on classes: what the labels are worth for the rare attacks."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from datasets.visible import one_line
from harness.schema import AXES
from reports.answer import pipeline
from reports.class_recalls import Classes, ClassRecalls, class_recalls, classes
from reports.columns import NOTHING
from reports.efficiency.discovery import FIRST
from reports.efficiency.of_run import baselines
from reports.leaderboard import PIPELINE, board
from reports.rare import percent, rare
from reports.site.content import Content
from reports.site.draw.confusion import confusion_map
from reports.site.draw.discovery import discovery_dots
from reports.site.draw.recall import MOST as MOST_DRAWN
from reports.site.draw.recall import Series, recall_lines
from reports.site.files import Files
from reports.site.page import Filled
from reports.site.panels import Cell, Choice, Column, Figure, Key, Panel, Panels, Table

MOST = 150  # curves of a dataset; more would be files that nobody looks through
PLACES = {1: "first", 5: "fifth", 10: "tenth"}

NUMBER = {"is_number": True}
DISCOVERED = [
    Column("Class", "name of the class"),
    Column("Share", "of all rows, pool and test", is_number=True),
    Column("Strategy", "query strategy", is_filter=True),
    Column("Labels", "bought until then, median over repeats", is_number=True),
    Column(
        "Mean",
        "restricted mean: a repeat that never gets there counts as all labels bought",
        is_number=True,
    ),
    Column("Repeats", "that get there, of all", is_number=True),
]
RECALLED = [
    Column("Class", "name of the class"),
    Column("Share", "of all rows, pool and test", is_number=True),
    Column("Test rows", "of a repeat, on average", is_number=True),
    Column(
        "Recall", "at the largest budget, mean over repeats with its 95 % interval", is_number=True
    ),
    Column("Random", "recall of random sampling in the same pipeline", is_number=True),
    Column(
        "Difference",
        "recall - that of random, mean over the repeats that have both",
        is_number=True,
    ),
    Column("Repeats", "with a recall of the class", is_number=True),
]


@dataclass(frozen=True)
class Of:
    """A dataset, and those of its curves that the page shows, best first."""

    name: str
    classes: Classes
    recalls: ClassRecalls
    curves: list[int]
    n_curves: int

    @property
    def note(self) -> str:
        """Say which curves are left out."""
        if len(self.curves) == self.n_curves:
            return ""
        return (
            f"Shown are the first {len(self.curves):,} of {self.n_curves:,} combinations in the "
            "leaderboard."
        )


def fill(content: Content, files: Files) -> Filled:
    """Compute sentences, discovery, recall and confusion matrices."""
    every = [_of(content, name) for name in content.datasets]
    first = PIPELINE[:-1]
    choices = [
        Choice("dataset", "Dataset"),
        *(Choice(axis, axis.capitalize(), is_on_top=True) for axis in PIPELINE),
    ]
    k_th = Choice("row", "Until its", {str(k): f"{name} row" for k, name in PLACES.items()})
    parts = [
        Panels(
            "discovery",
            "How many labels until a class is met?",
            [*choices[: 1 + len(first)], k_th],
            _discovery(content, every),
            split=2,
        ),
        Panels("recall", "Recall of each class", choices, _recall(content, every), split=3),
        Panels(
            "confusion",
            "What is taken for what?",
            [*choices, Choice("budget", "Labels", content.budgets, is_slider=True)],
            _confusion(content, every),
            split=4,
        ),
    ]
    return {
        "sentences": [rare(content.frames, one.name, one.curves[0]) for one in every],
        "shown": {part.name: part.sent(files) for part in parts},
    }


def _of(content: Content, dataset: str) -> Of:
    ranked = [int(curve) for curve in board(content.main, dataset).rows["curve"]]
    shown = ranked[:MOST]
    names, recalls = classes(content.frames, dataset), class_recalls(content.frames, dataset)
    return Of(dataset, names, recalls, shown, len(ranked))


def _key(content: Content, curve: int) -> Key:
    return tuple(content.grid.curves.loc[curve, list(AXES)])


def _discovery(content: Content, every: list[Of]) -> dict[Key, Panel]:
    found = content.frames.discovered
    within = content.frames.discovery.groupby(list(AXES))["within"].max()
    found = found.join(within, on=list(AXES))
    pipeline_of = list(AXES[:-1])
    by_pipeline = dict(iter(found.groupby([*pipeline_of, "rows"])))
    panels: dict[Key, Panel] = {}
    for one in every:
        for key in dict.fromkeys(_key(content, curve)[:-1] for curve in one.curves):
            for k in FIRST:
                rows = by_pipeline.get((*key, k))
                panels[*key, str(k)] = _dots(content, one, rows)
    return panels


def _dots(content: Content, of: Of, rows: pd.DataFrame | None) -> Panel:
    if rows is None:
        return Panel(note="No round of these acquisitions is stored yet.")
    place = {name: i for i, name in enumerate(of.classes.names)}
    rows = rows.assign(place=rows["class"].map(place)).sort_values(["place", "strategy"])
    styles = content.styles["strategy"]
    figure = discovery_dots(rows, of.classes.names, of.classes.shares, styles)
    lines = [_discovered(row) for row in rows.to_dict("records")]
    note = "One strategy only: nothing to compare." if len(set(rows["strategy"])) == 1 else ""
    return Panel(figure, Table(DISCOVERED, lines, "Labels until a class is met"), note)


def _discovered(row: dict[Hashable, Any]) -> list[Cell]:
    median, mean, share = row["median"], row["restricted_mean"], row["share"]
    reached = row["n"] - row["n_censored"]
    if np.isnan(median):
        labels: Cell = ("not known", None)
    elif np.isinf(median):
        labels = (f"never by {row['within']:,.0f}", 1e18)
    else:
        labels = (f"{median:,.0f}", median)
    return [
        one_line(str(row["class"])),
        (percent(share), share),
        one_line(str(row["strategy"])),
        labels,
        (NOTHING, None) if np.isnan(mean) else (f"{mean:,.0f}", mean),
        (f"{reached} of {row['n']}", int(reached)),
    ]


def _recall(content: Content, every: list[Of]) -> dict[Key, Panel]:
    chances = baselines(content.grid)
    return {
        _key(content, curve): _lines(content, one, curve, int(chances[curve]))
        for one in every
        for curve in one.curves
    }


def _lines(content: Content, of: Of, curve: int, chance: int) -> Panel:
    recalls = of.recalls
    at = int(np.searchsorted(recalls.curves, curve))
    if not recalls.n_repeats[at].any():
        return Panel(note="No tuned model of this combination has a confusion matrix yet.")
    beside = [curve] if chance in {-1, curve} else [curve, chance]
    styles = content.styles["strategy"]
    lines, notes = [], [of.note]
    for number in beside:
        strategy = str(content.grid.curves.loc[number, "strategy"])
        i = int(np.searchsorted(recalls.curves, number))
        lines.append(
            Series(one_line(strategy), dict(styles[strategy]), recalls.mean[i], recalls.half[i])
        )
    if chance < 0:
        notes.append("Random sampling was not run in this pipeline: nothing to compare with.")
    elif chance == curve:
        notes.append("This is random sampling itself.")
    left_out = len(of.classes.names) - MOST_DRAWN
    if left_out > 0:
        notes.append(f"The {left_out} most frequent classes are in the table only.")
    other = int(np.searchsorted(recalls.curves, chance)) if len(beside) > 1 else -1
    figure = recall_lines(of.classes.names, of.classes.shares, recalls.budgets, lines)
    table = Table(RECALLED, [_recalled(of, k, at, other) for k in range(len(of.classes.names))])
    caption = f"Recall at {recalls.budgets[-1]:,} labels"
    return Panel(figure, Table(table.columns, table.rows, caption), " ".join(filter(None, notes)))


def _recalled(of: Of, k: int, at: int, chance: int) -> list[Cell]:
    found = of.recalls
    share, n_test = of.classes.shares[k], found.n_test[k]
    gap = found.over_chance[at, k, -1] if chance >= 0 else np.nan
    n = int(found.n_repeats[at, k, -1])
    return [
        one_line(of.classes.names[k]),
        (percent(share), share),
        ("none", 0) if np.isnan(n_test) else (f"{n_test:,.0f}", round(float(n_test), 1)),
        _score(found.mean[at, k, -1], found.half[at, k, -1]),
        _score(found.mean[chance, k, -1], found.half[chance, k, -1])
        if chance >= 0
        else (NOTHING, None),
        (NOTHING, None) if np.isnan(gap) else (f"{gap:+.3f}", round(float(gap), 4)),
        (str(n), n),
    ]


def _score(mean: float, half: float) -> Cell:
    if np.isnan(mean):
        return (NOTHING, None)
    return (f"{mean:.3f}" + ("" if np.isnan(half) else f" ± {half:.3f}"), round(float(mean), 4))


def _confusion(content: Content, every: list[Of]) -> dict[Key, Panel]:
    panels: dict[Key, Panel] = {}
    for one in every:
        stored = content.frames.confusions.get(one.name)
        cells = {}
        if stored:
            order = np.asarray(one.classes.places)
            counts = stored.counts[:, order][:, :, order]
            rows = stored.cells.itertuples(index=False, name=None)
            cells = {(c, b): (counts[i], n) for i, (c, b, n) in enumerate(rows)}
        for curve in one.curves:
            key = _key(content, curve)
            for budget in reversed(content.grid.budgets[one.name]):
                cell = cells.get((curve, budget))
                figure, note = None, "No tuned model of this cell has a confusion matrix yet."
                if cell:
                    figure, note = (
                        _matrix(content, one, (curve, budget), cell),
                        _few(content, one.name, cell[1]),
                    )
                panels[*key, str(budget)] = Panel(figure, note=note)
    return panels


def _matrix(
    content: Content, of: Of, cell: tuple[int, int], found: tuple[npt.NDArray[np.int64], int]
) -> Figure:
    (curve, budget), (counts, n) = cell, found
    who = pipeline(dict(content.grid.curves.loc[curve]))
    over = f"{n} repeats summed" if n > 1 else "one repeat"
    return confusion_map(of.classes.names, counts, f"{who} at {budget:,} labels, {over}")


def _few(content: Content, dataset: str, n: int) -> str:
    all_ = content.grid.repeats[dataset]
    return "" if n == all_ else f"{n} of {all_} repeats have a matrix by now."
