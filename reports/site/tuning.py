"""The page on tuning: what it bought, how soon, and which hyperparameters matter."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from datasets.visible import one_line
from harness.schema import LOWER_IS_BETTER
from reports import gains, units
from reports.columns import NOTHING
from reports.importance import Importance, Parameter, importance, scored
from reports.metric_names import TITLES
from reports.results import frame
from reports.site.content import Content
from reports.site.draw.tuning import course, gain_dots, importance_bars
from reports.site.files import Files
from reports.site.page import Filled
from reports.site.panels import Cell, Choice, Column, Key, Panel, Panels, Table
from reports.trajectories import trajectories

UNIT = 0.01  # of a score, that seconds are given for

GAINED = [
    Column("Classifier", "the gain is that of all its pipelines and strategies", is_filter=True),
    Column("Labels", "bought", is_number=True),
    Column("Gain", "tuned - default, mean over repeats with its 95 % interval", is_number=True),
    Column("Better", "studies whose winner beats the defaults on the test rows", is_number=True),
    Column("Equal", "studies whose winner scores as the defaults do, or is them", is_number=True),
    Column("Worse", "studies whose winner is worse than the defaults", is_number=True),
    Column("Studies", "with both", is_number=True),
    Column("Tuning", "seconds of all trials of a study but the defaults, mean", is_number=True),
    Column(
        "Per 0.01",
        "seconds of tuning for 0.01 gained; where the interval lies above zero",
        is_number=True,
    ),
]
COURSE = [
    Column("Trial", "0: the defaults", is_number=True),
    Column("Validation", "best validation score so far, mean over studies", is_number=True),
    Column("Test", "test score of the same models, mean over studies", is_number=True),
    Column("Gap", "by which the validation score is better than the test score", is_number=True),
    Column("Winner here", "share of studies that this trial wins in the end", is_number=True),
]
IMPORTANT = [
    Column("Parameter", "component.parameter"),
    Column("Importance", "its part of what all together explain", is_number=True),
    Column(
        "More than noise?",
        "no: scores that were shuffled within their study gave as much at least once in 19 times",
    ),
    Column("Values", "that were tried"),
    Column("Trials", "that have it", is_number=True),
]


def fill(content: Content, files: Files) -> Filled:
    """Compute gains, the course of studies and the importance of parameters."""
    found = gains.gains(content.frames.tuning_gain(content.metric))
    dataset = Choice("dataset", "Dataset")
    classifier = Choice("classifier", "Classifier", is_on_top=True)
    parts = [
        Panels("gain", "Tuned or default?", [dataset], _gains(content, found)),
        Panels(
            "course",
            "How far had tuning got after each trial?",
            [dataset, classifier, Choice("budget", "Labels", content.budgets, is_slider=True)],
            _courses(content),
        ),
        Panels(
            "importance",
            "Which hyperparameters matter?",
            [dataset, classifier],
            _importances(content),
        ),
    ]
    return {
        "sentences": [
            one_line(gains.sentence(found, name, content.metric)) for name in content.datasets
        ],
        "metric": TITLES[content.metric],
        "shown": {part.name: part.sent(files) for part in parts},
    }


def _gains(content: Content, found: pd.DataFrame) -> dict[Key, Panel]:
    spent = gains.seconds(content.results.trials)
    found = found.merge(spent, on=gains.KEY, how="left")
    styles = content.styles["classifier"]
    title = TITLES[content.metric]
    panels: dict[Key, Panel] = {}
    for name in content.datasets:
        rows = found[found["dataset"] == name]
        if rows.empty:
            panels[name,] = Panel(note="No study has both a winner and a tested default yet.")
            continue
        lines = [_gained(row) for row in rows.to_dict("records")]
        note = ""
        if rows["half"].isna().all():
            n = int(rows["n_repeats"].max())
            note = f"No intervals: underpowered, N = {n} repeat{'s' * (n > 1)}, needs 5."
        if (content.results.trials["number"] > 0).sum() == 0:
            note = "Only the defaults were tried: every study's winner is its trial 0."
        caption = f"What tuning gained in {title}"
        panels[name,] = Panel(gain_dots(rows, title, styles), Table(GAINED, lines, caption), note)
    return panels


def _gained(row: dict[Hashable, Any]) -> list[Cell]:
    mean, half, spent = row["mean"], row["half"], row["tuning_s"]
    interval = "" if math.isnan(half) else f" ± {half:.3f}"
    per: Cell = (NOTHING, None)
    if not math.isnan(half) and mean - half > 0 and not math.isnan(spent):
        cost = spent * UNIT / mean
        per = (units.duration(cost), round(cost, 4))
    return [
        one_line(str(row["classifier"])),
        _count(row["n_labels"]),
        (f"{mean:+.3f}{interval}", round(mean, 5)),
        *(_count(row[name]) for name in ("wins", "ties", "losses", "n_studies")),
        (NOTHING, None) if math.isnan(spent) else (units.duration(spent), round(spent, 4)),
        per,
    ]


def _count(value: float) -> Cell:
    return (f"{int(value):,}", int(value))


def _courses(content: Content) -> dict[Key, Panel]:
    trials = content.results.trials
    by = dict(iter(trajectories(trials).groupby(["dataset", "classifier", "budget"])))
    metrics = trials["metric"].unique()
    sign = -1.0 if content.results.tuning_metric in LOWER_IS_BETTER else 1.0
    title = TITLES[content.results.tuning_metric] if len(metrics) == 1 else "score"
    cells = trials[["dataset", "classifier", "budget"]].drop_duplicates()
    ordered = cells.sort_values(["dataset", "classifier", "budget"], ascending=[True, True, False])
    panels: dict[Key, Panel] = {}
    for dataset, classifier, budget in ordered.itertuples(index=False, name=None):
        rows = by.get((dataset, classifier, budget))
        panels[dataset, classifier, str(budget)] = (
            Panel(note="No study has a score since its first trial, so there is no mean to draw.")
            if rows is None
            else _course(rows, (title, sign), f"{classifier} on {dataset} at {budget:,} labels")
        )
    return panels


def _course(rows: pd.DataFrame, metric: tuple[str, float], where: str) -> Panel:
    title, sign = metric
    n, left_out = int(rows["n_studies"].iloc[0]), int(rows["n_left_out"].iloc[0])
    studies = f"{n} stud{'ies' if n > 1 else 'y'} of {one_line(where)}"
    notes = []
    if left_out:
        notes.append(
            f"{left_out} more stud{'ies are' if left_out > 1 else 'y is'} left out: without a "
            "score at the first trial, or with fewer trials by now."
        )
    if len(rows) == 1:
        notes.append("One trial only, the defaults: nothing was tuned.")
    lines: list[list[Cell]] = [
        [
            _count(row["number"]),
            _score(row["validation"]),
            _score(row["test"]),
            _score(sign * (row["validation"] - row["test"]), "+.3f"),
            (f"{100 * row['winner_here']:.0f} %", round(row["winner_here"], 4)),
        ]
        for row in rows.to_dict("records")
    ]
    return Panel(course(rows, title, studies), Table(COURSE, lines, studies), " ".join(notes))


def _score(value: float, form: str = ".3f") -> Cell:
    return (NOTHING, None) if np.isnan(value) else (format(value, form), round(value, 5))


_READ = ["dataset", "classifier", "budget", "study_id", "number", "metric", "status", "params"]


def _importances(content: Content) -> dict[Key, Panel]:
    metrics = sorted(content.results.trials["metric"].unique())
    stored = content.frames.stored("trials", [*_READ, *(f"val_{name}" for name in metrics)])
    trials = frame(stored)
    every = dict(iter(scored(trials).groupby(["dataset", "classifier", "budget"])))
    pairs = (
        trials[["dataset", "classifier"]].drop_duplicates().sort_values(["dataset", "classifier"])
    )
    panels: dict[Key, Panel] = {}
    for dataset, classifier in pairs.itertuples(index=False, name=None):
        budget = content.grid.budgets.get(dataset, [0])[-1]
        rows = every.get((dataset, classifier, budget))
        panels[dataset, classifier] = (
            Panel(note=f"No trial at {budget:,} labels, the largest budget, has a score yet.")
            if rows is None
            else _importance(importance(rows), f"{classifier} on {dataset} at {budget:,} labels")
        )
    return panels


def _importance(found: Importance, where: str) -> Panel:
    if found.why:
        return Panel(note=f"{one_line(where).capitalize()}: {found.why}.")
    caption = (
        f"{one_line(where)}: {found.n_trials:,} trials of {found.n_studies:,} "
        f"stud{'ies' if found.n_studies > 1 else 'y'}"
    )
    note = ""
    if all(one.is_noise for one in found.parameters):
        note = "None stands out: shuffled scores give as much."
    if len(found.parameters) == 1:
        note = f"One hyperparameter only, which has all of the importance. {note}".strip()
    lines = [_parameter(one) for one in found.parameters]
    return Panel(importance_bars(found, one_line(where)), Table(IMPORTANT, lines, caption), note)


def _parameter(one: Parameter) -> list[Cell]:
    return [
        one_line(one.name),
        _score(one.importance),
        "no" if one.is_noise else "yes",
        one_line(one.values),
        _count(one.n_trials),
    ]
