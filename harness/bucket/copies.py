"""Working copies on this machine's disk, and contents that were downloaded once.

    CACHE/buckets/DIGEST/contents/SHA256    of the files of one run
                         copies/NAME/       one for each command that is under way

A copy's files are links to contents: whoever changes one puts another file in its place.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
import weakref
from pathlib import Path

from datasets import cache
from harness import durable
from harness.bucket.address import Address
from harness.errors import RunFolderError


class Copies:
    """Of the run at `address`. Methods raise `OSError`."""

    def __init__(self, address: Address) -> None:
        where = f"{os.environ.get('AWS_ENDPOINT_URL', '')} {address}"  # it may be two stores
        self._root = place() / hashlib.sha256(where.encode()).hexdigest()[:16]
        self._contents = self._root / "contents"

    def new(self) -> Held:
        """An empty folder for whoever asks. Those that killed processes left are removed."""
        copies = self._root / "copies"
        copies.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._contents.mkdir(exist_ok=True)
        descriptor = os.open(copies, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # or it would be taken for one that was left
            for left in copies.iterdir():
                _discard_unless_held(left)
            return Held(Path(tempfile.mkdtemp(dir=copies)))
        finally:
            os.close(descriptor)

    def link(self, sha256: str, path: Path) -> bool:
        """Make `path` the file of that content; whether it is there."""
        held = self._contents / sha256
        try:
            content = held.read_bytes()
        except FileNotFoundError:
            return False
        if hashlib.sha256(content).hexdigest() != sha256:  # cut off by a full disk, say
            durable.discard(held)
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.hardlink_to(held)
        except OSError:
            path.write_bytes(content)
        return True

    def keep(self, sha256: str, content: bytes, path: Path) -> None:
        """Make `path` a file of `content`, and keep it for later copies."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        temporary = self._contents / f"{sha256}.{os.getpid()}.{path.name}"
        with contextlib.suppress(FileExistsError, FileNotFoundError):
            temporary.write_bytes(content)
            temporary.replace(self._contents / sha256)

    def forget_all_but(self, sums: set[str]) -> None:
        """Remove contents that the run has no more."""
        for path in self._contents.iterdir():
            if path.name not in sums:
                durable.discard(path)


class Held:
    """A folder that is removed once nobody holds this any more."""

    def __init__(self, path: Path) -> None:
        self.path = path
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        self._end = weakref.finalize(self, _end, path, descriptor)


def _end(path: Path, descriptor: int) -> None:
    shutil.rmtree(path, ignore_errors=True)
    with contextlib.suppress(OSError):
        os.close(descriptor)


def _discard_unless_held(path: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        finally:
            os.close(descriptor)


def place() -> Path:
    """Where all of them are."""
    return cache.root() / "buckets"


def must_have_room(n_bytes: int, address: Address) -> None:
    """Raise `RunFolderError` where no copy of so many bytes has room."""
    nearest = next(path for path in (place(), *place().parents) if path.exists())
    free = shutil.disk_usage(nearest).free
    if n_bytes > free:
        raise RunFolderError(
            f"{address} holds {n_bytes / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free at "
            f"{nearest} for a copy; make room, or set FEWLABELS_CACHE"
        )
