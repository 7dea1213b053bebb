"""Leaderboards for other programs and for papers: CSV, JSON, Markdown and LaTeX."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from reports import terminal
from reports.columns import COLUMNS, brought, cells
from reports.headline import Headline, headline
from reports.leaderboard import Board, best_of_each, board, filled
from reports.measures import Measures
from reports.ranks.overlaps import overlaps
from reports.ranks.paired import Paired
from reports.results import Results
from reports.terminal import heading, notes

_LATEX = {
    "\\": r"\textbackslash{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "|": r"\textbar{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    "†": r"$\dagger$",
    "µ": r"$\mu$",
    "<": r"$<$",
    ">": r"$>$",
}


@dataclass(frozen=True)
class Choice:
    """Which rows of which ranking are shown."""

    budget: int | None  # None: over all budgets
    by: str | None  # the best row of each component of this axis; None: all rows
    top: int | None  # None: all


@dataclass(frozen=True)
class Shown:
    """A board, the rows of it that are shown, and its headline where there is one."""

    board: Board
    whole: Board  # the same with all rows
    top: int | None  # None: all
    headline: Headline | None

    @property
    def rows(self) -> pd.DataFrame:
        """The rows that are shown."""
        return self.board.rows if self.top is None else self.board.rows.head(self.top)


def boards(
    measures: Measures, results: Results, names: Sequence[str], choice: Choice
) -> list[Shown]:
    """Return the leaderboards of the datasets `names`, with all columns and headlines."""
    overlap, more = overlaps(results), brought(measures)
    found = []
    for name in names:
        whole = filled(board(measures, name, choice.budget), more)
        shown = best_of_each(whole, choice.by) if choice.by else whole
        said = headline(measures, name, overlap.get(name), choice.budget)
        found.append(Shown(shown, whole, choice.top, said))
    return found


def numbers(shown: Shown) -> pd.DataFrame:
    """Return the numbers behind a board: dataset, metric, n_labels, target, then `Board.rows`."""
    one = shown.board
    front = {
        "dataset": one.dataset,
        "metric": one.metric,
        "n_labels": one.at,
        "target": one.target.value if one.target else None,
    }
    rows = shown.rows.drop(columns="curve")
    front_rows = pd.DataFrame([front] * len(rows), columns=[*front]).set_axis(rows.index)
    return pd.concat([front_rows, rows], axis=1)


def as_csv(boards: Sequence[Shown]) -> str:
    """Return one table: all digits, an empty cell where nothing is known, `inf` for never."""
    return pd.concat([numbers(one) for one in boards]).to_csv(index=False, lineterminator="\n")


def as_json(boards: Sequence[Shown]) -> str:
    """Return a list of boards; null where nothing is known, and "never" for never."""
    return json.dumps([_object(one) for one in boards], indent=1, allow_nan=False) + "\n"


def as_markdown(boards: Sequence[Shown]) -> str:
    """Return a table for each board, with all columns."""
    return "\n".join(map(_markdown, boards))


def as_latex(boards: Sequence[Shown]) -> str:
    """Return a `table` with a `tabular` for each board; it needs the package booktabs."""
    return "\n".join(map(_latex, boards))


FORMATS: dict[str, Callable[[Sequence[Shown]], str]] = {
    "csv": as_csv,
    "json": as_json,
    "markdown": as_markdown,
    "latex": as_latex,
}


def _object(shown: Shown) -> dict[str, Any]:
    one, found = shown.board, shown.headline
    rows = [
        {name: _plain(value) for name, value in row.items()}
        for row in shown.rows.drop(columns="curve").to_dict("records")
    ]
    said = None
    if found:
        ranks = shown.whole.rows.set_index("curve")["rank"]
        said = {
            "by": found.by,
            "rank_of_winner": _plain(ranks[found.winner]),
            "held_out": _plain(found.held_out),
            "half": _plain(found.half),
            "naive": _plain(found.naive),
            "cannot_be_told_apart": [_plain(ranks[curve]) for curve in found.alike],
            "why_not_known": found.why_alike,
            "against_chance": _paired(found.against_chance),
            "labels_saved": _paired(found.labels_saved),
        }
    return {
        "dataset": one.dataset,
        "metric": one.metric,
        "n_labels": one.at,
        "budget": one.budget,
        "best_of_each": one.by,
        "n_repeats": one.n_repeats,
        "target": one.target.value if one.target else None,
        "headline": said,
        "columns": {name: column.about for name, column in COLUMNS.items()},
        "notes": notes(one, shown=len(shown.rows)),
        "rows": rows,
    }


def _paired(found: Paired | None) -> dict[str, Any] | None:
    return {name: _plain(value) for name, value in asdict(found).items()} if found else None


def _plain(value: object) -> object:
    """Return what JSON knows: whole numbers as such, null for NaN, "never" for infinity."""
    if isinstance(value, str | bool):
        return value
    if pd.isna(value):  # type: ignore[call-overload]
        return None
    number = float(value)  # type: ignore[arg-type]
    if number in {float("inf"), float("-inf")}:
        return "never"
    return int(number) if number.is_integer() and not isinstance(value, float) else number


def _remarks(shown: Shown) -> list[str]:
    """Return the notes, and what the first row scores where it was not chosen: papers need both."""
    said = terminal.headline(shown.headline, shown.whole) if shown.headline else []
    return [*notes(shown.board, shown=len(shown.rows)), *said]


def _markdown(shown: Shown) -> str:
    texts = cells(shown.rows, shown.board, is_wide=True)
    lines = [
        f"**{_escaped(heading(shown.board))}**",
        "",
        _row(list(texts)),
        _row(["---"] * len(texts)),
        *(_row(line) for line in zip(*texts.values(), strict=True)),
        "",
        *(f"{_escaped(note)}  " for note in _remarks(shown)),
        "",
    ]
    return "\n".join(lines)


def _row(texts: Sequence[str]) -> str:
    return f"| {' | '.join(map(_escaped, texts))} |"


def _escaped(text: str) -> str:
    for sign in ("\\", "|", "*", "_", "`", "[", "]", "~", "$"):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _latex(shown: Shown) -> str:
    texts = cells(shown.rows, shown.board)
    body = [" & ".join(map(_typeset, line)) + r" \\" for line in zip(*texts.values(), strict=True)]
    remarks = " ".join(_typeset(f"{note}.") for note in _remarks(shown))
    return "\n".join(
        [
            r"\begin{table}",
            rf"\caption{{{_typeset(heading(shown.board))}. {remarks}}}",
            rf"\begin{{tabular}}{{r{'l' * (len(texts) - 1)}}}",
            r"\toprule",
            " & ".join(map(_typeset, texts)) + r" \\",
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def _typeset(text: str) -> str:
    return "".join(_LATEX.get(sign, sign) for sign in text)
