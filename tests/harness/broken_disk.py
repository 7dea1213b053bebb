"""A disk that fails, or a process that dies, at the nth thing that is asked of the disk.

Everything that Python asks goes through a handful of functions; each is replaced by one that
counts. Nothing waits for the disk: what a power cut undoes is tested by the order of calls.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os

GROWING = ("open for writing", "write", "mkdir", "link", "symlink", "replace", "rename")
REMOVING = ("unlink", "rmdir")
OTHERS = ("fsync", "listdir", "scandir", "open a descriptor", "open for reading", "read", "stat")
OPERATIONS = (*GROWING, *REMOVING, *OTHERS)
KINDS = ("killed", "fails once", "full from then on", "read-only from then on")


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it, and nothing is done after it."""


class BrokenDisk:
    """Counts operations; at number `nth` it does what `kind` says.

    A process that dies in a write leaves half of it.
    """

    def __init__(self, kind: str, nth: int | None) -> None:
        self.kind, self.nth = kind, nth
        self.done: list[str] = []  # names of operations, the broken one included

    @property
    def reached(self):
        return self.nth is not None and len(self.done) > self.nth

    def before(self, name):
        """Take note of an operation; raise if it is not to be done. True: half of it is."""
        here = len(self.done) == self.nth
        self.done.append(name)
        match self.kind:
            case "killed" if self.reached:
                if here and name == "write":
                    return True
                raise Killed
            case "fails once" if here:
                cause = errno.EIO if name in OTHERS else errno.ENOSPC
                raise OSError(cause, os.strerror(cause))
            case "full from then on" if self.reached and name in GROWING[:5]:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            case "read-only from then on" if self.reached and name in (*GROWING, *REMOVING):
                raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return False

    def wrapped(self, name, original):
        def call(*args, **kwargs):
            self.before(name)
            return original(*args, **kwargs)

        return call


class BrokenFile:
    """A file whose writes and reads count; a write that is died in leaves half of it."""

    def __init__(self, disk, file) -> None:
        self._disk, self._file = disk, file

    def write(self, content):
        if self._disk.before("write"):
            self._file.write(content[: len(content) // 2])
            self._file.flush()
            raise Killed
        return self._file.write(content)

    def read(self, *args):
        self._disk.before("read")
        return self._file.read(*args)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def __getattr__(self, name):
        return getattr(self._file, name)


@contextlib.contextmanager
def broken(monkeypatch, kind="fails once", nth=None):
    """What Python asks of the disk goes through a `BrokenDisk`, which this gives."""
    disk = BrokenDisk(kind, nth)
    really_open, os_open = io.open, os.open

    def opening(file, mode="r", *args, **kwargs):
        if not isinstance(file, (str, os.PathLike)):
            return really_open(file, mode, *args, **kwargs)
        disk.before("open for writing" if "w" in mode else "open for reading")
        return BrokenFile(disk, really_open(file, mode, *args, **kwargs))

    def opening_descriptor(*args, **kwargs):
        disk.before("open a descriptor")
        return os_open(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(io, "open", opening)
        patch.setattr(os, "open", opening_descriptor)
        patch.setattr(os, "fsync", disk.wrapped("fsync", lambda _descriptor: None))
        for name in ("mkdir", "link", "symlink", "replace", "rename", *REMOVING):
            patch.setattr(os, name, disk.wrapped(name, getattr(os, name)))
        for name in ("listdir", "scandir", "stat", "read"):
            patch.setattr(os, name, disk.wrapped(name, getattr(os, name)))
        yield disk
