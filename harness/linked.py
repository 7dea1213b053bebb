"""Tables as fewlabels left them until their files grew in place.

`root/trials` was a symbolic link to a hidden folder, such as `.trials.000002`, the newest of
several that shared their files: `000000-000001.parquet`. Each was complete once it had that name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from harness import durable, regular
from harness.errors import RunFolderError

FILE = re.compile(r"[0-9]{6}-[0-9]{6}\.parquet")
_HIDDEN = re.compile(r"\.[a-z_]+\.[0-9]{6}")


def folder(root: Path, table: str) -> Path | None:
    """Where the files of `table` are, in the layout of today or the older one; None: nowhere.

    Raises `RunFolderError` for a link to nowhere, and for one that leads out of `root`.
    """
    path = root / table
    if path.is_dir():
        regular.must_be_no_link(root / path.readlink() if _is_ours(root, path) else path)
        return path
    if path.is_symlink():
        raise RunFolderError(
            f"{path} points to {path.readlink()}, which is not there; was the run copied without "
            "its hidden folders? Copy it again, with them"
        )
    return max(_hidden(root, table), default=None)


def is_table(root: Path, path: Path) -> bool:
    """Whether the link `path` is a table as it was then, which stays inside `root`."""
    return path.parent == root and _HIDDEN.fullmatch(str(path.readlink())) is not None


def _is_ours(root: Path, path: Path) -> bool:
    return path.is_symlink() and is_table(root, path)


def convert(root: Path, table: str, name: Callable[[int], str]) -> None:
    """Make `table` a plain folder of files called `name(1)`, `name(2)` and so on.

    Killed anywhere, it goes on when called again, and in between no row is lost or doubled.
    Raises `OSError`, and what `folder` raises.
    """
    path, found = root / table, folder(root, table)
    if path.is_symlink() and _HIDDEN.fullmatch(str(path.readlink())):
        found = root / path.readlink()
        path.unlink()
    if found is not None and found != path:
        durable.rename(found, path)
    for older in _hidden(root, table):
        durable.discard_all(older)
    if found is None:
        return
    for left in path.glob(f".*{durable.TEMPORARY}"):
        durable.discard(left)
    old = sorted(file.name for file in path.iterdir() if FILE.fullmatch(file.name))
    number = 1
    for file in old:
        while (path / name(number)).exists():
            number += 1
        durable.rename(path / file, path / name(number))


def _hidden(root: Path, table: str) -> list[Path]:
    found = root.glob(f".{table}.*")
    folders = [path for path in found if _HIDDEN.fullmatch(path.name) and path.is_dir()]
    for path in folders:
        regular.must_be_no_link(path)
    return folders
