"""Which dataset and version is this file? Every card is tried; nothing is imported."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from datasets import rows
from datasets.differences import other_counts
from datasets.errors import DatasetError
from datasets.imported import said
from datasets.official import Imported, Official
from datasets.sources import Source, sources

ALIKE = 0.5  # share of columns in common from which on a file is taken for a changed official one


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the nearest card says of files."""

    text: str
    is_official: bool | None  # None: it cannot be said


@dataclass(frozen=True, slots=True)
class _Trial:
    """A card, the files that might be its own, and why they are not."""

    official: Official
    found: list[Source]
    misfit: str | None

    @property
    def wheres(self) -> frozenset[str]:
        return frozenset(source.where for source in self.found)


def check(
    path: Path, officials: Iterable[Official], tell: Callable[[str], None] = lambda _: None
) -> list[Verdict]:
    """Return a verdict on the files at `path` for each card that they fit.

    For files that fit none, the verdict is that of the nearest card. Raises `DatasetError` where
    there is nothing that any card could speak of.
    """
    readers = [replace(official, tell=tell) for official in officials]
    trials = [trial for reader in readers if (trial := _tried(reader, path))]
    if not trials and path.is_dir():
        raise DatasetError(
            f"{path} holds no file with a name that a card knows; check a single file by its path"
        )
    if not trials:
        sources(path, [name for reader in readers for name in reader.names])  # says why
    fitting = [trial for trial in trials if trial.misfit is None]
    verdicts = [_verdict(trial.official, path) for trial in fitting]
    if any(verdict.is_official for verdict in verdicts):
        verdicts = [verdict for verdict in verdicts if verdict.is_official]
    claimed = {where for trial in fitting for where in trial.wheres}
    others: dict[frozenset[str], list[_Trial]] = {}
    for trial in trials:
        if not trial.wheres & claimed:
            others.setdefault(trial.wheres, []).append(trial)
    return [*verdicts, *(_nearest(alike) for alike in others.values())]


def _tried(official: Official, path: Path) -> _Trial | None:
    try:
        found = sources(path, official.names)
    except DatasetError:
        return None
    try:
        parts = official.identify(path)
        if not official.card.has_header and not all(_has_number(p.source, official) for p in parts):
            return _Trial(official, found, f"{parts[0].source.where} begins with a header")
    except DatasetError as error:
        return _Trial(official, found, str(error))
    return _Trial(official, found, None)


def _has_number(source: Source, official: Official) -> bool:
    """A file without a header begins with a row, and every row has numbers."""
    for cell in rows.column_names(source, official.card):
        try:
            float(cell)
        except ValueError:
            continue
        return True
    return False


def _verdict(official: Official, path: Path) -> Verdict:
    try:
        imported = official.check_path(path)
    except DatasetError as error:
        return Verdict(f"{official.card.name}: {error}", is_official=False)
    is_official, judged = _judged(official, imported)
    lines = [said(official, imported), *judged]
    if is_official:
        command = f"fewlabels datasets import {official.card.name} {shlex.quote(str(path))}"
        lines.append(f"import it: {command}")
    return Verdict("\n  ".join(lines), is_official)


def _judged(official: Official, imported: Imported) -> tuple[bool | None, list[str]]:
    version = imported.parts[0].version
    here = {part.file.name for part in imported.parts}
    absent = [f.name for f in version.files if f.name not in here and "*" not in f.name]
    if official.is_known(imported):
        return True, ["the checksum is the official one"]
    if absent or not version.classes:
        return None, ["without a checksum and all rows, nothing more can be said"]
    if other_counts(version, imported.classes):
        return False, []  # the notes say so
    if not version.is_certain:
        return None, ["its rows per class are those of the card, which nobody counted officially"]
    return True, ["its columns and rows per class are those of the card"]


def _nearest(trials: list[_Trial]) -> Verdict:
    """Of the cards that a file does not fit, the one with most of its columns."""
    ranked = []
    for trial in trials:
        try:
            found = rows.column_names(trial.found[0], trial.official.card)
        except DatasetError as error:
            return Verdict(str(error), is_official=None)
        ranked.append((_likeness(trial.official, found), trial))
    likeness, nearest = max(ranked, key=lambda each: each[0])
    name = nearest.official.card.name
    if likeness >= ALIKE:
        return Verdict(f"nearest to {name}: {nearest.misfit}", is_official=False)
    said = f"{nearest.found[0].where} has the columns of no dataset that fewlabels knows"
    if likeness:
        said += f"; nearest is {name}, with {likeness:.0%} of columns in common"
    return Verdict(f"{said}. The dataset `generic` takes any table", is_official=None)


def _likeness(official: Official, found: list[str]) -> float:
    """Columns in common, by all columns of both; case aside."""
    card = official.card
    if not card.has_header:
        return 0.0
    here = {name.lower() for name in found}
    there = [{c.name.lower() for c in card.columns_of(version)} for version in card.versions]
    return max((len(here & names) / len(here | names) for names in there), default=0.0)
