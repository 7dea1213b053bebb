"""The files of a site: written so that whoever looks on, or kills us, has a whole site.

What pages load is named by its content and written first; then the pages that ask for it, then
what nothing asks for any more is removed. Of other people's files none is touched.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.errors import RunFolderError

MANIFEST = "site.json"  # which files are ours
INDEX = "index.html"
SHARED = ("assets", "data")  # folders of files that are named by their content
_OURS = re.compile(r"-[0-9a-f]{10}\.\w+(\.new)?$")


class Files:
    """A site that is being written below the folder `root`, which is made if needed.

    Raises `RunFolderError` where the disk refuses, and for a folder that has files of its own but
    no `MANIFEST`: it is no site, and a page may have a name that is taken.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._pages: dict[str, bytes] = {}
        self._mine: set[str] = {MANIFEST}
        self._before = _before(root)
        self._note(self._before)

    def shared(self, path: str, content: bytes) -> str:
        """Write `content` under `path` with a piece of its hash, once; return that name."""
        stem, dot, kind = path.rpartition(".")
        name = f"{stem}-{hashlib.sha256(content).hexdigest()[:10]}{dot}{kind}"
        if name not in self._mine:
            self._mine.add(name)
            if not (self.root / name).exists():
                self._write(name, content)
        return name

    def data(self, value: Any) -> str:
        """Write what JSON can hold, for the pages' script to load; return the file's name.

        It is a script, not JSON: a page that was opened from a disk may load nothing else.
        """
        text = f"fewlabels.receive({as_json(value)})\n"
        return self.shared("data/part.js", text.encode())

    def page(self, name: str, text: str) -> None:
        """Keep a page, or a download, until all that it needs is there."""
        self._pages[name] = text.encode()

    def download(self, name: str, content: bytes) -> str:
        """Keep a file under a name that people like to see; return its path."""
        path = f"downloads/{name}"
        self._pages[path] = content
        return path

    def finish(self, last: Mapping[str, str]) -> Path:
        """Put the pages into their places, the first one and then `last` at the end.

        Returns the path of the first page.
        """
        self._mine |= self._pages.keys() | last.keys()
        self._note(self._before | self._mine)
        for name in sorted(self._pages, key=lambda name: (name == INDEX, name)):
            self._write(name, self._pages[name])
        for name, text in last.items():
            self._write(name, text.encode())
        for name in (self._before | self._left_over()) - self._mine:
            (self.root / name).unlink(missing_ok=True)
        self._note(self._mine)
        return self.root / INDEX

    def _left_over(self) -> set[str]:
        """Return what a writer that was killed may have left: named by us, on no list."""
        found = [path for folder in SHARED for path in (self.root / folder).glob("*-*.*")]
        return {f"{path.parent.name}/{path.name}" for path in found if _OURS.search(path.name)}

    def _note(self, names: set[str]) -> None:
        self._write(MANIFEST, json.dumps({"files": sorted(names)}, indent=1).encode())

    def _write(self, name: str, content: bytes) -> None:
        path = self.root / name
        hidden = path.with_name(f".{path.name}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            hidden.write_bytes(content)
            hidden.replace(path)
        except OSError as error:
            raise RunFolderError(f"cannot write {path}: {error.strerror}") from error


def as_json(value: Any) -> str:
    r"""Return `value` as JSON that may stand inside an HTML script element.

    >>> as_json({"label": "</script>"})
    '{"label":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _before(root: Path) -> set[str]:
    """Return the files of the site that is there; none where there is no site yet."""
    try:
        if not root.exists() or not any(root.iterdir()):
            return set()
        if not (root / MANIFEST).exists():
            raise RunFolderError(
                f"{root} holds files, but no site ({MANIFEST}): choose another folder with -o"
            )
        listed = json.loads((root / MANIFEST).read_text(encoding="utf-8"))["files"]
        names = [str(name) for name in listed]
    except OSError as error:
        raise RunFolderError(f"cannot write {root}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise RunFolderError(f"{root / MANIFEST} is no list of a site's files") from error
    inside = root.resolve()
    return {name for name in names if (inside / name).resolve().is_relative_to(inside)}
