"""The tables of a run folder as data frames, complete or still growing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from harness import schema
from harness.place import opened
from reports.reference import Reference
from reports.terms import terms

_NOT_READ = frozenset(
    {"params", "confusion", "resampling", "batch", "bought", "tie_share", "stop_predicted"}
)


@dataclass(frozen=True)
class Results:
    """One frame per table of `harness.schema`; a table without rows still has its columns.

    Columns that no report needs (parameters, confusion matrices, batches) are left out. Names
    are plain strings, not categories.
    """

    acquisitions: pd.DataFrame
    rounds: pd.DataFrame
    evaluations: pd.DataFrame
    references: pd.DataFrame
    trials: pd.DataFrame
    attempts: pd.DataFrame
    environments: pd.DataFrame
    datasets: pd.DataFrame
    reference: Reference  # that the sweep asks for
    terms: Mapping[str, Any]  # of the sweep: `reports.terms`
    sweeps: Mapping[str, str]  # run folder's path -> text of its sweep.yaml; "" where there is none

    @property
    def tuning_metric(self) -> str:
        """The metric that chose most winners; macro_f1 where there are no trials."""
        chosen = Counter(self.trials["metric"]).most_common(1)
        return chosen[0][0] if chosen else "macro_f1"


TABLES = tuple(field.name for field in fields(Results))[:-3]


def read(root: str | Path) -> Results:
    """Read the run at `root`, a folder or an address such as s3://bucket/runs/NAME.

    Raises `RunFolderError` where there is no run.
    """
    folder = opened(root)
    frames = {table: frame(folder.read(table, _columns(table))) for table in TABLES}
    return Results(
        **frames,
        reference=Reference.of(folder.sweep()),
        terms=terms(folder.sweep(), folder.component_texts(), _versions(frames)),
        sweeps={str(root): folder.sweep_text() or ""},
    )


def _versions(frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Of the libraries; a run is continued under the same numeric ones only."""
    versions: dict[str, str] = {}
    for text in frames["environments"]["versions"]:
        versions |= json.loads(text)
    return versions


def _columns(table: str) -> list[str]:
    return [name for name in schema.TABLES[table].names if name not in _NOT_READ]


def frame(table: pa.Table) -> pd.DataFrame:
    """Return a stored table for pandas, its names as plain strings."""
    found: pd.DataFrame = table.cast(undictionaried(table.schema)).to_pandas()
    return found


def undictionaried(stored: pa.Schema) -> pa.Schema:
    """Return `stored` with plain strings in place of categories."""
    return pa.schema(
        [
            pa.field(field.name, pa.string()) if pa.types.is_dictionary(field.type) else field
            for field in stored
        ]
    )
