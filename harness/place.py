"""Where a run is or shall be, as it is given on the command line: a folder, or a place in a bucket.

runs/NAME               on disk
s3://bucket/runs/NAME   in a bucket of S3, or of a store that speaks its language
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from harness.errors import RunFolderError
from harness.store import RunFolder


class Place(Protocol):
    """Methods raise `RunFolderError`; `str` gives what its user calls it."""

    @property
    def name(self) -> str:
        """Its last part."""

    @property
    def disk(self) -> Path:
        """Where on this machine's disk a run there takes room."""

    def is_new(self) -> bool:
        """Whether nothing is there."""

    def must_be_a_place(self) -> None:
        """Raise unless a run is there or can begin there; only looks."""

    def must_take_a_run(self) -> None:
        """Raise unless a run can begin there; leaves nothing behind."""

    def open(self) -> RunFolder:
        """The run that is there."""

    def create(self) -> RunFolder:
        """The run that is there, or a new one."""


class OnDisk:
    """A folder."""

    def __init__(self, path: Path) -> None:
        self.disk = path

    def __str__(self) -> str:
        """What its user calls it."""
        return str(self.disk)

    @property
    def name(self) -> str:
        """See `Place`, as for all that follows."""
        return self.disk.name

    def is_new(self) -> bool:
        """Or an empty folder is there."""
        from harness import destination  # which knows plans: `status` has no need of it

        return destination.is_new(self.disk)

    def must_be_a_place(self) -> None:
        """Raise where something else is in the way."""
        from harness import destination

        destination.must_be_a_place(self.disk)

    def must_take_a_run(self) -> None:
        """Raise where nothing can be written, too."""
        from harness import destination

        destination.must_take_a_run(self.disk)

    def open(self) -> RunFolder:
        """Read as it grows."""
        return RunFolder.open(self.disk)

    def create(self) -> RunFolder:
        """Made with its parent folders."""
        return RunFolder.create(self.disk)


def place(given: str | Path) -> Place:
    """What `given` means. Raises `RunFolderError` for an address that is none or was not tried."""
    from harness.bucket.address import is_elsewhere, parse

    text = str(given)
    if isinstance(given, Path) or not is_elsewhere(text):
        if text.lower().startswith("s3:"):  # a Path has one slash where an address has two
            raise RunFolderError(f"{text}: give an address as text, not as a path")
        return OnDisk(Path(given))
    from harness.bucket.place import InBucket

    return InBucket(parse(text))


def opened(given: str | Path) -> RunFolder:
    """The run at `given`. Raises `RunFolderError`."""
    return place(given).open()
