"""Horizontal bars: names stand beside them, however long they are and however many."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from reports.site.draw.text import plain
from reports.site.panels import Figure, Json

EACH = 34  # pixels of a bar
LONGEST = 22  # characters of a name
LOG_FROM = 100  # largest over smallest: from here on a small bar could not be seen


def stacked(
    names: Sequence[str],
    parts: Mapping[str, Sequence[float]],
    title: str,
    about: str,
    colours: Sequence[str],
) -> Figure:
    """Draw a bar for each of `names`, top down, made of `parts` (what -> a value for each name)."""
    labels = [plain(name) for name in names]
    data: list[Json] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": plain(what),
            "y": labels,
            "x": [round(value, 6) for value in values],
            "marker": {"color": colour},
            "hovertemplate": "%{y}: %{x:,.3~f}<extra>%{fullData.name}</extra>",
        }
        for (what, values), colour in zip(parts.items(), colours, strict=False)
    ]
    layout: Json = {**_layout(names, title), "barmode": "stack", "showlegend": len(data) > 1}
    layout["legend"] = {"traceorder": "normal"}
    return Figure(data, layout, about)


def counted(
    names: Sequence[str], counts: Sequence[int], title: str, about: str, colour: str
) -> Figure:
    """Draw counts, each written beside its bar; logarithmic where small ones would vanish."""
    top = max(counts, default=0)
    low = min((n for n in counts if n), default=0)
    bar: Json = {
        "type": "bar",
        "orientation": "h",
        "y": [plain(name) for name in names],
        "x": list(counts),
        "marker": {"color": colour},
        "text": [f"{n:,}" for n in counts],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": "%{y}: %{x:,}<extra></extra>",
    }
    layout = _layout(names, title)
    layout["margin"] = {**layout["margin"], "r": 80}
    layout["xaxis"] |= {"tickformat": ",", "nticks": 5}
    if low and top > LOG_FROM * low:
        layout["xaxis"] = {
            "title": {"text": f"{title} (logarithmic)"},
            "type": "log",
            "dtick": 1,
            "tickformat": ",",
            "range": [math.log10(low) - 0.4, math.log10(top) + 0.3],
        }
    return Figure([bar], layout, about)


def _layout(names: Sequence[str], title: str) -> Json:
    labels = [plain(name) for name in names]
    return {
        "height": 100 + EACH * max(len(names), 1),
        "margin": {"l": 16, "r": 24, "t": 12, "b": 52},
        "bargap": 0.3,
        "xaxis": {"title": {"text": title}, "rangemode": "tozero"},
        "yaxis": {
            "autorange": "reversed",
            "type": "category",
            "tickvals": labels,
            "ticktext": [plain(_short(name)) for name in names],
        },
    }


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
