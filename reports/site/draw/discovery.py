"""Labels until the k-th row of each class: a dot for each strategy and class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from reports.rare import percent
from reports.site.draw.text import plain
from reports.site.panels import Figure, Json

MOST = 20  # classes that are drawn; the table has all
BAND = 0.7  # of a class's row that its dots spread over


def discovery_dots(
    rows: pd.DataFrame,
    names: Sequence[str],
    shares: Sequence[float],
    styles: Mapping[str, Mapping[str, str]],
) -> Figure:
    """Draw `rows` (class, strategy, rows, median, within) for the first of `names`.

    What was not found by half of the repeats stands, hollow, at the labels that were bought.
    """
    shown = list(names)[:MOST]
    strategies = list(dict.fromkeys(rows["strategy"]))
    place = {name: i for i, name in enumerate(shown)}
    known = rows[rows["class"].isin(shown)].dropna(subset=["median"])
    data: list[Json] = []
    for i, strategy in enumerate(strategies):
        mine = known[known["strategy"] == strategy]
        offset = 0.0 if len(strategies) == 1 else BAND * (i / (len(strategies) - 1) - 0.5)
        data += _of(
            strategy,
            mine.assign(y=mine["class"].map(place).astype(float) + offset),
            styles[strategy],
        )
    layout: Json = {
        "height": 90 + len(shown) * max(30, 12 * len(strategies)),
        "showlegend": True,
        "xaxis": {
            "title": {"text": "labels bought (logarithmic)"},
            "type": "log",
            **_range(known),
        },
        "yaxis": {
            "tickvals": list(range(len(shown))),
            "ticktext": [
                f"{plain(_short(n))} ({percent(s)})" for n, s in zip(shown, shares, strict=False)
            ],
            "range": [len(shown) - 0.4, -0.6],
            "showgrid": False,
        },
        "shapes": [_edge(i + 0.5) for i in range(len(shown) - 1)],
    }
    k = int(rows["rows"].iloc[0])
    about = (
        f"Labels bought by the end of the round with row {k} of each class, medians over repeats: "
        "a dot for each strategy. A hollow triangle: not found by half of the repeats within the "
        "labels that were bought. The rarest class is at the top, with its share of all rows."
    )
    return Figure(data, layout, about)


def _of(strategy: str, rows: pd.DataFrame, style: Mapping[str, str]) -> list[Json]:
    """Return the dots of one strategy, and its triangles if any."""
    is_found = np.isfinite(rows["median"].to_numpy())
    found, never = rows[is_found], rows[~is_found]
    colour = {"color": style["color"]}
    data = [
        _dots(strategy, found, "median")
        | {"marker": colour | {"symbol": style["symbol"], "size": 10}}
    ]
    if len(never):
        triangle = {"symbol": "triangle-right-open", "size": 11, "line": {"width": 2}}
        data.append(
            _dots(strategy, never, "within")
            | {
                "name": f"{plain(strategy)}: not within",
                "showlegend": False,
                "marker": colour | triangle,
                "hovertemplate": "%{text}: not within %{x:,} labels<extra></extra>",
            }
        )
    return data


def _dots(strategy: str, rows: pd.DataFrame, labels: str) -> Json:
    return {
        "x": rows[labels].tolist(),
        "y": rows["y"].round(3).tolist(),
        "text": [plain(name) for name in rows["class"]],
        "name": plain(strategy),
        "legendgroup": plain(strategy),
        "mode": "markers",
        "hovertemplate": "%{text}: %{x:,} labels<extra>%{fullData.name}</extra>",
    }


def _range(rows: pd.DataFrame) -> Json:
    """Room on both sides of what is drawn, so that no dot lies on the edge."""
    met = rows["median"][np.isfinite(rows["median"])]
    ends = [*met, *rows["within"]]
    if not ends or min(ends) <= 0:
        return {}
    low, high = np.log10(min(ends)) - 0.12, np.log10(max(ends)) + 0.12
    powers = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    ticks = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
    ticks = [tick for tick in ticks if low <= np.log10(tick) <= high]
    if len(ticks) > 6:  # noqa: PLR2004 - a telephone has no room for more
        ticks = [10.0**power for power in powers if low <= power <= high]
    return {
        "range": [low, high],
        "tickvals": ticks,
        "ticktext": [f"{tick:,.0f}" for tick in ticks],
    }


def _edge(y: float) -> Json:
    line = {"color": "var(--line)", "width": 1}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": line}


def _short(name: str) -> str:
    return name if len(name) <= 20 else f"{name[:19]}…"  # noqa: PLR2004 - room beside an axis
