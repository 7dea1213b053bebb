"""A confusion matrix: what the rows of each class were taken for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from reports.site.draw.text import plain
from reports.site.panels import Figure

WITH_TEXT = 20  # classes; of more the cells have no room for their counts


def confusion_map(names: Sequence[str], counts: npt.NDArray[np.int64], what: str) -> Figure:
    """Draw `counts` by [true class][predicted class], coloured by the share of the true class.

    `what` says whose matrix it is.
    """
    k = len(names)
    of = counts.sum(axis=1, keepdims=True)
    shares = counts / np.where(of > 0, of, 1)
    words = [plain(_short(name)) for name in names]
    words = words if len(set(words)) == k else [f"{i + 1} {word}" for i, word in enumerate(words)]
    trace = {
        "type": "heatmap",
        "x": words,
        "y": words,
        "z": [
            [None if n == 0 else round(v, 3) for v in row]
            for row, (n,) in zip(shares.tolist(), of.tolist(), strict=True)
        ],
        "zmin": 0,
        "zmax": 1,
        "text": [[_count(n) for n in row] for row in counts.tolist()],
        "texttemplate": "%{text}" if k <= WITH_TEXT else "",
        "textfont": {"size": 12 if k <= 6 else 10},  # noqa: PLR2004 - what fits a telephone
        "customdata": counts.tolist(),
        "hovertemplate": "%{y} taken for %{x}: %{customdata:,} rows, %{z:.1%}<extra></extra>",
        "colorscale": [[0, "var(--low)"], [1, "var(--high)"]],
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "hoverongaps": False,
    }
    layout = {
        "height": 130 + k * (44 if k <= 8 else 34),  # noqa: PLR2004
        "xaxis": {
            "title": {"text": "predicted class", "standoff": 14},
            "type": "category",
            "showgrid": False,
            "tickangle": -45,
        },
        "yaxis": {
            "title": {"text": "true class", "standoff": 14},
            "type": "category",
            "showgrid": False,
            "autorange": "reversed",
        },
    }
    about = (
        f"{what}: rows are true classes, the rarest first, columns what they were taken for. "
        "Numbers are test rows (k: thousands); the colour is their share of the true class."
    )
    return Figure([trace], layout, about)


def _count(n: int) -> str:
    """Return a count that fits a cell.

    >>> [_count(n) for n in (0, 912, 1999, 12_345, 1_200_000)]
    ['', '912', '2k', '12k', '1.2M']
    """
    for size, sign in ((10**6, "M"), (10**3, "k")):
        if n >= size:
            return f"{n / size:.{1 if n < 10 * size else 0}f}".removesuffix(".0") + sign
    return str(n) if n else ""


def _short(name: str) -> str:
    return name if len(name) <= 16 else f"{name[:15]}…"  # noqa: PLR2004 - room beside an axis
