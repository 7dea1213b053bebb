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
        style = styles[str(names.loc[curve, "strategy"])]
        name = pipeline(content.grid.names(curve))
        if curve == best.winner:
            name += " (first)"
        elif rival and curve == rival.winner:
            name += " (best other)"
        data += [*band(rows, style), line(rows, plain(name), style)]
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
        ends = {"x": [0, 0], "y": [goal.reference, goal.value]}
        data.append({**ends, **_HIDDEN})
    other = "random sampling in its pipeline"
    if rival:
        other = "as that samples at random, the best with another strategy"
    about = (
        f"{title} on {dataset}: the first combination of the leaderboard, and {other}; bands are "
        "95 % intervals, point by point. Each curve is one combination, its mean over all repeats: "
        "that flatters the first a little. The table above scores what is chosen without a repeat "
        "on that repeat, which at some budgets is another combination, so its scores may differ."
    )
    return Figure(data, layout, about)


def line(rows: pd.DataFrame, name: str, style: Mapping[str, str]) -> Json:
    """Draw `rows` (n_labels, mean, half) as a line; its intervals go along unseen, for the CSV."""
    halves = [None if math.isnan(half) else round(half, 5) for half in rows["half"]]
    return {
        "x": rows["n_labels"].tolist(),
        "y": rows["mean"].round(5).tolist(),
        "error_y": {"type": "data", "array": halves, "visible": False},
        "name": name,
        "mode": "lines+markers",
        "line": {"color": style["color"], "dash": style["dash"], "width": 2.5},
        "marker": {"color": style["color"], "symbol": style["symbol"], "size": 8},
        "hovertemplate": "%{x:,} labels: %{y:.3f}<extra>%{fullData.name}</extra>",
    }


def band(rows: pd.DataFrame, style: Mapping[str, str]) -> list[Json]:
    """Draw the intervals of `rows` as a band: bars of two curves would lie on each other."""
    known = rows[rows["half"].notna()]
    if len(known) < 2:  # noqa: PLR2004 - nothing lies between
        return []
    labels = known["n_labels"].tolist()
    low, high = known["mean"] - known["half"], known["mean"] + known["half"]
    return [
        {
            "x": [*labels, *labels[::-1]],
            "y": [*high.round(5), *low.round(5)[::-1]],
            "fill": "toself",
            "fillcolor": f"{style['color']}26",
            "line": {"width": 0},
            "mode": "lines",
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]


def levels(goal: Target | None) -> Json:
    """Return lines for the target and for the score that it is a part of."""
    if goal is None:
        return {}
    is_above = goal.reference >= goal.value
    lines = [
        (goal.reference, "dot", is_above, f"all {goal.n_labels:,} labels: {goal.reference:.3f}"),
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
                "line": {"color": "var(--ink)", "width": 1, "dash": dash},
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
                "yshift": 2 if is_over else -3,
                "showarrow": False,
                "bgcolor": "var(--veil)",
                "borderpad": 0,
                "font": {"size": 12, "color": "var(--ink)"},
            }
            for y, _, is_over, text in lines
        ],
    }


_HIDDEN = {"mode": "markers", "marker": {"opacity": 0}, "hoverinfo": "skip", "showlegend": False}
