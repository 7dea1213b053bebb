"""A run folder that is written holds no way out of it, where it is written.

A folder that came from somebody else may hold links: a lock that is another file, a `quarantine`
that is another folder. Writing follows them, so they are refused before anything is written.
What else lies in the folder, such as a site beside the tables, is its owner's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness import linked
from harness.errors import RunFolderError


def must_stay_inside(root: Path, written: Sequence[str]) -> None:
    """Raise `RunFolderError` for a link at which writing would leave `root`, and `OSError`.

    `written` are the names of the folders in it that are written; hidden names in it are, too.
    """
    for path in _written_to(root, written):
        if path.is_symlink() and not linked.is_table(root, path):
            raise RunFolderError(
                f"{path} is a link to {path.readlink()}; nothing is written through links of "
                "a run folder, which may come from anybody: remove it, or put what it points "
                "to in its place"
            )


def _written_to(root: Path, written: Sequence[str]) -> Iterator[Path]:
    with os.scandir(root) as entries:
        yield from (root / entry.name for entry in entries if entry.name.startswith("."))
    for name in written:
        path = root / name
        yield path
        if path.is_dir():
            for folder, folders, files in os.walk(path, onerror=_raised):
                hidden = [file for file in files if file.startswith(".")]  # temporary files
                yield from (Path(folder) / inner for inner in (*folders, *hidden))


def _raised(error: OSError) -> None:
    raise error
