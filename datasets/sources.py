"""The bytes of official downloads, however they lie on disk, as streams of what is packed in them.

Nothing is ever unpacked to disk, so what a zip calls its members cannot hurt; names that try to
are refused all the same, and so is what unpacks to absurd sizes.
"""

from __future__ import annotations

import fnmatch
import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from datasets.errors import DatasetError

PACKINGS = ("", ".gz", ".zip")
BOMB_BYTES = 2**28  # from here on, unpacked bytes are compared with packed ones
BOMB_RATIO = 200  # CSV files of flows pack to a twentieth
BROKEN = (OSError, EOFError, RuntimeError, zlib.error, zipfile.BadZipFile, NotImplementedError)
HEAD_BYTES = 2**16
PARQUET = b"PAR1"  # first bytes


@dataclass(frozen=True, slots=True)
class Source:
    """One file, unpacked while it is read."""

    name: str  # of the file itself, without packing or folder
    where: str  # for messages: path, and member of a zip
    folders: tuple[str, ...]  # that it lies in, from the root on, zips among them
    packed_bytes: int
    _open: Callable[[], Any] = field(repr=False)  # a binary stream

    def is_called(self, official: str) -> bool:
        """Whether it has that name, or that of a Parquet copy, in the folders that stand in it."""
        return _matches((*self.folders, self.name), [official, _as_parquet(official)])

    @property
    def n_lines(self) -> int:
        """Lines, ended or not. Reads all of it."""
        with self.opened() as reading:
            n, last = 0, b""
            while block := reading.read(2**20):
                n, last = n + block.count(b"\n"), block
            return n + (last != b"" and not last.endswith(b"\n"))

    @contextmanager
    def opened(self) -> Iterator[Reading]:
        """A stream of the unpacked bytes. What is wrong with them becomes a `DatasetError`."""
        with _explained(self.where):
            raw = self._open()
        with raw:  # a full disk while the caller writes is no fault of this file
            yield Reading(raw, self)

    def head(self) -> bytes:
        """The first bytes. Raises `DatasetError` where they cannot be those of a data file."""
        with self.opened() as reading:
            head = reading.read(HEAD_BYTES)
        _refuse_stand_ins(head, self.where)
        return head

    def is_parquet(self) -> bool:
        """Whether somebody wrote the table again as Parquet."""
        with self.opened() as reading:
            return reading.read(len(PARQUET)) == PARQUET


