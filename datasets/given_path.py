"""What lies at the path that a sweep gives."""

from __future__ import annotations

import os
from pathlib import Path

from datasets.errors import DatasetError

TEST_DATA = "FEWLABELS_TEST_DATA"


def read(path: str) -> tuple[Path, bytes]:
    """Return the file at `path` and its bytes: as given, or else below $FEWLABELS_TEST_DATA.

    Raises `DatasetError`, with the places that were tried, where there is none, and where it
    cannot be read.
    """
    given = Path(path).expanduser()
    places = [given]
    if (below := os.environ.get(TEST_DATA)) and not given.is_absolute():
        places.append(Path(below) / given)
    for place in places:
        if place.is_file():
            try:
                return place, place.read_bytes()
            except OSError as error:
                raise DatasetError(f"path: {place} cannot be read: {error.strerror}") from error
    tried = " nor ".join(str(place.absolute()) for place in places)
    hint = "" if below else f" (${TEST_DATA}, where relative paths are looked up too, is not set)"
    raise DatasetError(f"path: there is no file {tried}{hint}")
