"""A `Dataset` of official files: how it is imported and what is said about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from datasets.dataset import Dataset
from datasets.official import Imported, Official
from datasets.preparation import Preparation


def imported_dataset(official: Official) -> Dataset:
    """The dataset that `official` reads."""

    def import_path(
        path: Path, *, allow_unknown: bool = False, tell: Callable[[str], None] = official.tell
    ) -> str:
        reader = replace(official, tell=tell)
        return said(official, reader.import_path(path, allow_unknown=allow_unknown))

    return Dataset(official.card, Preparation(official).prepare, import_path, official)


def said(official: Official, found: Imported) -> str:
    """One line on what was imported, and one on each thing to know about it."""
    card, counts = official.card, found.counts
    versions = {part.version.name for part in found.parts if part.version.name}
    parts = [
        f"{card.name}: {counts.n_rows:,} rows, {len(found.classes)} classes",
        *([f"version {', '.join(sorted(versions))}"] if versions else []),
        f"{len(found.parts)} file{'s' * (len(found.parts) > 1)}, sha256 {found.content[:8]}",
    ]
    lines = ["; ".join(parts)]
    if counts.n_infinite:
        lines.append(f"{counts.n_infinite:,} infinite values are now missing")
    if counts.repaired:
        shown = ", ".join(f"{name} {n:,}" for name, n in counts.repaired.items())
        lines.append(
            f"{sum(counts.repaired.values()):,} cells that are no numbers are now missing, a known "
            f"fault of these files: {shown}"
        )
    lines += [f"{n:,} rows removed: {why}" for why, n in counts.removed.items()]
    return "\n  ".join([*lines, *found.notes])
