"""Comparisons: strategies with random and with each other, and methods over datasets."""

from __future__ import annotations

import pandas as pd

from datasets.visible import one_line
from harness.schema import LOWER_IS_BETTER, METRICS
from reports.metric_names import TITLES
from reports.ranks.power import LEVEL
from reports.site.content import Content
from reports.site.files import Files
from reports.site.over_datasets import PLURALS, over_datasets
from reports.site.page import Filled
from reports.site.panels import Choice, Panels
from reports.site.within import best, within
from reports.site.written import counted


def fill(content: Content, files: Files) -> Filled:
    """Compute all comparisons by area, for each metric that has any."""
    metrics = _metrics(content)
    dataset = Choice("dataset", "Dataset")
    metric = Choice("metric", "Metric", {name: _title(name) for name in metrics})
    by = Choice("by", "Methods are", PLURALS)
    inside, over = within(content, metrics), over_datasets(content, metrics)
    parts = {
        "chance": Panels("chance", "Against random", [dataset, metric], inside.chance, 2),
        "matrix": Panels("matrix", "Against each other", [dataset, metric], inside.matrix, 2),
        "each": Panels("each", "Pipeline by pipeline", [dataset, metric], inside.each, 2),
        "best": Panels("best", "What may be the best", [dataset], dict(best(content))),
        "ranks": Panels("ranks", "Over datasets: average ranks", [by, metric], over.ranks),
        "pairs": Panels("pairs", "Over datasets: all pairs", [by, metric], over.pairs),
        "probable": Panels("probable", "Over datasets: probabilities", [by], over.probable),
    }
    return {
        "answers": _answers(content),
        "metric": TITLES[content.metric],
        "parts_of_page": {name: panels.sent(files) for name, panels in parts.items()},
        "page_uses_plots": True,
    }


def _metrics(content: Content) -> list[str]:
    """Return the metrics that have scores, the main one first."""
    others = [name for name in METRICS if name != content.metric]
    return [content.metric, *(n for n in others if len(content.frames.measures(n).points))]


def _title(metric: str) -> str:
    turned = ", turned around" if metric in LOWER_IS_BETTER else ""
    return f"{TITLES[metric]}{turned}"


def _answers(content: Content) -> list[tuple[str, str]]:
    pairs = content.frames.pairs(content.metric)
    return [(one_line(name), _answer(pairs[pairs["dataset"] == name])) for name in content.datasets]


def _answer(mine: pd.DataFrame) -> str:
    """Say in a sentence what the comparisons with random come to."""
    if mine.empty:
        return "no strategy can be compared with random."
    known = mine[mine["p_holm"].notna()]
    n = counted(len(mine), "comparison")
    if known.empty:
        up, down = int((mine["mean"] > 0).sum()), int((mine["mean"] < 0).sum())
        whys = mine.loc[mine["why"] != "", "why"].value_counts()
        text = (
            f"in {up} of {n} the strategy is above random on average, in {down} below it; whether "
        )
        untested = int(whys.sum())
        which = "" if untested == len(mine) else f"{untested} not tested, so none is adjusted: "
        return f"{text}by more than noise is not known ({which}{whys.index[0]})."
    sure = known[known["p_holm"] < LEVEL]
    up, down = int((sure["mean"] > 0).sum()), int((sure["mean"] < 0).sum())
    text = (
        f"in {up} of {n} the strategy is better than random by more than noise, in {down} worse; "
    )
    untested = len(mine) - len(known)
    equal = f", {untested} are the same in every repeat" if untested else ""
    return f"{text}{len(known) - len(sure)} may be noise{equal}."
