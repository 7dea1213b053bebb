"""Where the path that a sweep gives leads."""

from __future__ import annotations

import os
from pathlib import Path

from datasets.errors import DatasetError

TEST_DATA = "FEWLABELS_TEST_DATA"


def find(path: str) -> Path:
    """Return the file at `path`: as it is given, or else below $FEWLABELS_TEST_DATA.

    Raises `DatasetError`, with the places that were tried, where there is none.
    """
    given = Path(path).expanduser()
    places = [given]
    if (below := os.environ.get(TEST_DATA)) and not given.is_absolute():
        places.append(Path(below) / given)
    for place in places:
        if place.is_file():
            return place
    tried = " nor ".join(str(place.absolute()) for place in places)
    hint = "" if below else f" (${TEST_DATA}, where relative paths are looked up too, is not set)"
    raise DatasetError(f"path: there is no file {tried}{hint}")
