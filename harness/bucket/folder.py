"""A run folder in a bucket: that on disk, and a bucket that is told of every change."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from harness import durable
from harness.bucket import lease
from harness.bucket.address import Address
from harness.bucket.copies import Copies, Held
from harness.bucket.objects import PATIENT, Objects
from harness.bucket.published import Published, token
from harness.bucket.snapshot import Source
from harness.errors import RunFolderError
from harness.schema import Row
from harness.store import LOCK, RunFolder


class BucketFolder(RunFolder):
    """The run at `address`. Use `harness.place`.

    Its root is a working copy: of the moment at which it was opened to be read, and equal to the
    bucket while it is written. All that `RunFolder` promises holds for the bucket.
    """

    def __init__(self, address: Address, objects: Objects | None = None) -> None:
        self._copies = Copies(address)
        self._held: Held = self._copies.new()
        super().__init__(self._held.path)
        self._address = address
        self._objects = objects or Objects(address, PATIENT)
        self._source = Source(self._objects, self._copies)
        self._published: Published | None = None
        self._is_together = False

    @classmethod
    def read_from(cls, address: Address, objects: Objects) -> BucketFolder:
        """The run at `address` as it is now. Raises `RunFolderError` where there is none."""
        folder = cls(address)
        with folder._named():
            Source(objects, folder._copies).read(folder.root)
            (folder.root / LOCK).touch()
        return folder

    def shown(self, what: Path | str = "") -> str:
        """See `RunFolder.shown`."""
        return str(what or self.root).replace(str(self.root), str(self._address))

    @contextlib.contextmanager
    def writing(self) -> Iterator[tuple[str, ...]]:
        """See `RunFolder.writing`; gives lines for objects that are lost, too.

        Another writer that is alive keeps this one out; one that only seemed dead loses what it
        has not stored yet. Raises `BucketError`.
        """
        writer = token()
        with self._named(), lease.holding(self._objects, writer):
            self._published = published = Published.taken_over(self._objects, writer)
            _empty(self.root)
            lost = self._source.fill(self.root, published.manifest)
            (self.root / LOCK).touch()
            published.stored(self.root)
            with super().writing() as lines:
                published.commit(self.root)
                foreign = published.tidy(self.root)
                try:
                    yield (*self._source.named(lost), *map(self.shown, lines), *foreign)
                except BaseException:
                    with contextlib.suppress(RunFolderError, OSError):
                        published.settle(self.root)
                        published.end(self.root)
                    raise
                published.end(self.root)

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """See `RunFolder.together`: here all of it counts at the end, in one change."""
        self._is_together = True
        try:
            yield
        except BaseException:
            self._failed = RunFolderError(f"{self._address}: a change was broken off; {_AGAIN}")
            raise
        finally:
            self._is_together = False
        self._publish()

    def append(self, table: str, rows: Sequence[Row]) -> None:
        """See `RunFolder.append`."""
        with self._named():
            super().append(table, rows)
        self._publish()

    def supersede(self, table: str, where: pc.Expression, rows: Sequence[Row]) -> pa.Table:
        """See `RunFolder.supersede`."""
        with self._named():
            gone = super().supersede(table, where, rows)
        self._publish()
        return gone

    def write_sweep(
        self, text: str, resolved: Mapping[str, Any], components: Mapping[str, str] | None = None
    ) -> None:
        """See `RunFolder.write_sweep`."""
        with self._named():
            super().write_sweep(text, resolved, components)
        self._publish()

    def read(self, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        """See `RunFolder.read`."""
        with self._named():
            return super().read(table, columns)

    def read_what_is_there(self, table: str) -> tuple[pa.Table, list[str]]:
        """See `RunFolder.read_what_is_there`."""
        rows, lines = super().read_what_is_there(table)
        return rows, [self.shown(line) for line in lines]

    def frame(self, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """See `RunFolder.frame`."""
        with self._named():
            return super().frame(table, columns)

    def component_texts(self) -> dict[str, str]:
        """See `RunFolder.component_texts`."""
        with self._named():
            return super().component_texts()

    def sweep_text(self) -> str | None:
        """See `RunFolder.sweep_text`."""
        with self._named():
            return super().sweep_text()

    def sweep(self) -> Mapping[str, Any]:
        """See `RunFolder.sweep`."""
        with self._named():
            return super().sweep()

    def _publish(self) -> None:
        if self._is_together or self._published is None:
            return
        try:
            self._published.commit(self.root)
        except BaseException as error:
            if isinstance(error, RunFolderError):
                self._failed = error
            else:
                self._failed = RunFolderError(f"{self._address}: broken off; {_AGAIN}")
            raise

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        """Name the bucket in messages, not the working copy."""
        try:
            yield
        except RunFolderError as error:
            error.args = tuple(self.shown(str(arg)) for arg in error.args)
            raise


_AGAIN = "open it again to find out what is stored"


def _empty(root: Path) -> None:
    for path in root.iterdir():
        durable.discard_all(path)
