"""What each part of a pipeline changes, all else equal."""

from __future__ import annotations

import math
from itertools import product

import pandas as pd

from datasets.visible import one_line
from harness.schema import LOWER_IS_BETTER
from reports.axis_effects import Axis, Effect, Places, values
from reports.metric_names import TITLES
from reports.ranks.adjusted import adjusted
from reports.ranks.overlaps import overlaps
from reports.ranks.power import LEVEL
from reports.site.content import Content
from reports.site.draw.differences import Map, dots, heatmap
from reports.site.files import Files
from reports.site.page import Filled
from reports.site.panels import Cell, Choice, Column, Key, Panel, Panels, Table
from reports.site.tested import COVERAGE, TESTED, compared
from reports.site.written import ONLY_SEEING, counted, signed

AREA = "area"  # what is compared, unless it is the scores at a budget
REST = "the rest"  # stands for the other axes where none of them has a choice
ORDER = ("scaler", "resampler", "classifier", "strategy")
COLUMNS = (
    Column("component", "of the axis that was chosen"),
    Column("against", "the baseline: none, random, or the one with the most pipelines"),
    Column("difference", "mean over repeats; above zero is better", is_number=True),
    *TESTED,
    COVERAGE,
)
WITHIN = (
    Column("within", "component of the other axis that is held fixed"),
    Column("component", "of the axis that was chosen"),
    Column("difference", "mean over repeats; above zero is better", is_number=True),
    COVERAGE,
)


def fill(content: Content, files: Files) -> Filled:
    """Compute every axis of every dataset, for areas and for each budget."""
    effects: dict[Key, Panel] = {}
    maps: dict[Key, Panel] = {}
    answers: list[tuple[str, str]] = []
    overlap = overlaps(content.results)
    tables = _tables(content)
    for dataset in content.datasets:
        budgets = content.grid.budgets[dataset]
        whats = [*([AREA] if len(budgets) > 1 else []), *map(str, budgets)]
        for places, what in product(_places(content, dataset), whats):
            axis = places.filled(tables[what])
            found = _effects(axis, overlap.get(dataset))
            effects[dataset, axis.name, what] = _panel(content, axis, found)
            for other in _others(axis):
                maps[dataset, axis.name, other, what] = _map(axis, other)
            if what == whats[0] and (text := _said(axis, found)):
                answers.append((dataset, text))
    what_choice = Choice("what", "Compare", _whats(content))
    axis_choice, dataset_choice = Choice("axis", "What is changed"), Choice("dataset", "Dataset")
    shown = Panels("effects", "All else equal", [dataset_choice, axis_choice, what_choice], effects)
    within = Choice("within", "For each")
    by = Panels(
        "within",
        "Is it the same for all?",
        [dataset_choice, axis_choice, within, what_choice],
        maps,
    )
    return {
        "metric": TITLES[content.metric],
        "is_turned": content.metric in LOWER_IS_BETTER,
        "answers": _by_dataset(answers),
        "effects": shown.sent(files),
        "within": by.sent(files),
        "page_uses_plots": True,
    }


def _tables(content: Content) -> dict[str, pd.DataFrame]:
    """Return what may be compared: areas, and the scores at each budget."""
    every = {budget for at in content.grid.budgets.values() for budget in at}
    scores = {str(budget): values(content.main, budget) for budget in sorted(every)}
    return {AREA: values(content.main)} | scores


def _places(content: Content, dataset: str) -> list[Places]:
    """Return the axes; those with nothing to compare come last."""
    found = [Places.of(content.grid, dataset, name) for name in ORDER]
    return sorted(found, key=lambda places: not places.is_comparable)


def _whats(content: Content) -> dict[str, str]:
    budgets = {budget for at in content.grid.budgets.values() for budget in at}
    return {AREA: "area under the curve"} | {
        str(b): f"score at {b:,} labels" for b in sorted(budgets)
    }


def _effects(axis: Axis, overlap: float | None) -> list[tuple[Effect, float]]:
    """Return the effect of each component, with its adjusted p-value; the largest gain first."""
    found = [axis.effect(name, axis.baseline, overlap) for name in axis.others]
    both = list(zip(found, adjusted([one.found for one in found]), strict=True))
    return sorted(both, key=lambda pair: (math.isnan(pair[0].found.mean), -pair[0].found.mean))


