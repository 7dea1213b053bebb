"""What tuning bought: the course of studies, gains by budget, and which parameters matter."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from reports.figures import PALETTE
from reports.importance import Importance
from reports.site.draw.text import plain
from reports.site.panels import Figure, Json


def course(rows: pd.DataFrame, title: str, what: str) -> Figure:
    """Draw `rows` (number, validation, test) of one classifier at one budget."""
    lines = [
        ("validation", "best validation score so far", PALETTE[0], "circle"),
        ("test", "test score of that model", PALETTE[1], "square"),
    ]
    data: list[Json] = [
        {
            "x": rows["number"].tolist(),
            "y": _values(rows[column]),
            "name": name,
            "mode": "lines+markers",
            "line": {"color": colour, "width": 2.5, "shape": "hv"},
            "marker": {"color": colour, "symbol": symbol, "size": 7},
            "hovertemplate": "trial %{x}: %{y:.3f}<extra>%{fullData.name}</extra>",
        }
        for column, name, colour, symbol in lines
    ]
    layout: Json = {
        "height": 360,
        "xaxis": {"title": {"text": "trial (0: the defaults)"}, "tickformat": "d"},
        "yaxis": {"title": {"text": title}, "tickformat": ".3f"},
    }
    if len(rows) <= 12:  # noqa: PLR2004 - each has room for its number
        layout["xaxis"]["tickvals"] = rows["number"].tolist()
    about = (
        f"{title} on average over {what}: the best validation score that the studies had by each "
        "trial, and the test score of the same models. The gap between the lines is optimism and "
        "bias of the validation."
    )
    return Figure(data, layout, about)


def gain_dots(rows: pd.DataFrame, title: str, styles: Mapping[str, Mapping[str, str]]) -> Figure:
    """Draw `rows` (classifier, n_labels, mean, half): the gain of each classifier by budget."""
    budgets = sorted(rows["n_labels"].unique())
    place = {budget: i for i, budget in enumerate(budgets)}
    names = list(dict.fromkeys(rows["classifier"]))
    step = min(0.12, 0.7 / max(len(names), 1))
    data: list[Json] = []
    for i, name in enumerate(names):
        mine = rows[rows["classifier"] == name].sort_values("n_labels")
        style = styles[name]
        shift = (i - (len(names) - 1) / 2) * step
        bars = {"type": "data", "array": _values(mine["half"]), "thickness": 1.5, "width": 4}
        data.append(
            {
                "x": [place[budget] + round(shift, 3) for budget in mine["n_labels"]],
                "y": _values(mine["mean"]),
                "text": [f"{budget:,} labels" for budget in mine["n_labels"]],
                "name": plain(name),
                "mode": "markers",
                "marker": {"color": style["color"], "symbol": style["symbol"], "size": 9},
                "hovertemplate": "%{text}: %{y:+.3f}<extra>%{fullData.name}</extra>",
                **({} if mine["half"].isna().all() else {"error_y": bars}),
            }
        )
    zero = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0, "layer": "below"}
    layout: Json = {
        "height": 380,
        "showlegend": True,
        "xaxis": {
            "title": {"text": "labels bought"},
            "tickvals": list(range(len(budgets))),
            "ticktext": [f"{budget:,}" for budget in budgets],
            "range": [-0.5, len(budgets) - 0.5],
            "showgrid": False,
        },
        "yaxis": {"title": {"text": f"gain in {title}"}, "tickformat": "+.3f"},
        "shapes": [zero | {"line": {"color": "var(--quiet)", "width": 1.5}}],
    }
    about = (
        f"{title} of the study's winner - that of the defaults, on the same rows, by labels "
        "bought: a dot for each classifier, with the 95 % interval over repeats (from five on). "
        "Above the line tuning helped."
    )
    return Figure(data, layout, about)


def importance_bars(found: Importance, what: str) -> Figure:
    """Draw the parameters of `found`, the most important at the top."""
    shown = found.parameters[::-1]
    texts = [
        f"{one.importance:.0%}".replace("%", " %") + " (noise)" * one.is_noise for one in shown
    ]
    bar: Json = {
        "type": "bar",
        "orientation": "h",
        "x": [None if np.isnan(one.importance) else round(one.importance, 4) for one in shown],
        "y": [plain(one.name) for one in shown],
        "text": texts,
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {
            "color": ["var(--line)" if one.is_noise else PALETTE[0] for one in shown],
            "line": {"color": PALETTE[0], "width": 1},
        },
        "name": "importance",
        "showlegend": False,
        "hovertemplate": "%{y}: %{x:.1%}<extra></extra>",
    }
    layout: Json = {
        "height": 90 + 34 * len(shown),
        "showlegend": False,
        "bargap": 0.35,
        "xaxis": {
            "title": {"text": "importance"},
            "range": [0, 1.18],
            "tickvals": [0, 0.5, 1],
            "tickformat": ".0%",
        },
        "yaxis": {"type": "category", "showgrid": False},
    }
    about = (
        f"Importance of the hyperparameters of {what}: how far their values in the best quarter "
        "of the trials differ from those in all trials; the parts add up to 100 %. Pale bars are "
        "no larger than what shuffled scores give."
    )
    return Figure([bar], layout, about)


def _values(numbers: pd.Series) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), 4) for value in numbers]
