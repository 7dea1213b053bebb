"""One process at a time, on any host that shares the disk."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from harness.environment import host
from harness.errors import RunFolderError


@contextlib.contextmanager
def holding(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, which says who does. It goes with the process that holds it.

    Raises `RunFolderError` if somebody else does or the disk has no locks, and `OSError`.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _lock(descriptor, path)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} on {host()}".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(descriptor, 1000, 0).decode() or "another process"
        raise RunFolderError(
            f"{path.parent} is being written by {holder}; wait for it, or stop it first"
        ) from error
    except OSError as error:
        if error.errno not in {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}:
            raise
        raise RunFolderError(
            f"{path.parent} is on a file system without file locks, which keep two runs from "
            "writing into one folder; choose one on another file system"
        ) from error