class Reading(io.RawIOBase):
    """A stream that knows the checksum and the number of the bytes that went through it."""

    def __init__(self, raw: Any, source: Source) -> None:
        super().__init__()
        self._raw = raw
        self._source = source
        self._sha256 = hashlib.sha256()
        self.n_bytes = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes; all that are left if it is negative."""
        with _explained(self._source.where):
            block: bytes = self._raw.read(size)
        self._sha256.update(block)
        self.n_bytes += len(block)
        if self.n_bytes > max(BOMB_BYTES, BOMB_RATIO * self._source.packed_bytes):
            raise DatasetError(
                f"{self._source.where} unpacks to over {BOMB_RATIO} times its size: that is no "
                "table of flows"
            )
        return block

    @property
    def sha256(self) -> str:
        """Of all bytes, once all are read."""
        while self.read(2**20):
            pass
        return self._sha256.hexdigest()


def sources(path: Path, names: Sequence[str]) -> list[Source]:
    """Return the files at `path`: a file, packed or not, a zip of several, or a folder of them.

    A single file may have any name. In a folder, and in a zip that holds several files, those
    are taken whose name matches one of the official `names` (with * for anything, whatever the
    case; `a/b.csv` is a b.csv in a folder a). Sorted by where they lie. Raises `DatasetError`
    where there is none.
    """
    if not path.exists():
        raise DatasetError(f"there is no {path}")
    if path.is_dir():
        inside = sorted(p for p in path.rglob("*") if p.is_file())
        paths = {p: (*_folders(p), _unpacked_name(p.name)) for p in inside}
        chosen = [p for p in inside if _matches(paths[p], names)] or [
            p for p in inside if _matches(paths[p], [_as_parquet(name) for name in names])
        ]
        found = [source for p in chosen for source in _in_file(p, names)]
        if not found:
            # A zip of any name may hold what is looked for.
            zips = [p for p in inside if p.suffix.lower() == ".zip"]
            found = [source for p in zips for source in _in_zip(p, names, must_match=True)]
        if not found:
            raise DatasetError(f"{path} holds no {' nor '.join(names[:4])}, packed or not")
        return found
    return _in_file(path, names)


def _in_file(path: Path, names: Sequence[str]) -> list[Source]:
    try:
        with path.open("rb") as file:
            start = file.read(4)
        packed = path.stat().st_size
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}") from error
    if start == b"PK\x03\x04":
        return _in_zip(path, names)
    # A browser may have unpacked a .gz and left its name.
    name, folders = _unpacked_name(path.name), _folders(path)
    if start.startswith(b"\x1f\x8b"):
        return [Source(name, str(path), folders, packed, lambda: gzip.open(path, "rb"))]
    return [Source(name, str(path), folders, packed, lambda: path.open("rb"))]


def _in_zip(path: Path, names: Sequence[str], *, must_match: bool = False) -> list[Source]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
    except BROKEN as error:
        raise DatasetError(
            f"{path} cannot be read ({error}); the download may be incomplete: get it again"
        ) from error
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/")).parts
        if ".." in parts or member.filename.startswith(("/", "\\")) or ":" in parts[0]:
            raise DatasetError(
                f"{path} has a member called {member.filename!r}, which would lie outside its "
                "folder: no publisher packs so"
            )
    members = [m for m in members if not m.filename.startswith("__MACOSX/")]
    named = [m for m in members if _matches(_parts(path, m), names)]
    suffixes = {PurePosixPath(name).suffix for name in names}
    alike = [
        m for m in members if PurePosixPath(m.filename).suffix.lower() in {*suffixes, ".parquet"}
    ]
    chosen = named or ([] if must_match else alike)
    if not named and len(chosen) > 1:
        shown = ", ".join(m.filename for m in chosen[:4])
        raise DatasetError(
            f"{path} holds several files ({shown}), none of an official name ({names[0]}, ...); "
            "unpack it and name the right one"
        )
    if not chosen and not must_match:
        raise DatasetError(f"{path} holds no {' nor '.join(sorted(suffixes))} file")
    return [
        Source(
            _parts(path, m)[-1],
            f"{path}:{m.filename}",
            _parts(path, m)[:-1],
            m.compress_size,
            _opener(path, m),
        )
        for m in sorted(chosen, key=lambda m: m.filename)
    ]


def _opener(path: Path, member: zipfile.ZipInfo) -> Callable[[], Any]:
    def opened() -> Any:
        archive = zipfile.ZipFile(path)  # its member keeps it open
        stream = archive.open(member)
        return gzip.open(stream) if member.filename.lower().endswith(".gz") else stream

    return opened


@contextmanager
def _explained(where: str) -> Iterator[None]:
    try:
        yield
    except BROKEN as error:
        raise DatasetError(
            f"{where} cannot be read ({error}); the download may be incomplete: get it again"
        ) from error


def _as_parquet(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(".parquet"))


def _folders(path: Path) -> tuple[str, ...]:
    return path.absolute().parts[:-1]


def _parts(path: Path, member: zipfile.ZipInfo) -> tuple[str, ...]:
    """The folders of a zip's member, which the zip itself is one of, and its unpacked name."""
    inside = PurePosixPath(member.filename.replace("\\", "/"))
    name = _unpacked_name(inside.name)
    itself = () if name == _unpacked_name(path.name) else (path.stem,)
    return (*_folders(path), *itself, *inside.parts[:-1], name)


def _matches(parts: tuple[str, ...], names: Sequence[str]) -> bool:
    """Whether the last of `parts` are those of one of `names`."""
    patterns = [PurePosixPath(name.lower()).parts for name in names]
    return any(
        len(pattern) <= len(parts)
        and all(
            fnmatch.fnmatchcase(part.lower(), wanted)
            for part, wanted in zip(parts[-len(pattern) :], pattern, strict=True)
        )
        for pattern in patterns
    )


def _unpacked_name(name: str) -> str:
    for packing in PACKINGS[1:]:
        if name.lower().endswith(packing):
            return name[: -len(packing)]
    return name


def _refuse_stand_ins(head: bytes, where: str) -> None:
    if not head.strip():
        raise DatasetError(f"{where} is empty")
    if head.startswith(b"version https://git-lfs"):
        raise DatasetError(
            f"{where} is a Git LFS pointer, not the file itself: a repository that keeps it "
            "outside Git was cloned without it. Run `git lfs pull` there, or download the file"
        )
    if head.lstrip()[:1] == b"<":
        raise DatasetError(
            f"{where} is a web page, not data: the site answered with a page (a login, perhaps); "
            "open it in a browser and save the file itself"
        )
