"""What a writer has stored, and how it stores more.

A change: the contents of the files that differ go into new objects, side by side; then a manifest
that names them takes the place of the one before, if that is still the one that this writer knows.
That PUT is the moment at which the whole change counts. A kill before it leaves objects that
nothing names; `tidy` of the next writer removes them. An object's name holds the number of its
change and its writer's token, so it is stored once and removed once: a request that comes late,
of a killed or a replaced writer, meets nothing that anybody else uses.

The view (`sweep.yaml`, `trials/000001.parquet`, ...) is brought up to date now and then, and at the
end; each file by compare-and-swap, too. Nothing is ever read from it.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import deque
from pathlib import Path

from harness.bucket.manifest import MANIFEST, OBJECTS, OWN, Entry, Manifest, current, is_file
from harness.bucket.objects import Listed, Objects
from harness.errors import Overtaken, RunFolderError
from harness.schema import TABLES
from harness.table_files import OURS

VIEW_S = 30.0  # after which a change brings the view up to date
GRACE_S = 120.0  # for readers: so long what a change replaced can be read
YOUNG_NS = 100_000_000  # clocks of file systems tick less often than every nanosecond
_Stat = tuple[int, int, int]


def token() -> str:
    """A new one, of a writer."""
    return secrets.token_hex(8)


class Published:
    """A run as its one writer has stored it. Methods raise `BucketError`.

    After one that is not `Overtaken`, nobody knows whether the change counts: the next writer
    finds out.
    """

    def __init__(self, objects: Objects, manifest: Manifest, etag: str) -> None:
        self.manifest = manifest
        self._objects = objects
        self._etag = etag
        self._seen: dict[str, _Stat] = {}  # of local files, as they were stored
        self._view: dict[str, Entry | None] = {}  # None: some other content
        self._view_etags: dict[str, str] = {}
        self._viewed = time.monotonic()
        self._replaced: deque[tuple[float, str]] = deque()  # when, and which object

    @classmethod
    def taken_over(cls, objects: Objects, writer: str) -> Published:
        """The run, which nobody but `writer` can change from now on; a new one, if need be."""
        found = current(objects)
        before, etag = found or (Manifest(0, ""), None)
        manifest = Manifest(before.number + 1, writer, before.files)
        return cls(objects, manifest, _swapped(objects, manifest, etag))

    def stored(self, root: Path) -> None:
        """Note that `root` is as the manifest says."""
        self._seen = {name: _told_by(root / name) for name in _files(root)}

    def commit(self, root: Path) -> None:
        """Store what has changed in `root`: all of it, or none if it raises `Overtaken`."""
        there = {name: _told_by(root / name) for name in _files(root)}
        changed = [name for name, told in there.items() if self._seen.get(name) != told]
        gone = self.manifest.files.keys() - there.keys()
        contents = {name: (root / name).read_bytes() for name in changed}
        number, writer = self.manifest.number + 1, self.manifest.writer
        files = {n: entry for n, entry in self.manifest.files.items() if n not in gone}
        new: dict[str, bytes] = {}
        for name, content in contents.items():
            sha256 = hashlib.sha256(content).hexdigest()
            if name in files and files[name].sha256 == sha256:
                continue
            entry = Entry(f"{number:08d}-{writer}-{sha256[:16]}", sha256, len(content))
            files[name] = entry
            new[entry.key] = content
        if files != self.manifest.files:
            with self._objects.side_by_side() as threads:
                stored = [
                    threads.submit(self._objects.put, f"{OBJECTS}{key}", content)
                    for key, content in new.items()
                    if content  # of nothing there is no object
                ]
            for put in stored:
                put.result()
            self._name(Manifest(number, writer, files))
        now = time.time_ns()  # a file this young may change again without showing it
        self._seen = {n: told for n, told in there.items() if now - told[1] > YOUNG_NS}
        if time.monotonic() - self._viewed > VIEW_S:
            self.show(root)

    def _name(self, manifest: Manifest) -> None:
        before = {entry.key for entry in self.manifest.files.values()}
        now = {entry.key for entry in manifest.files.values()}
        self._etag = _swapped(self._objects, manifest, self._etag)
        self.manifest = manifest
        at = time.monotonic()
        self._replaced += [(at, key) for key in sorted(before - now)]

    def show(self, root: Path) -> None:
        """Bring the view up to date, and remove what readers had time enough to read.

        `root` is as the manifest says.
        """

        def put(name: str) -> str:
            content = (root / name).read_bytes()
            return self._objects.swap(name, content, self._view_etags.get(name))

        files = self.manifest.files
        names = [name for name, entry in files.items() if self._view.get(name) != entry]
        with self._objects.side_by_side() as threads:
            for name, etag in zip(names, threads.map(put, names), strict=True):
                self._view[name], self._view_etags[name] = files[name], etag
        gone = self._view_etags.keys() - files.keys()
        self._objects.delete(sorted(gone))
        for name in gone:
            del self._view_etags[name]
            self._view.pop(name, None)
        self._forget(time.monotonic() - GRACE_S)
        self._viewed = time.monotonic()

    def _forget(self, until: float) -> None:
        old = []
        while self._replaced and self._replaced[0][0] <= until:
            old.append(f"{OBJECTS}{self._replaced.popleft()[1]}")
        self._objects.delete(old)

    def end(self, root: Path) -> None:
        """Leave nothing behind but what the manifest names, and an exact view."""
        self.show(root)
        self._forget(time.monotonic())

    def tidy(self, root: Path) -> list[str]:
        """Remove what others left that no manifest names, and make the view exact.

        `root` is as the manifest says. Returns a line for each file that plain readers take for
        one of a table, and is none. A writer that was replaced without knowing it harms nobody:
        it removes nothing that is younger than its own last change.
        """
        named = {f"{OBJECTS}{entry.key}" for entry in self.manifest.files.values()}
        left, lines = [], []
        for name, listed in self._objects.list().items():
            if name.startswith(OWN):
                left += [name] if self._is_left(name) and name not in named else []
            elif is_file(name):
                self._view_etags[name] = listed.etag
                entry = self.manifest.files.get(name)
                self._view[name] = entry if entry and _is(listed, root / name) else None
            elif _is_read(name):
                lines.append(
                    f"{self._objects.address}/{name} is no file of this run; pandas and DuckDB "
                    "take it for one: remove it"
                )
        found = current(self._objects)
        if found is None or found[1] != self._etag:  # the list may be of a successor's view
            raise Overtaken(_other(self._objects))
        self._objects.delete(left)
        self.show(root)
        return lines

    def _is_left(self, name: str) -> bool:
        number = name.removeprefix(OBJECTS).partition("-")[0]
        return number.isdecimal() and int(number) <= self.manifest.number

    def settle(self, root: Path) -> None:
        """Find out what became of a change that was broken off. `root` may hold it.

        Raises `Overtaken` where somebody else writes by now, and `RunFolderError` where `root` is
        not what is stored.
        """
        found = current(self._objects)
        if found is None or found[0].writer != self.manifest.writer:
            raise Overtaken(_other(self._objects))
        self.manifest, self._etag = found
        for name, entry in self.manifest.files.items():
            if hashlib.sha256((root / name).read_bytes()).hexdigest() != entry.sha256:
                raise RunFolderError(f"{root / name} is not what is stored")


def _swapped(objects: Objects, manifest: Manifest, etag: str | None) -> str:
    try:
        return objects.swap(MANIFEST, manifest.encode(), etag)
    except Overtaken:
        raise Overtaken(_other(objects)) from None


def _other(objects: Objects) -> str:
    return (
        f"another run has taken over {objects.address}, since this one gave no sign of life for "
        "too long, or was started at the same moment. What this one had stored is there; it ends"
    )


def _files(root: Path) -> list[str]:
    """The names of the files of a run in `root`, as a manifest has them."""
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(name for path in found if is_file(name := path.as_posix()))


def _told_by(path: Path) -> _Stat:
    stat = path.stat()
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def _is(listed: Listed, path: Path) -> bool:
    """Whether an object in a list has the content of `path`; no, where etags are no MD5 sums."""
    content = path.read_bytes()
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return listed.n_bytes == len(content) and listed.etag.strip('"') == md5


def _is_read(name: str) -> bool:
    table, _, file = name.partition("/")
    return table in TABLES and file.endswith(".parquet") and not OURS.fullmatch(file)
