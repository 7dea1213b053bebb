"""The columns of a leaderboard: for each a function that writes a cell, and a line in `COLUMNS`.

A column whose numbers a board does not have yet brings them with it, as another function.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from datasets.visible import one_line
from reports import units
from reports.curves import over_repeats
from reports.efficiency.gain import tuned_minus_default
from reports.efficiency.of_run import BASELINE
from reports.measures import Measures

if TYPE_CHECKING:
    from reports.leaderboard import Board

NOTHING = "-"
LIMITED = "†"
SEES_LABELS = " (sees labels)"

Row = Mapping[str, Any]  # of `Board.rows`
Text = Callable[[Row, "Board"], str]
Fields = Callable[[Measures], pd.DataFrame]  # indexed by curve, or by curve and n_labels


@dataclass(frozen=True)
class Column:
    """One column: what it says, a cell's text, and the numbers that it adds to a board's rows."""

    about: str
    text: Text
    fields: Fields | None = None
    is_wide: bool = False  # there is no room for it on a screen: in files, and where asked for
    sort: str = ""  # the number of a row that orders it; "": its text does
    is_best_high: bool = False  # of log loss, whose scores are best low, the other way


def name_of(axis: str) -> Text:
    """Return the text of a component's name."""
    return lambda row, _: one_line(row[axis])


def score(row: Row, name: str) -> str:
    """Return a mean with its interval, or with the range of fewer than five repeats."""
    mean, half = row[name], row[f"{name}_half"]
    if pd.isna(mean):
        return NOTHING
    if not pd.isna(half):
        return f"{mean:.3f} ± {half:.3f}"
    if row[f"{name}_n_repeats"] == 1:
        return f"{mean:.3f}"
    return f"{mean:.3f} [{row[f'{name}_low']:.3f}, {row[f'{name}_high']:.3f}]"


def labels(row: Row, most: int) -> str:
    """Return the labels to the target with the repeats that reach it: `200 (4/5)`.

    `most` is the largest budget: only there is "never" said.
    """
    median = row["to_target"]
    if pd.isna(median):
        return NOTHING
    of = f"({int(row['to_target_reached'])}/{int(row['to_target_n_repeats'])})"
    if math.isinf(median):
        within = int(row["to_target_within"])
        return f"{'never by' if within == most else '>'} {within:,} {of}"
    bound = "<= " if median <= row["to_target_first"] else ""
    return f"{bound}{median:,.0f} {of}"


def digits(name: str) -> Text:
    """Return the text of a number with three decimals."""
    return lambda row, _: NOTHING if pd.isna(row[name]) else f"{row[name]:.3f}"


def _strategy(row: Row, _: Board) -> str:
    return one_line(row["strategy"]) + SEES_LABELS * bool(row.get("sees_labels"))


def _rank(row: Row, _: Board) -> str:
    return NOTHING if pd.isna(row["rank"]) else f"{row['rank']:.0f}"


def _saved(row: Row, _: Board) -> str:
    """Labels, or both at the end: where neither gets there nothing was saved that anyone saw."""
    mean, half = row["saved"], row["saved_half"]
    if pd.isna(mean) or row["saved_n_seen"] == 0 or row["strategy"] == BASELINE:
        return NOTHING
    return f"{mean:,.0f}" + ("" if pd.isna(half) else f" ± {half:,.0f}")


def _repeats(row: Row, board: Board) -> str:
    return f"{row['coverage']}/{board.n_repeats}{'*' * bool(row['is_partial'])}"


def _failures(row: Row, _: Board) -> str:
    return f"{row['failures']}{LIMITED * (row['limited'] > 0)}"


def _in(unit: Callable[[float], str], name: str) -> Text:
    return lambda row, _: NOTHING if pd.isna(row[name]) else unit(row[name])


def saved_fields(measures: Measures) -> pd.DataFrame:
    """Labels that are saved until the target, against chance in the same pipeline and repeat."""
    found = _of(measures, "labels_saved")
    every = measures.efficiency
    tuned = every[every.index.get_level_values("series") == "tuned"]
    is_known, reached = tuned["labels_saved"].notna(), tuned["labels_to_target"] < math.inf
    either = is_known & (reached | (tuned["labels_saved"] != 0))
    n_seen = either.groupby("curve").sum()
    return pd.DataFrame(
        {"saved": found["mean"], "saved_half": found["half"], "saved_n_repeats": found["n"]}
    ).assign(saved_n_seen=n_seen)


