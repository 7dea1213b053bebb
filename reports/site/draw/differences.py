"""Differences: dots with their intervals, and maps of many of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from datasets.visible import one_line
from reports.axis_effects import Effect
from reports.site.draw.text import plain
from reports.site.panels import Figure, Json
from reports.site.written import interval, signed

ROW = 34  # pixels of a component
# Brewer's PuOr; colour-blind readers can tell apart, without its dark ends: texts are on it
DIVERGING = [[0.0, "#f1a340"], [0.5, "#f7f7f7"], [1.0, "#998ec3"]]
ON_COLOUR = "#1b1f24"  # readable on all of them
SMALLEST = 0.01  # of the scale of colours: differences of a thousandth shall not look large


def dots(effects: Sequence[Effect], colours: Mapping[str, Mapping[str, str]], axis: str) -> Figure:
    """Draw the mean difference of each component to the baseline, with its interval if any."""
    shown = [one for one in effects if not math.isnan(one.found.mean)]
    data = [_dot(one, colours[one.component]) for one in shown]
    against = shown[0].against
    layout = {
        "height": 110 + ROW * len(shown),
        "showlegend": False,
        "xaxis": {"title": {"text": f"difference to {plain(against)}"}, "range": _around(shown)},
        "yaxis": {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": [plain(one.component) for one in shown][::-1],
            "range": [-0.6, len(shown) - 0.4],
        },
        "shapes": [zero()],
    }
    has_no_interval = any(math.isnan(one.found.low) for one in shown)
    about = f"Each {axis} minus {one_line(against)}: the mean over repeats of the differences over "
    about += "shared pipelines; right of zero is better. Bars are 95 % intervals"
    about += ", where there is one." if has_no_interval else "."
    return Figure(data, layout, about)


def _around(effects: Sequence[Effect]) -> list[float]:
    """Return a range that holds all intervals, and zero."""
    numbers = [n for one in effects for n in (one.found.low, one.found.high, one.found.mean)]
    known = [0.0, *(n for n in numbers if not math.isnan(n))]
    pad = max(0.05 * (max(known) - min(known)), SMALLEST / 10)
    return [min(known) - pad, max(known) + pad]


def _dot(one: Effect, style: Mapping[str, str]) -> Json:
    found = one.found
    colour = style["color"]
    bar: Json = {}
    text = signed(found.mean)[0]
    if not math.isnan(found.low):
        half = round((found.high - found.low) / 2, 6)
        bar = {"error_x": {"type": "data", "array": [half], "thickness": 2, "width": 6}}
        bar["error_x"]["color"] = colour
        text += f" {interval(found)}"
    return {
        "x": [round(found.mean, 6)],
        "y": [plain(one.component)],
        "name": plain(one.component),
        "text": [f"{text}, {one.coverage} pipelines"],
        "mode": "markers",
        "marker": {"color": colour, "symbol": style["symbol"], "size": 11, "line": {"width": 2}},
        "hovertemplate": "%{y}: %{text}<extra></extra>",
        **bar,
    }


def zero() -> Json:
    """Return the line where nothing differs."""
    return {
        "type": "line",
        "yref": "paper",
        "x0": 0,
        "x1": 0,
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"color": "var(--quiet)", "width": 1.5, "dash": "dash"},
    }


@dataclass(frozen=True)
class Map:
    """Differences in rows and columns; NaN: missing, and shown as such."""

    table: pd.DataFrame
    about: str


def heatmap(of: Map) -> Figure:
    """Draw a map of differences: violet is better, orange is worse."""
    table = of.table
    values = [
        [None if math.isnan(v) else round(float(v), 6) for v in row] for row in table.to_numpy()
    ]
    known = [abs(v) for row in values for v in row if v is not None]
    most = max([SMALLEST, *known])
    xs, ys = [plain(name) for name in table.columns], [plain(name) for name in table.index]
    texts = [["–" if v is None else signed(v)[0] for v in row] for row in values]
    is_wide = len(xs) > 8  # noqa: PLR2004 - as many texts fit beside each other
    heat: Json = {
        "type": "heatmap",
        "x": xs,
        "y": ys,
        "z": values,
        "text": texts,
        "zmin": -most,
        "zmax": most,
        "colorscale": DIVERGING,
        "colorbar": {"tickvals": [-most, 0, most], "tickformat": "+.3f", "thickness": 12, "len": 1},
        "hoverongaps": False,
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "%{y}, %{x}: %{text}<extra></extra>",
    }
    if not is_wide:
        heat |= {"texttemplate": "%{text}", "textfont": {"color": ON_COLOUR}}
    category = {"type": "category", "showgrid": False, "tickfont": {"size": 12}}
    layout = {
        "height": 130 + ROW * len(ys),
        "margin": {"l": 56, "r": 8, "t": 16, "b": 40},
        "xaxis": category,
        "yaxis": {**category, "autorange": "reversed"},
        "annotations": [
            {"x": x, "y": y, "text": "–", "showarrow": False, "font": {"color": "var(--quiet)"}}
            for y, row in zip(ys, values, strict=True)
            for x, value in zip(xs, row, strict=True)
            if value is None
        ],
    }
    about = f"{of.about} Violet is better, orange is worse; – is missing: nothing to compare."
    return Figure([heat], layout, about)
