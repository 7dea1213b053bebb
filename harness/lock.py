"""One process at a time, on any host that shares the disk."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
from collections.abc import Iterator
from pathlib import Path

from harness.environment import host
from harness.errors import RunFolderError


@contextlib.contextmanager
def holding(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, which says who does. It goes with the process that holds it.

    So a lock of a process that died is no lock: nothing is to be cleared away after a kill.

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
        holder = os.pread(descriptor, 1000, 0).decode(errors="replace") or "another process"
        what = f"{path.parent} is being written by {holder}; wait for it, or stop it first"
        if is_gone(holder):
            what = (
                f"{path.parent} is locked for {holder}, which has ended: a process that it "
                "started may still hold the lock (end that one), or the file system has not "
                "noticed yet, which takes NFS some minutes"
            )
        raise RunFolderError(what) from error
    except OSError as error:
        if error.errno not in {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}:
            raise
        raise RunFolderError(
            f"{path.parent} is on a file system without file locks, which keep two runs from "
            "writing into one folder; choose one on another file system"
        ) from error


def is_gone(holder: str) -> bool:
    """Whether the process that `holder` names ran on this host, and does not run any more."""
    named = re.fullmatch(r"process ([0-9]+) on (.*)", holder)
    if not named or named[2] != host():
        return False
    try:
        os.kill(int(named[1]), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # somebody else's
    return False
