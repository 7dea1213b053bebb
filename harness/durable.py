"""Files that are there whole or not at all, also after a kill or a power cut."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

TEMPORARY = ".tmp"  # ends what a kill may leave behind; such names also begin with a dot


def write(path: Path, content: bytes) -> None:
    """Make `path` a file that holds `content`, in place of what may be there.

    Hidden temporary file, fsync, `os.replace`, fsync of the folder. Raises `OSError`; then the
    temporary file is gone, and `path` as it was unless the last fsync failed.
    """
    temporary = path.with_name(f".{path.name}{TEMPORARY}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError:
        discard(temporary)
        raise


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` outlive a power cut. Raises `OSError`."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def link(source: Path, target: Path) -> None:
    """Make `target` the same file as `source`; a copy where the disk has no hard links.

    Raises `OSError`.
    """
    try:
        target.hardlink_to(source)
    except OSError:
        write(target, source.read_bytes())


def discard(path: Path) -> None:
    """Remove the file `path` if that is possible."""
    with contextlib.suppress(OSError):
        path.unlink()
