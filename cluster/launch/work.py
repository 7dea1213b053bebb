"""What shall be run: a sweep, as it is called on a command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath

from harness.sweep import Sweep


@dataclass(frozen=True, slots=True)
class Work:
    """A sweep, and how its user named it."""

    named: str  # a path or the name of one that ships
    overrides: tuple[str, ...]  # of --set
    sweep: Sweep

    @property
    def name(self) -> str:
        """Of the sweep; also of the run folder."""
        return self.sweep.name

    def arguments(self, out: PurePath, *, require_gpu: bool) -> list[str]:
        """The words after `fewlabels`, without the address."""
        path = Path(self.named)
        words = ["run", str(path.resolve()) if path.is_file() else self.named, "--out", str(out)]
        words += [word for text in self.overrides for word in ("--set", text)]
        return [*words, "--require-gpu"] if require_gpu else words
