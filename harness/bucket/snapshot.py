"""The files of a manifest, on this machine's disk."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from harness.bucket.copies import Copies, must_have_room
from harness.bucket.manifest import AGAIN, OBJECTS, Entry, Manifest, current
from harness.bucket.objects import Objects
from harness.errors import DamagedFile, NoObject, RunFolderError

TRIES = 20  # of a reader that objects are removed under


@dataclass(frozen=True)
class Source:
    """Where the files of a run come from."""

    objects: Objects
    copies: Copies

    def read(self, root: Path) -> None:
        """Put the run as it is at one moment into `root`, which is empty.

        Raises `DamagedFile` where objects are missing or hold something else, and
        `RunFolderError` where there is no run or its copy has no room.
        """
        address = self.objects.address
        found = current(self.objects)
        for _ in range(TRIES):
            if found is None:
                raise RunFolderError(f"no run at {address}")
            manifest, etag = found
            if not (lost := self.fill(root, manifest)):
                return
            found = current(self.objects)
            if found and found[1] == etag:  # nobody has replaced them
                raise DamagedFile("; ".join([*self.named(lost), AGAIN]))
        raise RunFolderError(f"{address} changes all the time; read it again")

    def named(self, lost: list[str]) -> list[str]:
        """A line for each of these files, which `fill` did not find."""
        return [f"{self.objects.address}/{name} is damaged: its object is lost" for name in lost]

    def fill(self, root: Path, manifest: Manifest) -> list[str]:
        """Make the files of `root` those of `manifest`; return which could not be had."""
        must_have_room(sum(e.n_bytes for e in manifest.files.values()), self.objects.address)

        def fetch(name: str) -> bool:
            return self._fetch(manifest.files[name], root / name)

        with self.objects.side_by_side() as threads:
            is_there = dict(zip(manifest.files, threads.map(fetch, manifest.files), strict=True))
        self.copies.forget_all_but({entry.sha256 for entry in manifest.files.values()})
        return [name for name, there in is_there.items() if not there]

    def _fetch(self, entry: Entry, path: Path) -> bool:
        if path.exists():  # by an earlier try, of a file that may have changed since
            path.unlink()
        if self.copies.link(entry.sha256, path):
            return True
        content = b""
        if entry.n_bytes:  # of nothing there is no object
            try:
                content = self.objects.get(f"{OBJECTS}{entry.key}", entry.n_bytes).content
            except NoObject:
                return False
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            return False
        self.copies.keep(entry.sha256, content, path)
        return True
