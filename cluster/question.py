"""What a node is asked before a run, as a function that needs nothing of fewlabels there.

It may not be installed there. All lies within functions, so that Ray sends code and not names.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from harness.registry import GROUP
from harness.strategies.activeml import DISTRIBUTION

COMPONENTS, COMMIT = "component packages", "commit"  # the latter is shown, and may differ
CODE = ("cluster", "datasets", "harness", "search_spaces")  # what computes; pages may differ

Question = Callable[[Mapping[str, Sequence[str]]], dict[str, str | None]]


def question() -> Question:
    """It takes names to look for by what they stand for, and tells what is there; None: nothing."""
    code_of, commit_of, packages = _code(), _commit(), _packages()

    def tell(distributions: Mapping[str, Sequence[str]]) -> dict[str, str | None]:
        told: dict[str, str | None] = {
            "Python": ".".join(platform.python_version_tuple()[:2]),
        }
        for what, names in distributions.items():
            told[what] = None
            for name in names:
                try:
                    told[what] = metadata.version(name)
                except metadata.PackageNotFoundError:
                    continue
                break
        told |= {COMPONENTS: packages(), "fewlabels": None, COMMIT: None}
        found = find_spec("harness")
        if found and found.origin:
            root = Path(found.origin).parent.parent
            told |= {"fewlabels": code_of(root), COMMIT: commit_of(root)}
        return told

    return tell


def _code() -> Callable[[Path], str]:
    def code_of(root: Path) -> str:
        """A sum of the code and of the cards of datasets.

        An editor's own files, and what a notebook keeps, begin with a dot and are none.
        """
        code = hashlib.sha256()
        for package in CODE:
            for folder, folders, names in os.walk(root / package):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                for name in sorted(name for name in names if not name.startswith(".")):
                    file = Path(folder, name)
                    if file.suffix in {".py", ".toml"} and file.is_file():
                        code.update(str(file.relative_to(root)).encode() + file.read_bytes())
        return f"code {code.hexdigest()[:8]}"

    return code_of


def _commit() -> Callable[[Path], str | None]:
    def commit_of(root: Path) -> str | None:
        """The first digits of the commit that is checked out; None: not known."""
        git = shutil.which("git")
        if git is None or not (root / ".git").exists():
            return None
        try:
            said = subprocess.run(  # noqa: S603 - fixed arguments
                [git, "-C", str(root), "rev-parse", "--short=8", "HEAD"],
                capture_output=True,
                text=True,
                timeout=20,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return said.stdout.strip()

    return commit_of


def _packages() -> Callable[[], str | None]:
    def packages() -> str | None:
        """Installed packages that register components, with versions; None: there are none."""
        found = {
            f"{entry.dist.name}=={entry.dist.version}"
            for entry in metadata.entry_points(group=GROUP)
            if entry.dist
        }
        with suppress(metadata.PackageNotFoundError):
            found.add(f"{DISTRIBUTION}=={metadata.version(DISTRIBUTION)}")
        return " ".join(sorted(found)) or None

    return packages