def speed_up_fields(measures: Measures) -> pd.DataFrame:
    """How many times as many labels chance needs for the same score, on average."""
    found = _of(measures, "speed_up")
    return found[["mean", "half", "n"]].set_axis(
        ["speed_up", "speed_up_half", "speed_up_n_repeats"], axis=1
    )


def expected_fields(measures: Measures) -> pd.DataFrame:
    """Labels to the target on average, each repeat counting as the largest budget at most."""
    found = measures.expected_labels
    tuned = found[found.index.get_level_values("series") == "tuned"].droplevel("series")
    return tuned[["restricted_mean", "n_censored"]].set_axis(["expected", "censored"], axis=1)


def gain_fields(measures: Measures) -> pd.DataFrame:
    """Tuned minus default, paired by repeat; above zero where tuning helped."""
    rows = tuned_minus_default(measures.at_budgets, measures.metric)
    found = over_repeats(rows, ["curve", "n_labels"])
    return found.add_prefix("gain_").rename(columns={"gain_mean": "gain"})


def _of(measures: Measures, name: str) -> pd.DataFrame:
    over = measures.efficiency_summary.reset_index()
    mine = over[(over["series"] == "tuned") & (over["measure"] == name)]
    return mine.set_index("curve")


COLUMNS: dict[str, Column] = {
    "#": Column("rank; equal rows share one", _rank, sort="rank"),
    "classifier": Column("classifier", name_of("classifier")),
    "scaler": Column("scaler", name_of("scaler")),
    "resampler": Column("resampler", name_of("resampler")),
    "strategy": Column("query strategy", _strategy),
    "tuned": Column(
        "test score of the study's winner",
        lambda row, _: score(row, "tuned"),
        sort="tuned",
        is_best_high=True,
    ),
    "default": Column(
        "test score of the defaults",
        lambda row, _: score(row, "default"),
        sort="default",
        is_best_high=True,
    ),
    "gain": Column(
        "tuned - default",
        lambda row, _: score(row, "gain"),
        gain_fields,
        is_wide=True,
        sort="gain",
        is_best_high=True,
    ),
    "no twins": Column(
        "tuned, on test rows without a twin in the pool",
        digits("novel"),
        sort="novel",
        is_best_high=True,
    ),
    "to target": Column(
        "labels to the target, median (repeats that reach it)",
        lambda row, board: labels(row, board.most),
        sort="to_target",
    ),
    "expected": Column(
        "labels to the target, restricted mean",
        lambda row, _: NOTHING if pd.isna(row["expected"]) else f"{row['expected']:,.0f}",
        expected_fields,
        is_wide=True,
        sort="expected",
    ),
    "saved": Column(
        "labels saved until the target, against chance",
        _saved,
        saved_fields,
        sort="saved",
        is_best_high=True,
    ),
    "speed-up": Column(
        "times as many labels that chance needs",
        digits("speed_up"),
        speed_up_fields,
        is_wide=True,
        sort="speed_up",
        is_best_high=True,
    ),
    "AUBC": Column("area under the budget curve", digits("aubc"), sort="aubc", is_best_high=True),
    "size": Column(
        "bytes that the model predicts from", _in(units.size, "model_bytes"), sort="model_bytes"
    ),
    "latency": Column(
        "seconds for one row", _in(units.duration, "latency_row_s"), sort="latency_row_s"
    ),
    "repeats": Column(
        "repeats with a score; * fewer than the dataset has",
        _repeats,
        sort="coverage",
        is_best_high=True,
    ),
    "failures": Column("trials and acquisitions without a score", _failures, sort="failures"),
}


def brought(measures: Measures) -> list[pd.DataFrame]:
    """Return the numbers that columns bring with them, for all curves and labels."""
    return [column.fields(measures) for column in COLUMNS.values() if column.fields]


def records(rows: pd.DataFrame) -> list[Row]:
    """Return each of `rows` by name: a text reads it far faster than a series of pandas."""
    names = [str(name) for name in rows.columns]
    return [dict(zip(names, row, strict=True)) for row in rows.itertuples(index=False, name=None)]


def cells(rows: pd.DataFrame, board: Board, *, is_wide: bool = False) -> dict[str, list[str]]:
    """Return the texts of `rows` of `board` by column."""
    each = records(rows)
    return {
        name: [column.text(row, board) for row in each]
        for name, column in COLUMNS.items()
        if is_wide or not column.is_wide
    }
