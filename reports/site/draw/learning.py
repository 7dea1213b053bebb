"""The key figure: the winner's learning curve beside that of chance."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from reports.answer import pipeline
from reports.efficiency import Target
from reports.efficiency.of_run import baselines
from reports.headline import Headline
from reports.metric_names import TITLES
from reports.site.content import Content
from reports.site.draw.text import plain
from reports.site.panels import Figure, Json

HEIGHT = 400


def winner_and_chance(
    content: Content, dataset: str, best: Headline, rival: Headline | None = None
) -> Figure | None:
    """Draw the tuned means of the winner and of chance in its pipeline, with their intervals.

    `rival` is the best that does not buy by chance: it is drawn beside a winner that does.
    """
    chance = int(baselines(content.grid)[best.winner])
    names, styles = content.grid.curves, content.styles["strategy"]
    shown = [best.winner]
    if chance >= 0 and chance != best.winner:
        shown.append(chance)
    if rival:
        shown.append(rival.winner)
    means = content.main.means.reset_index()
    means = means[means["series"] == "tuned"]
    data: list[Json] = []
    for curve in shown:
        rows = means[means["curve"] == curve]
        strategy = str(names.loc[curve, "strategy"])
        name = f"{strategy}{' (first)' * (curve == best.winner)}"
        if rival and curve == rival.winner:
            name = f"{pipeline(content.grid.names(curve))} (best other)"
        name = plain(name)
        data += line(rows, name, styles[strategy])
    goal = content.main.targets.get(dataset)
    title = TITLES[content.metric]
    layout = {
        "height": HEIGHT,
        "xaxis": {"title": {"text": "labels bought"}, "rangemode": "tozero"},
        "yaxis": {"title": {"text": title}},
        "showlegend": True,
        **levels(goal),
    }
    if goal:
        # Shapes do not stretch the axis; two invisible points do.
        ends = {"x": [data[0]["x"][0]] * 2, "y": [goal.reference, goal.value]}
        data.append({**ends, **_HIDDEN})
    other = "random sampling in its pipeline"
    if rival:
        other = "as that samples at random, the best with another strategy"
    about = (
        f"{title} on {dataset}: the first combination of the leaderboard, and {other}. Means over "
        "all repeats, so the first is flattered a little; bars are 95 % intervals, point by point."
    )
    return Figure(data, layout, about)


def line(rows: pd.DataFrame, name: str, style: Mapping[str, str]) -> list[Json]:
    """Draw `rows` (n_labels, mean, half) as a line with its intervals as bars."""
    return [
        {
            "x": rows["n_labels"].tolist(),
            "y": rows["mean"].round(5).tolist(),
            "error_y": {
                "type": "data",
                "array": [None if math.isnan(half) else round(half, 5) for half in rows["half"]],
                "thickness": 1.5,
                "width": 5,
            },
            "name": name,
            "mode": "lines+markers",
            "line": {"color": style["color"], "dash": style["dash"], "width": 2.5},
            "marker": {"color": style["color"], "symbol": style["symbol"], "size": 8},
            "hovertemplate": "%{x:,} labels: %{y:.3f}<extra>%{fullData.name}</extra>",
        }
    ]


def levels(goal: Target | None) -> Json:
    """Return lines for the target and for the score that it is a part of."""
    if goal is None:
        return {}
    is_above = goal.reference >= goal.value
    lines = [
        (goal.reference, "solid", is_above, f"all {goal.n_labels:,} labels: {goal.reference:.3f}"),
        (goal.value, "dash", not is_above, f"target: {goal.value:.3f}"),
    ]
    return {
        "shapes": [
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": y,
                "y1": y,
                "layer": "below",
                "line": {"color": "var(--quiet)", "width": 1.5, "dash": dash},
            }
            for y, dash, _, _ in lines
        ],
        "annotations": [
            {
                "xref": "paper",
                "x": 0.005,
                "xanchor": "left",
                "y": y,
                "text": text,
                "yanchor": "bottom" if is_over else "top",
                "showarrow": False,
                "bgcolor": "var(--veil)",
                "borderpad": 0,
                "font": {"size": 12, "color": "var(--quiet)"},
            }
            for y, _, is_over, text in lines
        ],
    }


_HIDDEN = {"mode": "markers", "marker": {"opacity": 0}, "hoverinfo": "skip", "showlegend": False}
