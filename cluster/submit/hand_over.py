"""A run folder as lines of text, which a job prints on the head, and a fetch reads here.

Ray's Jobs API gives back what a job prints, and nothing else. So each file is cut into pieces,
written in base64 and followed by its checksum; a last line says how many files there were. The
head's log has them until the fetch has ended, which stops the job.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from types import FrameType

from harness.destination import size
from harness.errors import ClusterError, RunFolderError
from harness.store import LOCK, RunFolder

MARK = "fewlabels:"  # begins our lines in a log
PIECE_BYTES = 12_000  # of a file, in a line: 16,000 characters, which Ray's reader takes as one
MOST_BYTES = 500_000_000
MOST_CHARACTERS = 2 * MOST_BYTES  # of all lines: base64 takes 4/3, and each file has a line more
LONGEST = 100_000  # characters of a line that comes; a longer one is taken for several
KEPT_S = 600.0  # of the lines in the head's log, if nobody stops the job
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,3}")


def lines(folder: RunFolder) -> Iterator[str]:
    """The files of a run that nobody writes. Raises `RunFolderError` where somebody does."""
    with folder.writing() as set_aside:
        yield from (_said({"note": line}) for line in set_aside)
        files = {}  # by name
        for path in sorted(folder.root.rglob("*")):
            name = path.relative_to(folder.root).as_posix()
            if _is_hidden(name) or not stat.S_ISREG(path.lstat().st_mode):
                continue
            if NAME.fullmatch(name):
                files[name] = path
            else:
                yield _said({"note": f"{path} is no file of a run, and stays"})
        n_bytes = sum(path.stat().st_size for path in files.values())
        if n_bytes > MOST_BYTES:
            there, here = quote(str(folder.root)), quote(folder.root.name)
            raise RunFolderError(
                f"{folder.root} holds {size(n_bytes)}, and no more than {size(MOST_BYTES)} go "
                f"through Ray's Jobs API. Copy it: scp -r {socket.gethostname()}:{there} runs/, or "
                f"kubectl cp POD:{there} runs/{here}"
            )
        for name, path in files.items():
            content = path.read_bytes()
            for begin in range(0, len(content), PIECE_BYTES):
                piece = base64.b64encode(content[begin : begin + PIECE_BYTES])
                yield f"{MARK} {piece.decode('ascii')}"
            sha256 = hashlib.sha256(content).hexdigest()
            yield _said({"file": name, "sha256": sha256})
    yield _said({"files": len(files)})


def _said(what: dict[str, object]) -> str:
    return f"{MARK} {json.dumps(what)}"


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def print_and_wait(folder: RunFolder) -> None:
    """Print them, and clear them away when the job is stopped, or after a while."""
    is_stopped = False

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature
        nonlocal is_stopped
        is_stopped = True

    signal.signal(signal.SIGTERM, note)
    for line in lines(folder):
        if is_stopped:  # nobody reads on, and Ray's patience is short
            break
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    end = time.monotonic() + KEPT_S
    while not is_stopped and time.monotonic() < end:
        time.sleep(0.1)
    if stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode):
        os.ftruncate(sys.stdout.fileno(), 0)


@dataclass
class Received:
    """A run folder that comes in; `take` its lines, and `keep` it once that said it was all."""

    root: Path  # where it shall be
    n_files: int = 0
    n_bytes: int = 0
    n_characters: int = 0  # of the lines that were ours
    notes: list[str] = field(default_factory=list)  # of what was damaged there, and set aside
    _pieces: list[bytes] = field(default_factory=list)
    _hidden: Path = field(init=False)

    def __post_init__(self) -> None:
        """Make a folder beside the one that it shall be, and one in it that becomes that."""
        with self._explained():
            self.root.parent.mkdir(parents=True, exist_ok=True)
            self._hidden = Path(tempfile.mkdtemp(prefix=".fewlabels.", dir=self.root.parent))
            self._inner.mkdir()

    @property
    def _inner(self) -> Path:
        return self._hidden / "run"  # with the modes that its user's folders have

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ClusterError(f"{self.root} cannot be written: {error}") from error

    def take(self, line: str) -> bool:
        """Take a line of the log; whether it was the last. Raises `ClusterError` if it is wrong."""
        if not line.startswith(MARK):
            return False
        self.n_characters += len(line)
        if self.n_characters > MOST_CHARACTERS:
            raise ClusterError(f"more came than the {size(MOST_BYTES)} that a head hands over")
        text = line.removeprefix(MARK).strip()
        try:
            if not text.startswith("{"):
                self._pieces.append(base64.b64decode(text, validate=True))
                return False
            said = json.loads(text)
            if "note" in said:
                self.notes.append(str(said["note"]))
                return False
            if "files" not in said:
                self._store(said["file"], said["sha256"])
                return False
        except (binascii.Error, ValueError, KeyError, TypeError, RecursionError) as error:
            raise ClusterError(f"what came is no run folder ({error}); {_AGAIN}") from None
        if said["files"] != self.n_files:
            raise ClusterError(f"{said['files']!r} files were sent, {self.n_files} came; {_AGAIN}")
        return True

    def _store(self, name: str, sha256: str) -> None:
        content = b"".join(self._pieces)
        self._pieces.clear()
        if not NAME.fullmatch(name):
            raise ClusterError(f"{name!r} is no file of a run folder")
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ClusterError(f"{name} came damaged; {_AGAIN}")
        path = self._inner / name
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.n_files += 1
        self.n_bytes += len(content)

    def keep(self) -> None:
        """Make it the run folder, in one step."""
        with self._explained():
            (self._inner / LOCK).touch()
            self._inner.replace(self.root)

    def drop(self) -> None:
        """Leave nothing behind, unless it was kept."""
        shutil.rmtree(self._hidden, ignore_errors=True)


_AGAIN = "fetch it again"


def whole_lines(pieces: Iterable[str]) -> Iterator[str]:
    r"""The lines of a text that comes in pieces, without their ends; endless ones in parts.

    >>> list(whole_lines(["a\nb", "c\n", "d"]))
    ['a', 'bc', 'd']
    """
    rest = ""
    for piece in pieces:
        *whole, rest = (rest + piece).split("\n")
        yield from whole
        if len(rest) > LONGEST:
            yield rest
            rest = ""
    if rest:
        yield rest
