"""Methods over datasets: average ranks with what cannot be told apart, and probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from datasets.visible import one_line
from reports.ranks.bayesian import SignedRank
from reports.site.draw.text import plain
from reports.site.panels import Figure, Json

ROW = 28  # pixels of a method
# Violet and orange as in maps of differences; seen on white and on dark paper alike.
BETTER, SAME, WORSE = "#8073ac", "#a9aeb4", "#c66a10"
NAMED = 10  # methods whose groups are named below the diagram
PARTS_OF_A_NAME = 2  # that fit on one line


@dataclass(frozen=True)
class Ranks:
    """What a critical-difference diagram shows, the best method first."""

    names: Sequence[str]
    ranks: Sequence[float]
    difference: float  # the critical one
    alike: Sequence[tuple[int, ...]]  # groups of places in `names`
    n: int  # datasets


def critical_difference(of: Ranks) -> Figure:
    """Draw a row for each method, so that names never meet; bars join what is alike.

    Demšar 2006, section 3.2.4, has all names on one line; there they overlap where ranks do.
    """
    k = len(of.names)
    ys = [-place for place in range(k)]
    most = max(*of.ranks, 1 + of.difference)
    step = max(0.12, 0.035 * (most - 1))
    bars = [most + step * (2 + i) for i in range(len(of.alike))]
    data: list[Json] = [
        {
            "x": [round(rank, 4) for rank in of.ranks],
            "y": ys,
            "text": [plain(name) for name in of.names],
            "name": "average rank",
            "mode": "markers",
            "marker": {"color": "var(--accent)", "size": 11},
            "hovertemplate": "%{text}: average rank %{x:.2f}<extra></extra>",
        },
        _line([1, 1 + of.difference], [1, 1], "var(--ink)"),
    ]
    for x, group in zip(bars, of.alike, strict=True):
        data.append(_line([x, x], [ys[min(group)] + 0.3, ys[max(group)] - 0.3], "var(--quiet)", 5))
    label = f"CD {of.difference:.2f}"
    layout = {
        "height": 130 + ROW * (k + 2) + 8 * _lines(of.names),
        "showlegend": False,
        "xaxis": {
            "title": {"text": "average rank (1 is the best)"},
            "range": [1 - step, (bars[-1] if bars else most) + step],
            "dtick": 1 if k <= 12 else None,  # noqa: PLR2004 - as many fit on a phone
        },
        "yaxis": {
            "tickmode": "array",
            "tickvals": ys,
            "ticktext": [broken(name) for name in of.names],
            "range": [-k + 0.2, 2.2],
        },
        "annotations": [
            {"x": 1, "y": 1.1, "xanchor": "left", "yanchor": "bottom"}
            | {"text": label, "showarrow": False, "font": {"size": 13}}
        ],
    }
    about = f"Average ranks of {k} methods over {of.n} datasets. Two methods whose ranks differ by "
    about += f"less than {of.difference:.2f} (CD) cannot be told apart (Nemenyi, 5 %)"
    about += ": the bars at the right join them." if of.alike else "; here, none are so close."
    if of.alike and k <= NAMED:
        groups = "; ".join(
            ", ".join(one_line(of.names[place]) for place in group) for group in of.alike
        )
        about += f" Groups: {groups}."
    return Figure(data, layout, about)


def _line(xs: Sequence[float], ys: Sequence[float], colour: str, width: int = 3) -> Json:
    return {
        "x": xs,
        "y": ys,
        "mode": "lines",
        "hoverinfo": "skip",
        "line": {"color": colour, "width": width},
    }


def _lines(names: Sequence[str]) -> int:
    return sum(" / " in broken(name) for name in names)


def broken(name: str) -> str:
    """Return the name of a method in lines of two parts.

    >>> broken("knn / none / none / margin")
    'knn / none<br>none / margin'
    """
    parts = [plain(part) for part in name.split(" / ")]
    lines = [parts[i : i + PARTS_OF_A_NAME] for i in range(0, len(parts), PARTS_OF_A_NAME)]
    return "<br>".join(" / ".join(line) for line in lines)


@dataclass(frozen=True)
class Shares:
    """Parts of a whole for each of several rows."""

    names: Sequence[str]
    better: Sequence[float]
    same: Sequence[float]
    worse: Sequence[float]
    titles: tuple[str, str, str]
    unit: str
    about: str


def stacked(of: Shares) -> Figure:
    """Draw a bar for each row, made of what is worse, the same, and better."""
    parts = [
        (of.worse, of.titles[2], WORSE),
        (of.same, of.titles[1], SAME),
        (of.better, of.titles[0], BETTER),
    ]
    ys = [broken(name) for name in of.names]
    data: list[Json] = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [round(value, 4) for value in values],
            "y": ys,
            "name": title,
            "marker": {"color": colour},
            "hovertemplate": "%{y}: %{x}<extra>%{fullData.name}</extra>",
        }
        for values, title, colour in parts
    ]
    layout = {
        "height": 110 + (ROW + 6) * len(ys),
        "barmode": "stack",
        "bargap": 0.3,
        "showlegend": True,
        "legend": {"traceorder": "normal"},
        "xaxis": {"title": {"text": of.unit}, "rangemode": "tozero"},
        "yaxis": {"type": "category", "autorange": "reversed"},
    }
    return Figure(data, layout, of.about)


def probabilities(
    names: Sequence[str], found: Sequence[SignedRank], against: str, equivalent: float
) -> Figure:
    """Draw how probable it is that each method is better than `against`, the same, or worse."""
    about = f"How probable it is that each method is better than {against}, worth the same "
    about += f"(within ± {equivalent}), or worse: Bayesian signed ranks over datasets."
    return stacked(
        Shares(
            names,
            [one.better for one in found],
            [one.same for one in found],
            [one.worse for one in found],
            ("better", f"the same (± {equivalent})", "worse"),
            "probability",
            about,
        )
    )
