"""The plots of a dataset's page, as plotly.js takes them: data and layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from datasets.facts import Facts
from datasets.summaries import Correlation
from reports.figures import PALETTE, layout

SLICES = 10  # of a pie; of more classes the smallest are one
REST = "#B5B9BF"
PIE = (*PALETTE, "#E69F00", "#9BC7E4", "#F0B48C")
LOG_FROM = 200  # largest class over smallest: from here on small bars would have no length
LONGEST = 40  # characters of a name beside an axis
BLUES = [[0, "#eaf3fb"], [1, "#5aa2d8"]]  # dark text can be read on all of it
# ColorBrewer's RdBu, blue for what goes together; white is none.
DIVERGING = [[0, "#b2182b"], [0.25, "#f4a582"], [0.5, "#ffffff"], [0.75, "#92c5de"], [1, "#2166ac"]]
TITLE = "after down-sampling"

_SHARES = {"tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1], "tickformat": ".0%"}

Figure = dict[str, Any]
Counts = Mapping[str, int]  # class or column -> how many


def class_bars(before: Counts, after: Counts | None) -> Figure:
    """Rows per class, as imported and with the normal class cut down."""
    names = sorted(before, key=before.__getitem__)  # plotly draws the first at the bottom
    series = [("as imported", PALETTE[0], before)]
    if after is not None:
        series.insert(0, (TITLE, PALETTE[5], after))
    bars = [
        {
            **_bar(title, colour, names, [counts[name] for name in names]),
            **_beside([f"{counts[name]:,}" for name in names]),
        }
        for title, colour, counts in series
    ]
    found = _horizontal(bars, names, 8 + 15 * len(series), "rows")
    found["layout"]["legend"]["traceorder"] = "reversed"
    low, high = min(before.values()), max(before.values())
    found["layout"]["xaxis"]["range"] = [0, 1.1 * high]
    if high > LOG_FROM * low:
        axis = {"type": "log", "dtick": 1, "range": [np.log10(low) - 0.4, np.log10(high) + 0.4]}
        found["layout"]["xaxis"] |= {**axis, "title": {"text": "rows (logarithmic)"}}
    return found


def class_pies(before: Counts, after: Counts | None) -> Figure:
    """Shares of the classes, the same colour for each in both pies."""
    names = sorted(before, key=lambda name: -before[name])
    shown = names if len(names) <= SLICES else names[: SLICES - 1]
    rest = names[len(shown) :]
    labels = [plain(short(name)) for name in shown] + [f"{len(rest)} others"] * bool(rest)
    colours = [*PIE[: len(shown)], *[REST] * bool(rest)]
    pies = [("as imported", before), *([(TITLE, after)] if after is not None else [])]
    width = 1 / len(pies)
    traces = [
        {
            "type": "pie",
            "labels": labels,
            "values": [counts[name] for name in shown]
            + [sum(counts[name] for name in rest)] * bool(rest),
            "sort": False,
            "direction": "clockwise",
            "domain": {"x": [i * width, (i + 0.96) * width], "y": [0, 0.9]},
            "texttemplate": "%{percent:.1%}",
            "textposition": "inside",
            "insidetextorientation": "horizontal",
            "marker": {"colors": colours, "line": {"color": "#ffffff", "width": 1.5}},
            "hovertemplate": "%{label}: %{value:,} rows, %{percent}<extra></extra>",
        }
        for i, (_, counts) in enumerate(pies)
    ]
    found = _figure(traces, 420)
    found["layout"] |= {
        "uniformtext": {"mode": "hide", "minsize": 11},
        "margin": {"l": 16, "r": 16, "t": 16, "b": 16},
        "legend": {"orientation": "v", "x": 1.02, "xanchor": "left", "y": 0.5, "yanchor": "middle"},
        "annotations": [
            {
                "text": title,
                "x": (i + 0.48) * width,
                "y": 1,
                "xanchor": "center",
                "showarrow": False,
            }
            for i, (title, _) in enumerate(pies)
        ],
    }
    return found


def missing_bars(missing: Counts, n_rows: int) -> Figure | None:
    """The share of missing cells of the columns that have some; None where none has."""
    names = sorted((n for n in missing if missing[n]), key=missing.__getitem__)
    if not names:
        return None
    shares = [missing[name] / n_rows for name in names]
    texts = [f"{missing[n]:,} ({s:.2%})" for n, s in zip(names, shares, strict=True)]
    bar = {**_bar("missing", PALETTE[0], names, shares), **_beside(texts)}
    found = _horizontal([bar], names, 24, "share of rows")
    found["layout"]["xaxis"] |= {"range": [0, 1.2], **_SHARES}
    return found


def repetition_bars(facts: Facts) -> Figure:
    """What the rows of each class are to one another."""
    names = sorted(facts.classes, key=lambda name: facts.classes[name].n_rows)
    of = facts.classes
    kinds = {
        "first of its kind": (PALETTE[0], [of[name].n_alone for name in names]),
        "repeats a row of its class": (PALETTE[5], [of[name].n_repeats for name in names]),
        "equals a row of another class": (PALETTE[1], [of[name].n_shared for name in names]),
    }
    bars = [
        {
            **_bar(
                title, colour, names, [k / of[n].n_rows for n, k in zip(names, counts, strict=True)]
            ),
            "customdata": counts,
            "hovertemplate": "%{y}: %{customdata:,} rows, %{x:.1%}<extra>%{fullData.name}</extra>",
        }
        for title, (colour, counts) in kinds.items()
    ]
    found = _horizontal(bars, names, 24, "share of the rows of a class")
    found["layout"]["barmode"] = "stack"
    found["layout"]["legend"]["traceorder"] = "normal"
    found["layout"]["xaxis"] |= {"range": [0, 1], **_SHARES}
    return found


def sharing_map(facts: Facts) -> Figure | None:
    """Rows of a class that equal rows of another; None where no two classes share any."""
    across = facts.across.astype(np.float64)
    np.fill_diagonal(across, 0)
    involved = np.flatnonzero(across.any(axis=1))
    if not len(involved):
        return None
    counts = across[np.ix_(involved, involved)]
    counts[counts == 0] = np.nan
    trace = {
        "z": _cells(np.log10(counts)),
        "text": [[f"{v:,.0f}" if v == v else "" for v in row] for row in counts.tolist()],  # noqa: PLR0124 - NaN
        "texttemplate": "%{text}",
        "hovertemplate": "%{text} rows of %{y} equal a row of %{x}<extra></extra>",
        "colorscale": BLUES,
        "showscale": False,
    }
    found = _square(trace, [list(facts.classes)[k] for k in involved], 62)
    found["layout"]["plot_bgcolor"] = "#f4f6f8"
    return found


def correlation_map(found: Correlation) -> Figure | None:
    """Coefficients of the columns that vary, Pearson's first; None where fewer than two do."""
    n = len(found.names)
    if n < 2:  # noqa: PLR2004 - nothing to compare
        return None
    trace = {
        "z": _cells(found.pearson),
        "hovertemplate": "%{y} and %{x}: %{z:.2f}<extra></extra>",
        "colorscale": DIVERGING,
        "zmin": -1,
        "zmax": 1,
        "colorbar": {
            "thickness": 14,
            "len": 240,
            "lenmode": "pixels",
            "dtick": 0.5,
            "y": 1,
            "yanchor": "top",
        },
    }
    return _square(trace, list(found.names), 26 if n <= 20 else 18 if n <= 60 else 13)  # noqa: PLR2004


