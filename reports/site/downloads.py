"""Frames as files for who wants the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

import pandas as pd

from reports.site.files import Files


@dataclass(frozen=True)
class Download:
    """One table in several formats."""

    about: str
    paths: tuple[str, ...]


def frames(files: Files, tables: Mapping[str, tuple[str, pd.DataFrame]]) -> list[Download]:
    """Keep each table, of name -> (what it is, rows), as CSV and as Parquet."""
    found = []
    for name, (about, rows) in tables.items():
        packed = BytesIO()
        rows.to_parquet(packed, index=False)
        text = rows.to_csv(index=False, lineterminator="\n")
        paths = (
            files.download(f"{name}.csv", text.encode()),
            files.download(f"{name}.parquet", packed.getvalue()),
        )
        found.append(Download(about, paths))
    return found
