"""A run folder that is written holds no way out of it.

A folder that came from somebody else may hold links: a lock that is another file, a `quarantine`
that is another folder. Writing follows them, so they are refused before anything is written.
Links to files in other places are harmless: a file is replaced, never written through.
"""

from __future__ import annotations

import os
from pathlib import Path

from harness import linked
from harness.errors import RunFolderError


def must_stay_inside(root: Path) -> None:
    """Raise `RunFolderError` for a link at which writing would leave `root`, and `OSError`."""
    for folder, folders, files in os.walk(root, onerror=_raised):
        hidden = [name for name in files if name.startswith(".")]  # locks and temporary files
        for name in (*folders, *hidden):
            path = Path(folder) / name
            if path.is_symlink() and not linked.is_table(root, path):
                raise RunFolderError(
                    f"{path} is a link to {path.readlink()}; nothing is written through links of "
                    "a run folder, which may come from anybody: remove it, or put what it points "
                    "to in its place"
                )


def _raised(error: OSError) -> None:
    raise error
