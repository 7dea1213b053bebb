"""Regular files of a run folder, which may come from anybody, read without a way out of it.

A link may name any file of whoever reads, a pipe never ends, and neither do some devices.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from harness.errors import DamagedFile, RunFolderError

# Flags that a system lacks, it does not need: it has no links or pipes of that kind.
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_AT_ONCE = 2**20  # bytes


def read(path: Path) -> bytes:
    """The content of the regular file `path`, whose folders may be links.

    Raises `RunFolderError` for what is none, and `OSError`.
    """
    must_be_no_link(path)
    _must_be_regular(path, path.lstat().st_mode)  # opening some devices does something already
    descriptor = os.open(path, _FLAGS)
    try:
        _must_be_regular(path, os.fstat(descriptor).st_mode)  # it may be another one by now
        parts = []
        while part := os.read(descriptor, _AT_ONCE):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)


def text(path: Path) -> str:
    """The same as text. Raises `DamagedFile` for what is none, too."""
    try:
        return read(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise DamagedFile(f"{path} is damaged ({error}); run the sweep again") from None


def must_be_no_link(path: Path) -> None:
    """Raise `RunFolderError` where `path` is a link."""
    if path.is_symlink():
        raise RunFolderError(
            f"{path} is a link to {path.readlink()}; nothing is read through links of a run "
            "folder, which may come from anybody: put what it points to in its place"
        )


def _must_be_regular(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise RunFolderError(f"{path} is no regular file, and only such are read from a run folder")