def ranks(found: Correlation) -> list[list[float | None]]:
    """Spearman's coefficients, for the same map."""
    return _cells(found.ranks)


def plain(text: str) -> str:
    """Return `text` with what plotly would read as markup made harmless.

    >>> plain("<b>")
    '&lt;b&gt;'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def short(name: str) -> str:
    """Return `name`, its middle left out where it would leave no room for the plot.

    >>> short("LogicalDisk(_Total) Avg  Disk sec Transfer")
    'LogicalDisk(_Total) Avg …isk sec Transfer'
    """
    if len(name) <= LONGEST:
        return name
    return f"{name[: LONGEST * 3 // 5]}…{name[-(LONGEST * 2 // 5) :]}"


def _bar(title: str, colour: str, names: Sequence[str], values: Sequence[float]) -> Figure:
    return {
        "type": "bar",
        "orientation": "h",
        "name": title,
        "x": list(values),
        "y": [plain(name) for name in names],
        "marker": {"color": colour},
        "hovertemplate": "%{y}: %{text}<extra>%{fullData.name}</extra>",
    }


def _beside(texts: list[str]) -> Figure:
    return {
        "text": texts,
        "textposition": "outside",
        "textfont": {"size": 12, "color": "#1b1f24"},
        "cliponaxis": False,
    }


def _horizontal(bars: list[Figure], names: Sequence[str], step: int, title: str) -> Figure:
    found = _figure(bars, 110 + step * len(names))
    found["layout"] |= {"barmode": "group", "bargap": 0.25, "bargroupgap": 0.05}
    found["layout"]["xaxis"] |= {"title": {"text": title}}
    found["layout"]["yaxis"] |= {"showgrid": False, "ticks": "", **_names(names)}
    found["layout"]["legend"] |= {"y": 1, "yanchor": "bottom"}
    has_legend = len(bars) > 1
    found["layout"]["margin"] = {"l": 16, "r": 40, "t": 40 if has_legend else 8, "b": 56}
    found["layout"]["showlegend"] = has_legend
    return found


def _square(trace: Figure, names: list[str], cell: int) -> Figure:
    """A map of `names` against themselves, `cell` pixels each; it does not shrink to the page."""
    words = [plain(name) for name in names]
    gap = 1 if cell > 15 else 0  # noqa: PLR2004 - thin cells need every pixel
    trace = {"type": "heatmap", "x": words, "y": words, "xgap": gap, "ygap": gap, **trace}
    room = 30 + 7 * max(len(short(name)) for name in names)
    found = _figure([{**trace, "hoverongaps": False}], 80 + cell * len(names) + room)
    found["layout"]["width"] = 130 + cell * len(names) + room
    axis = {
        "showgrid": False,
        "ticks": "",
        "tickfont": {"size": min(12, cell - 2)},
        **_names(names),
    }
    found["layout"]["xaxis"] |= {**axis, "tickangle": -90, "side": "bottom"}
    found["layout"]["xaxis"].pop("rangemode")
    found["layout"]["yaxis"] |= {**axis, "autorange": "reversed"}
    found["layout"]["margin"] = {"l": 16, "r": 16, "t": 16, "b": 16}
    return found


def _names(names: Sequence[str]) -> Figure:
    return {
        "type": "category",
        "tickmode": "array",
        "tickvals": [plain(name) for name in names],
        "ticktext": [plain(short(name)) for name in names],
    }


def _figure(traces: list[Figure], height: int) -> Figure:
    return {"data": traces, "layout": {**layout(), "height": height}}


def _cells(matrix: npt.NDArray[np.float64]) -> list[list[float | None]]:
    return [[None if np.isnan(v) else round(v, 2) for v in row] for row in matrix.tolist()]
