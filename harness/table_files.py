"""The files of one table, and how they change.

    trials/000001.parquet    full: written again only if rows in it are replaced
           000002.parquet    the last one grows, always under this name
    .trials.next/            new contents of several files, about to replace theirs

A plain reader lists the folder and opens what it found. No listed name ever goes away, and no row
ever moves from one file to another, so it finds every row that was stored when it listed, once.
A file changes by one rename of its next content over it. Several change together: their contents
are written into a hidden folder, one rename of that folder decides that they count, and then each
replaces its file; what a kill leaves of that is read from where it is, and completed by whoever
writes next. The numbers have no gaps, so a file that somebody removed is missed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness import durable, linked, regular
from harness.errors import DamagedFile
from harness.parquet import AGAIN

OURS = re.compile(r"[0-9]{6}\.parquet")
AGAIN_WITHOUT = "run the sweep again, which computes again what it held"
State = list[tuple[Path, tuple[int, ...]]]  # each file, and numbers that change with its content


@dataclass(frozen=True)
class TableFiles:
    """The files of `table` in the run folder `root`. Methods raise `OSError`."""

    root: Path
    table: str

    @property
    def folder(self) -> Path:
        """What plain readers read."""
        return self.root / self.table

    @property
    def _next(self) -> Path:
        return self.root / f".{self.table}.next"

    def path(self, number: int) -> Path:
        """The file of that number, whether it is there or not."""
        return self.folder / _name(number)

    def state(self) -> State:
        """The files that make up the table now, in order; none: nothing was ever written.

        Raises `FileNotFoundError` where one is replaced meanwhile, `DamagedFile` for one that is
        none of the table's or missing, and `RunFolderError` for a link to nowhere or out of `root`.
        """
        folder = linked.folder(self.root, self.table)
        if folder is None:
            return []
        regular.must_be_no_link(self._next)
        coming = {path.name for path in self._next.iterdir()} if self._next.is_dir() else set()
        names = sorted({*visible(folder), *coming})
        for name in names:
            if not (OURS.fullmatch(name) or linked.FILE.fullmatch(name)):
                raise DamagedFile(f"{folder / name} is no file of this table; {AGAIN}")
        ours = [name for name in names if OURS.fullmatch(name)]
        if missing := sorted({_name(1 + i) for i in range(len(ours))} - {*ours}):
            raise DamagedFile(f"{folder / missing[0]} is missing; {AGAIN_WITHOUT}")
        paths = [(self._next if name in coming else folder) / name for name in names]
        return [(path, _told_by(path.lstat())) for path in paths]

    def put(self, contents: Mapping[int, bytes]) -> None:
        """Give the files of these numbers these contents: all of them, or none if it raises.

        After an `OSError` it may be either; `recover` makes one of them certain.
        """
        exists = self.folder.is_dir()
        if exists and len(contents) == 1:
            for number, content in contents.items():
                durable.write(self.path(number), content, beside=self.root)
            return
        unfinished = self._next.with_name(f"{self._next.name}{durable.TEMPORARY}")
        durable.discard_all(unfinished)
        unfinished.mkdir()
        for number, content in contents.items():
            durable.write(unfinished / _name(number), content)
        durable.rename(unfinished, self._next if exists else self.folder)
        self._finish()

    def recover(self) -> None:
        """Complete what a kill left, and bring an older layout into this one.

        Only for the writer. Raises `RunFolderError` for a link to nowhere.
        """
        linked.convert(self.root, self.table, _name)
        self._finish()

    def _finish(self) -> None:
        if self._next.is_dir():
            for path in sorted(self._next.iterdir()):
                path.replace(self.folder / path.name)
            durable.sync_folder(self.folder)
            self._next.rmdir()


def visible(folder: Path) -> list[str]:
    """The names in `folder` that plain readers read, in order."""
    names = sorted(path.name for path in folder.iterdir())
    return [name for name in names if name.endswith(".parquet") and name[0] not in "._"]


def _name(number: int) -> str:
    return f"{number:06d}.parquet"


def _told_by(stat: os.stat_result) -> tuple[int, ...]:
    return stat.st_ino, stat.st_mtime_ns, stat.st_size
