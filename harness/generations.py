"""The files of one table, and how they change in one step.

`root/trials` is a symbolic link to a hidden folder beside it, the current *generation*:

    trials -> .trials.000002
    .trials.000001/                        kept for readers that had begun with it
    .trials.000002/000001-000001.parquet   written for generation 1, a hard link from there
                   000002-000001.parquet

Adding a file is one rename inside the current generation. Any other change builds the next one
beside it, out of hard links and new files, and swaps it in by renaming a new link over the old. A
name is never used for two contents (its first number is the generation that wrote it), so whoever
lists one generation and opens files of the next finds the same file or none, never a wrong one.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import durable
from harness.errors import RunFolderError

SUFFIX = ".parquet"
NUMBERED = re.compile(r"\.[a-z_]+\.\d{6}")  # a generation
FILE = re.compile(r"\d{6}-\d{6}\.parquet")  # one of its files


READ_S = 60.0  # that a generation stays after it was replaced


@dataclass(frozen=True)
class Generations:
    """The generations of `table` in the run folder `root`. Methods raise `OSError`."""

    root: Path
    table: str

    @property
    def link(self) -> Path:
        """What plain readers read."""
        return self.root / self.table

    def current(self) -> Path | None:
        """The folder that holds the table now; None: nothing was ever written.

        Without the link (some tools copy none) it is the newest one, which is always complete.
        """
        if self.link.is_symlink():
            target = self.link.readlink()
            return self.root / target if NUMBERED.fullmatch(str(target)) else self.link
        if self.link.is_dir():  # a copy that followed links
            return self.link
        complete = (path for path in self._hidden() if NUMBERED.fullmatch(path.name))
        return max(complete, default=None)

    def files(self, generation: Path | None) -> list[Path]:
        """The table's files in `generation`, oldest first.

        Raises `FileNotFoundError` if the generation is gone, also while it was listed.
        """
        if generation is None:
            return []
        paths = sorted(generation.iterdir())
        generation.stat()  # a generation is renamed before its files go, so the list is whole
        return [path for path in paths if path.suffix == SUFFIX and path.name[0] not in "._"]

    def add(self, content: bytes) -> None:
        """Add a file to the current generation, or make the first one."""
        current = self.current()
        if current is None:
            self.replace([], [content])
            return
        number = _number(current)
        own = [path.name for path in self.files(current) if _number_of_file(path) == number]
        path = current / _name(number, 1 + max((int(name[7:13]) for name in own), default=0))
        try:
            durable.write(path, content)
        except OSError:
            durable.discard(path)  # in doubt, not there: the caller learns that it failed
            raise

    def replace(self, keep: Sequence[Path], new: Sequence[bytes]) -> None:
        """Swap in a generation of the files `keep` and of `new`.

        After an `OSError` the table is as before; or, if it came from the last sync, as wanted.
        """
        before, after = self.current(), self._next(keep)
        try:
            self._build(after, keep, new)
            self._point_to(after)
        except OSError:
            if before is None:
                durable.discard(self.link)
            if before is None or self.current() != after:
                _remove(after)
            raise
        with contextlib.suppress(OSError):  # what cannot go now goes when next written
            # A plain reader may be listing one of these: it must not see it half gone.
            if before is not None:
                os.utime(before)
            since = time.time() - READ_S
            recent = [path for path in self._hidden() if path.stat().st_mtime > since]
            self._remove_all_but(after, before, *recent)

    def recover(self) -> None:
        """Remove what a kill left behind, and make a copied folder writable again.

        Only for the writer. Raises `RunFolderError` for a table that is not as we leave one.
        """
        current = self.current()
        if current is None:
            self._remove_all_but()
            return
        if not current.is_dir():
            raise self.lost(current)
        if current == self.link:
            current = self._adopt()
        elif not self.link.is_symlink():
            self._point_to(current)
        self._remove_all_but(current)
        for path in current.glob(f".*{durable.TEMPORARY}"):
            durable.discard(path)

    def lost(self, generation: Path) -> RunFolderError:
        """What to say when the link points nowhere."""
        return RunFolderError(
            f"{self.link} points to {generation.name}, which is not there; was the run copied "
            "without its hidden folders? Copy it again, with them"
        )

    def _adopt(self) -> Path:
        """Make a generation of a plain folder; killed anywhere, the table stays readable."""
        files = self.files(self.link)
        numbers = [_number_of_file(path) for path in files]
        others = {*self.link.iterdir()} - {*files, *self.link.glob(f".*{durable.TEMPORARY}")}
        if others or min(numbers, default=0) < 0:
            raise RunFolderError(
                f"{self.link} is a plain folder and holds files that fewlabels did not write; "
                "move them elsewhere, or run into another folder"
            )
        adopted = self._next(files)
        self._build(adopted, files, [])
        aside = self.root / f".{self.table}.aside{durable.TEMPORARY}"
        _remove(aside)
        self.link.rename(aside)
        self._point_to(adopted)
        return adopted

    def _next(self, keep: Sequence[Path]) -> Path:
        """A folder for the next generation, whose number names no file yet."""
        used = [_number(path) for path in self._hidden() if NUMBERED.fullmatch(path.name)]
        return self._folder(1 + max([*used, *map(_number_of_file, keep)], default=-1))

    def _build(self, generation: Path, keep: Sequence[Path], new: Sequence[bytes]) -> None:
        """Make `generation`, complete on disk before it gets its name."""
        unfinished = self.root / f".{self.table}.next{durable.TEMPORARY}"
        _remove(unfinished)
        try:
            unfinished.mkdir()
            for path in keep:
                durable.link(path, unfinished / path.name)
            for index, content in enumerate(new, start=1):
                durable.write(unfinished / _name(_number(generation), index), content)
            durable.sync_folder(unfinished)
            unfinished.rename(generation)
        except OSError:
            _remove(unfinished)
            raise
        durable.sync_folder(self.root)

    def _point_to(self, generation: Path) -> None:
        temporary = self.root / f".{self.table}.link{durable.TEMPORARY}"
        durable.discard(temporary)
        temporary.symlink_to(generation.name)
        temporary.replace(self.link)
        durable.sync_folder(self.root)

    def _remove_all_but(self, *generations: Path | None) -> None:
        for path in self._hidden():
            if path not in generations:
                _remove(path)

    def _hidden(self) -> list[Path]:
        return [path for path in self.root.iterdir() if path.name.startswith(f".{self.table}.")]

    def _folder(self, number: int) -> Path:
        return self.root / f".{self.table}.{number:06d}"


def _name(generation: int, index: int) -> str:
    return f"{generation:06d}-{index:06d}{SUFFIX}"


def _number(generation: Path) -> int:
    return int(generation.name[-6:])


def _number_of_file(path: Path) -> int:
    """The generation that wrote `path`; -1 for a name that is none of ours."""
    return int(path.name[:6]) if FILE.fullmatch(path.name) else -1


def _remove(path: Path) -> None:
    """Remove a link or a folder; what cannot go now goes when the run is next written."""
    if path.is_symlink():
        durable.discard(path)
        return
    with contextlib.suppress(OSError):
        if not path.name.endswith(durable.TEMPORARY):
            path = path.rename(path.with_name(f"{path.name}{durable.TEMPORARY}"))
        shutil.rmtree(path, ignore_errors=True)
