"""Move rows of a run to `attempts`, in an order in which a kill leaves a run that can go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pyarrow.compute as pc

from harness.retry.chosen import Chosen
from harness.schema import KEYS, SUPERSEDED, Row
from harness.store import RunFolder

ACTION = "retried: the next run computes it again"


def supersede(folder: RunFolder, chosen: Chosen) -> None:
    """Take what goes out of its tables, noting each row in `attempts`.

    The folder must be open for writing. Killed anywhere, what is left is a run as it was before
    some of its work was done, and doing the same again completes it: what was asked for goes last,
    after what hangs on it.
    """
    attempts = folder.frame("attempts", [*_NAMES, "cause"])
    known = attempts.loc[attempts["cause"] == SUPERSEDED, _NAMES]
    noted = set(known.itertuples(index=False, name=None))
    new = [row for row in _attempts(chosen) if tuple(row[name] for name in _NAMES) not in noted]
    folder.append("attempts", new)
    for table in ("acquisitions", "references", "evaluations"):
        _remove(folder, table, chosen.goes[table])
    _remove(folder, "trials", chosen.later)
    _remove(folder, "rounds", chosen.goes["rounds"])
    _remove(folder, "trials", chosen.goes["trials"])


_NAMES = ["work_id", "kind", "unit", "error"]  # with its seconds, of one attempt and no other


def _remove(folder: RunFolder, table: str, rows: pd.DataFrame) -> None:
    if len(rows):
        folder.supersede(table, _these(table, rows), [])


def _these(table: str, rows: pd.DataFrame) -> pc.Expression:
    """What is true of `rows`, and of no other row of `table`."""
    if len(KEYS[table]) == 1:
        return pc.field(KEYS[table][0]).isin(rows[KEYS[table][0]].tolist())
    by, other = sorted(KEYS[table], key=lambda column: rows[column].nunique())
    parts = [
        pc.field(by).isin([value]) & pc.field(other).isin(group[other].tolist())
        for value, group in rows.groupby(by)
    ]
    while len(parts) > 1:  # in pairs: an expression as deep as a table is long fills the stack
        last = parts[-1:] if len(parts) % 2 else []
        parts = [a | b for a, b in zip(parts[::2], parts[1::2], strict=False)] + last
    return parts[0]


def _attempts(chosen: Chosen) -> Iterator[Row]:
    """A row for each that goes."""
    at = datetime.now(UTC)

    def attempt(work_id: str, kind: str, unit: int, error: str) -> Row:
        names = {"work_id": work_id, "kind": kind, "unit": unit, "error": error}
        return {**names, "cause": SUPERSEDED, "action": ACTION, "at": at}

    goes = chosen.goes
    for row in goes["trials"].to_dict("records"):
        yield attempt(row["study_id"], "study", row["number"], _how(row))
    for row in goes["acquisitions"].to_dict("records"):
        yield attempt(row["acquisition_id"], "acquisition", row["n_rounds"], _how(row))
    for row in goes["references"].to_dict("records"):
        yield attempt(row["reference_id"], "reference", 0, _how(row))
    ends = chosen.rounds[["acquisition_id", "n_labels", "round"]]
    for row in (
        goes["evaluations"].merge(ends, on=["acquisition_id", "n_labels"]).to_dict("records")
    ):
        yield attempt(row["acquisition_id"], "evaluation", row["round"], _how(row))
    for row in goes["rounds"].to_dict("records"):
        took_s = row["fit_s"] + row["score_s"] + row["query_s"]
        how = f"done after {took_s:.6g} s"
        yield attempt(row["acquisition_id"], "acquisition", row["round"], how)


def _how(row: Mapping[Any, Any]) -> str:
    """How it ended: `timeout after 12.3 s: longer than ...`."""
    why = f": {row['error']}" if pd.notna(row["error"]) else ""
    return f"{row['status']} after {row['wall_s']:.6g} s{why}"
