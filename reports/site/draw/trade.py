"""Score against cost: a point for each cell, and the front that none beats."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from reports.site.draw.text import plain
from reports.site.panels import Figure, Json

DECADES = 1.2  # that the axis of costs has at least, so that there are ticks on it
SCORES = 0.04  # that the axis of scores spans at least: a smaller difference looks small
MANY_TICKS = 9  # from here on whole powers of ten only
Unit = Callable[[float], str]


@dataclass(frozen=True)
class Axes:
    """What is set against what."""

    cost: str
    score: str
    unit: Unit  # writes a cost
    about: str  # the figure


def trade(
    cells: pd.DataFrame,
    best: npt.NDArray[np.intp],
    axes: Axes,
    styles: Mapping[str, Mapping[str, str]],
) -> Figure:
    """Draw `cells`: columns cost (above 0), mean, is_partial, classifier and what (its names).

    `best` are the places of the front, cheapest first. Costs are on a logarithmic axis.
    """
    line = cells.iloc[best]
    data: list[Json] = [_front(line)]
    for name, rows in cells.groupby("classifier"):
        style = styles[str(name)]
        hollow = [_hollow(style["symbol"]) if p else style["symbol"] for p in rows["is_partial"]]
        data.append(
            {
                "x": _digits(rows["cost"]),
                "y": rows["mean"].round(5).tolist(),
                "name": plain(name),
                "mode": "markers",
                "marker": {"color": style["color"], "size": 9, "symbol": hollow},
                "text": [
                    f"{plain(what)}<br>{mean:.3f}, {axes.unit(cost)}"
                    for what, mean, cost in zip(
                        rows["what"], rows["mean"], rows["cost"], strict=True
                    )
                ],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    low, high = _around(np.log10(cells["cost"].to_numpy(dtype=float)), DECADES)
    bottom, top = _around(cells["mean"].to_numpy(dtype=float), SCORES)
    layout = {
        "height": 460,
        "showlegend": True,
        "xaxis": {
            "type": "log",
            "range": [low, high],
            "title": {"text": f"{axes.cost} (logarithmic)"},
            **_ticks(low, high, axes.unit),
        },
        "yaxis": {"title": {"text": axes.score}, "range": [bottom, top]},
    }
    return Figure(data, layout, axes.about)


def _front(line: pd.DataFrame) -> Json:
    return {
        "x": _digits(line["cost"]),
        "y": line["mean"].round(5).tolist(),
        "name": "front: none is both better and cheaper",
        "mode": "lines+markers",
        "line": {"color": "var(--quiet)", "width": 1.5, "dash": "dash", "shape": "hv"},
        "marker": {
            "symbol": "circle-open",
            "size": 17,
            "color": "var(--ink)",
            "line": {"width": 1.5},
        },
        "hoverinfo": "skip",
    }


def _hollow(symbol: str) -> str:
    return symbol if symbol.endswith("-open") else f"{symbol}-open"


def _digits(values: pd.Series) -> list[float]:
    return [float(f"{value:.5g}") for value in values]


def _around(values: npt.NDArray[np.float64], least: float) -> tuple[float, float]:
    """Return where an axis of these begins and ends: a twentieth more, and `least` at all."""
    low, high = float(values.min()), float(values.max())
    more = max((high - low) / 20, least / 2 if high - low < least else 0)
    return low - more, high + more


def _ticks(low: float, high: float, unit: Unit) -> Json:
    """1, 2, 5, 10 ..., each with its unit; plotly leaves it out between powers of ten."""
    powers = [10.0**n for n in range(math.floor(low), math.floor(high) + 1)]

    def inside(values: Sequence[float]) -> list[float]:
        return [value for value in values if low <= math.log10(value) <= high]

    fine = inside([step * power for power in powers for step in (1, 2, 5)])
    shown = fine if len(fine) < MANY_TICKS else inside(powers)
    return {"tickvals": shown, "ticktext": [unit(value) for value in shown]}
