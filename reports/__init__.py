"""What a run says: load -> compute (frames) -> draw -> render. It only reads run folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.frames import Frames


def load(*runs: Path | str) -> Frames:
    """Return run folders as tidy data frames (`reports.frames`); docs/results.md.

    Several are merged. Raises `RunFolderError` where there is no run, or where the numbers of two
    runs are not paired.
    """
    from reports import frames  # pandas is slow, and the command line imports this package

    return frames.load(*runs)