def _panel(content: Content, axis: Axis, found: list[tuple[Effect, float]]) -> Panel:
    if not found:
        return Panel(note=_one_only(axis))
    figure = None
    effects = [effect for effect, _ in found]
    if any(effect.shared for effect in effects):
        figure = dots(effects, content.styles[axis.name], axis.name)
    rows = [compared(effect, adjusted) for effect, adjusted in found]
    return Panel(
        figure,
        Table(COLUMNS, rows, f"Each {axis.name} against {one_line(axis.baseline)}"),
        _note(effects),
    )


def _one_only(axis: Axis) -> str:
    if not axis.components:
        return ONLY_SEEING
    return f"One {axis.name} only ({one_line(axis.components[0])}): nothing to compare."


def _note(effects: list[Effect]) -> str:
    parts = []
    missing = [one for one in effects if one.shared < one.pipelines]
    if missing:
        covered = ", ".join(f"{one_line(one.component)}: {one.coverage}" for one in missing)
        parts.append(f"Coverage: pipelines shared with {one_line(effects[0].against)}: {covered}.")
    whys = sorted({one.found.why for one in effects if one.found.why and one.shared})
    if whys:
        parts.append(f"Not tested everywhere: {'; '.join(whys)}.")
    return " ".join(parts)


def _others(axis: Axis) -> list[str]:
    """Return the axes within which the effect may differ: those with several components."""
    return [str(name) for name in axis.rest if len(set(axis.rest[name])) > 1] or [REST]


def _map(axis: Axis, other: str) -> Panel:
    if not axis.others:
        return Panel(note=_one_only(axis))
    if other == REST:
        return Panel(note="The rest of the pipeline is always the same: nothing to take apart.")
    found = axis.by(other)
    names = found.index.get_level_values(other).unique()
    means = found["mean"].to_numpy().reshape(len(names), len(axis.others))
    wide = pd.DataFrame(means, index=names, columns=axis.others)
    against = one_line(axis.baseline)
    about = f"Mean differences of each {axis.name} to {against}, for each {other}."
    is_known = bool(wide.notna().to_numpy().any())
    rows: list[list[Cell]] = [
        [
            one_line(str(row[other])),
            one_line(str(row[axis.name])),
            signed(row["mean"]),
            (f"{row['shared']} of {row['pipelines']}", float(row["shared"])),
        ]
        for row in found.reset_index().to_dict("records")
    ]
    return Panel(
        heatmap(Map(wide, about)) if is_known else None,
        Table(WITHIN, rows, f"Each {axis.name} against {against}, for each {other}"),
        ""
        if is_known
        else f"No pipeline has both “{against}” and another {axis.name} on all repeats.",
    )


def _said(axis: Axis, found: list[tuple[Effect, float]]) -> str:
    """Return the answer for one axis in words: its largest gain and its largest loss, if known."""
    known = [(effect, p) for effect, p in found if effect.shared]
    if not known:
        return ""
    best, worst = known[0], known[-1]
    shown = [best] if best is worst else [best, worst]
    parts = [f"{one_line(effect.component)} {_change(effect, p)}" for effect, p in shown]
    return f"{axis.name.capitalize()}, against {one_line(axis.baseline)}: {'; '.join(parts)}."


def _change(effect: Effect, p: float) -> str:
    of = effect.found
    sure = ""
    if of.why:
        sure = f", not tested: {of.why}"
    elif math.isnan(p):
        sure = ", not adjusted for the others"
    else:
        sure = ", more than noise" if p < LEVEL else ", may be noise"
    covered = f"{effect.shared} of {counted(effect.pipelines, 'pipeline')}"
    return f"{signed(of.mean)[0]} ({covered}{sure})"


def _by_dataset(answers: list[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    frame = pd.DataFrame(answers, columns=["dataset", "text"])
    return [(one_line(str(name)), list(rows["text"])) for name, rows in frame.groupby("dataset")]
