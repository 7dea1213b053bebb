"""Which object is which file of a run, at one moment.

Whoever can write into a bucket can write this, so nothing in it is taken for granted: names lead
nowhere but to files that a run has, and no more is read than it says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.bucket.objects import Objects
from harness.errors import DamagedFile, NoObject
from harness.quarantine import FOLDER as QUARANTINE
from harness.schema import TABLES
from harness.store import COMPONENTS, SWEEP, SWEEP_JSON
from harness.table_files import OURS

OWN = ".fewlabels/"  # begins the names of all that is not the view
MANIFEST = f"{OWN}manifest"
OBJECTS = f"{OWN}objects/"
MOST_BYTES = 64 * 2**20  # of a manifest: over 400,000 files
LARGEST = 2**30  # bytes of one file; fewlabels begins another one at 256 KB
FORMAT = 1
_KEY = re.compile(r"[0-9]{8}-[0-9a-f]{16}-[0-9a-f]{16}")
_SUM = re.compile(r"[0-9a-f]{64}")
_LONGEST = 200  # bytes of a part of a name
AGAIN = "run the sweep again, which computes again what is lost"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a run."""

    key: str  # of the object with its content, below OBJECTS
    sha256: str
    n_bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of a run by their names in it; `number` counts the changes."""

    number: int
    writer: str  # token of the one who made this change
    files: Mapping[str, Entry] = field(default_factory=dict)

    def encode(self) -> bytes:
        """As it is stored."""
        files = {name: [e.key, e.sha256, e.n_bytes] for name, e in self.files.items()}
        whole = {"format": FORMAT, "number": self.number, "writer": self.writer, "files": files}
        return json.dumps(whole, separators=(",", ":")).encode()


def current(objects: Objects) -> tuple[Manifest, str] | None:
    """The manifest and its etag; None: there is no run. Raises `DamagedFile`, `BucketError`."""
    try:
        found = objects.get(MANIFEST, MOST_BYTES)
    except NoObject:
        return None
    try:
        return _decode(found.content), found.etag
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DamagedFile(
            f"{objects.address}/{MANIFEST} is none of this fewlabels ({error!r}); use another "
            "place, or the fewlabels that wrote it"
        ) from None


def _decode(content: bytes) -> Manifest:
    """Raises what `current` explains."""
    if len(content) > MOST_BYTES:
        raise ValueError(f"more than {MOST_BYTES} bytes")
    whole = json.loads(content)
    if whole["format"] != FORMAT:
        raise ValueError(f"format {whole['format']!r}")
    number, writer = whole["number"], whole["writer"]
    if type(number) is not int or number < 0 or not isinstance(writer, str):
        raise ValueError("no number or writer")
    files = {}
    for name, (key, sha256, n_bytes) in dict.items(whole["files"]):
        if not is_file(name):
            raise ValueError(f"no file of a run has the name {name!r}")
        _check(key, sha256, n_bytes)
        files[name] = Entry(key, sha256, n_bytes)
    return Manifest(number, writer, files)


def _check(key: Any, sha256: Any, n_bytes: Any) -> None:
    if not (_KEY.fullmatch(key) and _SUM.fullmatch(sha256)):
        raise ValueError("a key or a sum that is none")
    if type(n_bytes) is not int or not 0 <= n_bytes <= LARGEST:
        raise ValueError(f"a file of {n_bytes!r} bytes")


def is_file(name: str) -> bool:
    """Whether a run has files of that name; never one that leads elsewhere.

    >>> [is_file(n) for n in ("sweep.yaml", "trials/000001.parquet", "components/mine.py")]
    [True, True, True]
    >>> [is_file(n) for n in ("../x", "/etc/passwd", "trials/../x", "trials/.x", "x", "trials")]
    [False, False, False, False, False, False]
    """
    first, *rest = name.split("/")
    if not all(_is_plain(part) for part in (first, *rest)):
        return False
    match len(rest):
        case 0:
            return first in {SWEEP, SWEEP_JSON}
        case 1:
            is_of_table = first in TABLES and OURS.fullmatch(rest[0]) is not None
            return is_of_table or first in {COMPONENTS, QUARANTINE}
        case _:
            return first == QUARANTINE and len(rest) == 2  # noqa: PLR2004 - as `quarantine` does


def _is_plain(part: str) -> bool:
    is_hidden = part.startswith(".")
    return bool(part) and not is_hidden and part.isprintable() and len(part.encode()) <= _LONGEST
