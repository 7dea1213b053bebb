"""Files that are there whole or not at all, also after a kill or a power cut."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

TEMPORARY = ".tmp"  # ends what a kill may leave behind; such names also begin with a dot


def write(path: Path, content: bytes, beside: Path | None = None) -> None:
    """Make `path` a file that holds `content`, in place of what may be there.

    Hidden temporary file in the folder `beside` (default: that of `path`), fsync, `os.replace`,
    fsync of the folder. Raises `OSError`; then the temporary file is gone, and `path` as it was
    unless the last fsync failed.
    """
    temporary = (beside or path.parent) / f".{path.parent.name}.{path.name}{TEMPORARY}"
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        discard(temporary)
        raise
    sync_folder(path.parent)


def rename(path: Path, target: Path) -> None:
    """Rename `path` to `target`, for good. Raises `OSError`."""
    path.replace(target)
    sync_folder(target.parent)


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


def discard_all(path: Path) -> None:
    """Remove the link, file or folder `path`, as far as that is possible."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        discard(path)
