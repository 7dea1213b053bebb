"""A place for a run in a bucket."""

from __future__ import annotations

from pathlib import Path

from harness.bucket import copies
from harness.bucket.address import Address
from harness.bucket.folder import BucketFolder
from harness.bucket.manifest import OWN, current
from harness.bucket.objects import Objects
from harness.bucket.probe import must_take_writes
from harness.errors import RunFolderError
from harness.store import RunFolder

_LOOKED_AT = 2  # objects: enough to know whether there are any


class InBucket:
    """See `harness.place.Place`, as for all that follows."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._objects = Objects(address)  # which gives up soon: a wrong name should be said soon

    def __str__(self) -> str:
        """What its user calls it."""
        return str(self.address)

    @property
    def name(self) -> str:
        """The last part of the prefix."""
        return self.address.name

    @property
    def disk(self) -> Path:
        """Where the working copy is."""
        return copies.place()

    def is_new(self) -> bool:
        """Whether there is no manifest."""
        return current(self._objects) is None

    def must_be_a_place(self) -> None:
        """Raise where other objects are there, and no run."""
        if not self.is_new():
            return
        own = self._objects.list(OWN, at_most=_LOOKED_AT)
        found = self._objects.list(at_most=_LOOKED_AT + len(own))
        if foreign := found.keys() - own.keys():
            raise RunFolderError(
                f"{self} is not empty and holds no run (there is {min(foreign)}); choose another "
                "place. A run folder that was copied there is read from a copy on disk: "
                f"aws s3 sync {self} FOLDER"
            )

    def must_take_a_run(self) -> None:
        """Raise unless objects can be written there, by compare-and-swap."""
        self.must_be_a_place()
        must_take_writes(self._objects)

    def open(self) -> RunFolder:
        """A copy of the run as it is now."""
        if self.is_new():
            self.must_be_a_place()  # which knows a better reason
            raise RunFolderError(f"no run at {self}")
        return BucketFolder.read_from(self.address, self._objects)

    def create(self) -> RunFolder:
        """It begins when it is opened for writing."""
        self.must_be_a_place()
        return BucketFolder(self.address)
