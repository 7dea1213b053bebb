"""A site that follows a run: written anew whenever the run has more, until it is left alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import reports
from harness.errors import RunFolderError
from reports.provenance import progress
from reports.site.write import Wish, write

PAUSE_S = 10.0  # between two looks; a site takes a part of it to write


def watch(
    runs: Sequence[str],
    root: Path,
    wish: Wish,
    written: Callable[[Path | RunFolderError], None],
    pause_s: float = PAUSE_S,
) -> None:
    """Write the site of `runs` into `root`, and again when they have grown; ends by Ctrl-C.

    `written` is told after each time, and of a run folder that cannot be read at the moment, as
    when its disk is away: it is looked at again. At first that is an error as everywhere. The
    site that is left behind no longer looks for a newer one.
    """
    frames = reports.load(*runs)
    seen: list[str] = []
    with suppress(KeyboardInterrupt):
        while True:
            now = progress(frames.tables)
            if now != seen:
                stamp = datetime.now(UTC)
                written(write(frames, root, stamp, replace(wish, watched=stamp.isoformat())))
                seen = now
            time.sleep(pause_s)
            try:
                frames = reports.load(*runs)
            except RunFolderError as error:
                written(error)
    written(write(frames, root, datetime.now(UTC), wish))
