"""What lies at the path that a sweep gives."""

from __future__ import annotations

import os
from pathlib import Path

from datasets.errors import DatasetError

TEST_DATA = "FEWLABELS_TEST_DATA"
BESIDE = Path(__file__).parents[2] / "shared" / "data"  # where that points if it is not set


def expand(path: str | Path) -> Path:
    """Return `path` with the home folder in the place of its ~.

    Raises `DatasetError` where nothing can be called so, or must not be looked at: a user who is
    not there, a name that is too long, a folder that is closed to us.
    """
    try:
        given = Path(path).expanduser()
        given.exists()
    except RuntimeError as error:
        raise DatasetError(
            f"path: {path}: there is no home folder {Path(path).parts[0]}"
        ) from error
    except OSError as error:
        raise DatasetError(f"path: {path} cannot be read: {error.strerror}") from error
    return given


def read(path: str) -> tuple[Path, bytes]:
    """Return the file that `find` finds at `path`, and its bytes.

    Raises `DatasetError` as `find` does, and where it cannot be read.
    """
    place = find(path)
    try:
        return place, place.read_bytes()
    except OSError as error:
        raise DatasetError(f"path: {place} cannot be read: {error.strerror}") from error


def find(path: str) -> Path:
    """Return the file at `path`: as given, or else below $FEWLABELS_TEST_DATA.

    Where that is not set, it is ../shared/data beside the checkout.

    Raises `DatasetError`, with the places that were tried, where there is none.
    """
    given = expand(path)
    places = [given]
    if not given.is_absolute():
        places.append(Path(os.environ.get(TEST_DATA) or BESIDE) / given)
    for place in places:
        try:
            if place.is_file():
                return place
        except OSError as error:
            raise DatasetError(f"path: {place} cannot be read: {error.strerror}") from error
    tried = " nor ".join(str(place.absolute()) for place in places)
    how = "names" if os.environ.get(TEST_DATA) else "can name"
    hint = "" if given.is_absolute() else f" (${TEST_DATA} {how} the second folder)"
    raise DatasetError(f"path: there is no file {tried}{hint}")
