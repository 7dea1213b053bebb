"""The rows of a run as the checks read them, and how a check says where something is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from harness.schema import KEYS

SHOWN = 5  # places that one check names


@dataclass(frozen=True)
class Tables:
    """Every row that can be read."""

    root: Path
    arrow: Mapping[str, pa.Table]
    frames: Mapping[str, pd.DataFrame]  # the same without lists; names are categories

    @classmethod
    def of(cls, root: Path, arrow: Mapping[str, pa.Table]) -> Tables:
        """From the tables as they are stored."""
        frames = {}
        for table, rows in arrow.items():
            plain = [f.name for f in rows.schema if not pa.types.is_list(f.type)]
            frames[table] = pd.DataFrame(rows.select(plain).to_pandas())
        return cls(root, arrow, frames)

    @property
    def datasets(self) -> pd.DataFrame:
        """The rows of `datasets` by label, the first of each."""
        return self.frames["datasets"].drop_duplicates("dataset").set_index("dataset")


def found(table: str, what: str, places: Sequence[object]) -> Iterator[str]:
    """A line for each of the first `places` in `table` where `what` is so, and one for the rest.

    >>> list(found("trials", "no such status", ["trial 2 of study ab12"]))
    ['trials: trial 2 of study ab12: no such status']
    """
    for place in places[:SHOWN]:
        yield f"{table}: {place}: {what}"
    if len(places) > SHOWN:
        yield f"{table}: and {len(places) - SHOWN} more: {what}"


def named(table: str, rows: pd.DataFrame) -> list[str]:
    """What each of `rows` is called."""
    match table:
        case "trials":
            parts = rows[["number", "study_id"]].itertuples(index=False)
            return [f"trial {number} of study {id_}" for number, id_ in parts]
        case "rounds":
            parts = rows[["round", "acquisition_id"]].itertuples(index=False)
            return [f"round {number} of acquisition {id_}" for number, id_ in parts]
        case "evaluations":
            parts = rows[["n_labels", "acquisition_id"]].itertuples(index=False)
            return [f"{n} labels of acquisition {id_}" for n, id_ in parts]
        case _:
            one = table.removesuffix("s")
            return [f"{one} {name}" for name in rows[KEYS[table][0]]]
