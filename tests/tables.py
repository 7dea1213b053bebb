"""The tables of a run as they must be equal, wherever and however often it was begun."""

from __future__ import annotations

import numpy as np
import pandas as pd

from harness.schema import KEYS, TIMING_AND_HOST
from harness.store import RunFolder

NOT_COMPARED = ("attempts", "environments")  # what went wrong on the way, and where


def tables(folder: RunFolder) -> dict[str, pd.DataFrame]:
    """Every other table, without timing and host columns, in a fixed order."""
    frames = {}
    for table in KEYS.keys() - set(NOT_COMPARED):
        frame = folder.frame(table)
        kept = frame.drop(columns=[c for c in frame if c in TIMING_AND_HOST])
        for column in kept:
            if kept[column].map(lambda v: isinstance(v, np.ndarray)).any():
                kept[column] = kept[column].map(lambda v: str(np.asarray(v).tolist()))
        frames[table] = kept.sort_values(list(KEYS[table]), ignore_index=True)
    return frames
