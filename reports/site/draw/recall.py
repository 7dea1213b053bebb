"""Recall of each class along a learning curve: a small figure for each, the rarest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reports.rare import percent
from reports.site.draw.text import plain
from reports.site.panels import Figure, Json

MOST = 12  # classes that are drawn; the table has all
COLUMNS = 2
ROW = 150  # pixels
SHORT = 18  # characters of a heading

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """One line in each of the small figures; arrays are (class, budget)."""

    name: str
    style: Json  # of the strategy
    mean: Numbers
    half: Numbers


def recall_lines(
    names: Sequence[str], shares: Sequence[float], budgets: Sequence[int], lines: Sequence[Series]
) -> Figure:
    """Draw `lines` for the first of `names`."""
    n = min(len(names), MOST)
    n_rows = -(-n // COLUMNS)
    first = (n_rows - 1) * COLUMNS  # the one at the bottom on the left has the titles
    data: list[Json] = []
    layout: Json = {
        "height": 70 + ROW * n_rows,
        "showlegend": True,
        "annotations": [],
        "margin": {"l": 48, "r": 12, "t": 28, "b": 48},
    }
    for k in range(n):
        number = 1 if k == first else k + 2
        suffix = "" if number == 1 else str(number)
        row, column = divmod(k, COLUMNS)
        _axes(layout, suffix, (row, column), n_rows, is_last=k + COLUMNS >= n)
        layout["annotations"].append(_title(suffix, plain(_headed(names[k], shares[k]))))
        data += [_line(one, k, budgets, plain(names[k]), suffix) for one in lines]
    who = " and ".join(one.name for one in lines)
    about = (
        f"Recall of {'each class' if n == len(names) else f'the {n} rarest classes'} by labels "
        f"bought, means over repeats with 95 % intervals (from five repeats on): {who}. The "
        "rarest class first; its share of all rows stands beside it, or in the table."
    )
    return Figure(data, layout, about)


def _axes(layout: Json, suffix: str, at: tuple[int, int], n_rows: int, *, is_last: bool) -> None:
    row, column = at
    height = 1 / n_rows
    top = 1 - row * height
    layout[f"xaxis{suffix}"] = {
        "domain": [0, 0.47] if column == 0 else [0.53, 1],
        "anchor": f"y{suffix}",
        "rangemode": "tozero",
        "showticklabels": is_last,
        "nticks": 6,
        **({"title": {"text": "labels bought"}} if is_last else {}),
    }
    layout[f"yaxis{suffix}"] = {
        "domain": [top - height * 0.8, top],
        "anchor": f"x{suffix}",
        "range": [-0.04, 1.04],
        "tickvals": [0, 0.5, 1],
        "showticklabels": column == 0,
        **({"title": {"text": "recall"}} if column == 0 else {}),
    }


def _title(suffix: str, text: str) -> Json:
    return {
        "xref": f"x{suffix} domain",
        "yref": f"y{suffix} domain",
        "x": 0,
        "y": 1.02,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "text": text,
        "font": {"size": 12},
    }


def _line(one: Series, k: int, budgets: Sequence[int], name: str, suffix: str) -> Json:
    has_any = not np.isnan(one.half[k]).all()
    bars = {"type": "data", "array": _values(one.half[k]), "thickness": 1, "width": 3}
    return {
        "x": list(budgets),
        "y": _values(one.mean[k]),
        "text": [name] * len(budgets),
        "name": plain(one.name),
        "legendgroup": plain(one.name),
        "showlegend": k == 0,
        "mode": "lines+markers",
        "xaxis": f"x{suffix}",
        "yaxis": f"y{suffix}",
        "line": {"color": one.style["color"], "dash": one.style["dash"], "width": 2},
        "marker": {"color": one.style["color"], "symbol": one.style["symbol"], "size": 6},
        "hovertemplate": "%{text}, %{x:,} labels: %{y:.3f}<extra>%{fullData.name}</extra>",
        **({"error_y": bars} if has_any else {}),
    }


def _values(numbers: Numbers) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), 4) for value in numbers]


def _headed(name: str, share: float) -> str:
    """Return the class with its share where both fit above its part on a phone, else its name.

    >>> _headed("mitm", 0.0049), _headed("buffer_overflow", 0.00067)
    ('mitm (0.49 %)', 'buffer_overflow')
    """
    whole = f"{name} ({percent(share)})"
    if len(whole) <= SHORT:
        return whole
    return name if len(name) <= SHORT else f"{name[: SHORT - 1]}…"
