"""How plots look: one colour, dash and marker per name, and the layout that all plots share."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

# After Okabe and Ito (2008), "Color universal design", with darker yellow and sky blue, and purple:
# each has a contrast of 3 or more to white paper and to the dark page. Ordered so that the first
# names are the easiest to tell apart.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8A6D00", "#2E94C4", "#8B6BC9")
BASELINE = "#7A7F87"  # the strategy `random`, which all others are measured against
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
MARKERS = ("circle", "square", "diamond", "triangle-up", "x", "cross", "star")


def styles(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return a colour, a dash and a marker for each of `names`, the same whatever is shown with it.

    >>> styles(["margin", "random"])["random"]["color"]
    '#7A7F87'
    """
    found = {}
    others = sorted(set(names) - {"random"})
    for i, name in enumerate(others):
        found[name] = {
            "color": PALETTE[i % len(PALETTE)],
            "dash": DASHES[(i // len(PALETTE)) % len(DASHES)],
            "symbol": MARKERS[i % len(MARKERS)],
        }
    if "random" in names:
        found["random"] = {"color": BASELINE, "dash": "solid", "symbol": "circle-open"}
    return found


def layout() -> dict[str, Any]:
    """Return the layout of a plot, as plotly.js takes it; titles of axes are the page's to fill."""
    import plotly.graph_objects as go

    axis = {"gridcolor": "#e3e6ea", "linecolor": "#8a93a0", "ticks": "outside", "zeroline": False}
    figure = go.Figure(
        layout={
            "template": "none",
            "font": {"family": "system-ui, sans-serif", "size": 14, "color": "#1b1f24"},
            "paper_bgcolor": "#ffffff",
            "plot_bgcolor": "#ffffff",
            "margin": {"l": 64, "r": 16, "t": 16, "b": 56},
            "xaxis": {**axis, "rangemode": "tozero", "automargin": True},
            "yaxis": {**axis, "automargin": True},
            "legend": {"orientation": "h", "x": 0, "xanchor": "left"},
            "hovermode": "closest",
        }
    )
    found: dict[str, Any] = json.loads(figure.to_json())["layout"]
    return found
