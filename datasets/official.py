"""The official files of a card: told apart, checked, typed, and kept in the cache."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from datasets import cache, rows
from datasets.card import Card, File, Version
from datasets.cells import Texts
from datasets.differences import SHOWN, listed, other_counts, other_rows, unlike
from datasets.errors import DatasetError
from datasets.sources import Source, sources

if TYPE_CHECKING:
    import pyarrow as pa

SIDE = "__side"  # column of a cached table: train or test of the official split


@dataclass(frozen=True, slots=True)
class Part:
    """A file, and what it is taken for."""

    source: Source
    found: tuple[str, ...]  # its columns
    version: Version
    file: File


@dataclass
class Imported:
    """What an import found."""

    parts: list[Part]
    content: str  # sha256
    sums: list[str] = field(default_factory=list)  # sha256 of each part
    counts: rows.Counts = field(default_factory=rows.Counts)
    classes: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)  # where files differ from the card


@dataclass(frozen=True)
class Official:
    """How the files of one card are read."""

    card: Card
    clean: rows.Clean = rows.as_they_are
    label_of: Callable[[Source], str] | None = None  # where the file's name says the class
    tell: Callable[[str], None] = field(default=lambda _: None, repr=False)

    def import_path(self, path: Path, *, allow_unknown: bool = False) -> Imported:
        """Read the official files at `path` into the cache.

        Raises `DatasetError` for anything that is not what the authors publish; with
        `allow_unknown`, files with the right columns and classes but other bytes are taken too.
        """
        imported = self._of_one_version(self.identify(path))
        with cache.writing(self.card.name) as store:
            for batch in self._read_all(imported):
                store.write(batch)
            self._check(imported, allow_unknown=allow_unknown)
            store.keep(imported.content, imported.counts.removed, reading=self.reading)
        return imported

    def check_path(self, path: Path) -> Imported:
        """Say what `import_path` would find at `path`, and raise what it would; keep nothing."""
        imported = self._of_one_version(self.identify(path))
        for _ in self._read_all(imported):
            pass
        self._check(imported, allow_unknown=False)
        return imported

    def is_known(self, imported: Imported) -> bool:
        """Whether the bytes of all parts are official ones."""
        return {*imported.sums} <= {f.sha256 for v in self.card.versions for f in v.files}

    @cached_property
    def reading(self) -> str:
        """By which card and code rows are read: 16 hex digits."""
        code = [
            Path(inspect.getfile(function)).read_text(encoding="utf-8")
            for function in (self.clean, self.label_of)
            if function not in (None, rows.as_they_are)
        ]
        said = json.dumps([self.card.hashed, code], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def names(self) -> list[str]:
        """What official files are called, in any version."""
        return list(dict.fromkeys(f.name for v in self.card.versions for f in v.files))

    def identify(self, path: Path) -> list[Part]:
        """Tell which files of which version lie at `path`, by their columns."""
        return [
            self._part(source, tuple(rows.column_names(source, self.card)))
            for source in sources(path, self.names)
        ]

    def _of_one_version(self, parts: list[Part]) -> Imported:
        """Several versions side by side hold the same rows again; the card's first is taken.

        Its files come in the card's order, wherever they lie, so that the same bytes are the same
        rows in the same order.
        """
        if any(part.version != parts[0].version for part in parts):
            parts = [self._by_number_of_rows(part) for part in parts]
        present = [part.version for part in parts]
        first = next(version for version in self.card.versions if version in present)
        kept = [part for part in parts if part.version == first]
        kept.sort(key=lambda part: (_place(part), part.source.name, part.source.where))
        for part, other in pairwise(kept):
            if part.file == other.file and "*" not in part.file.name:
                raise DatasetError(
                    f"{part.source.where} and {other.source.where} are both {part.file.name}, and "
                    "its rows would count twice; name the one to import"
                )
        left = [part.source.name for part in parts if part.version != first]
        notes = [f"left alone, as other versions: {listed(left, [])}"] if left else []
        return Imported(kept, "", notes=notes)

    def _by_number_of_rows(self, part: Part) -> Part:
        """Versions of one file each and the same columns are told apart by their rows."""
        alike = [v for v in self.card.versions if _are_alike(v, part.version) and len(v.files) == 1]
        n_rows = part.source.n_lines - self.card.has_header if len(alike) > 1 else 0
        for version in alike:
            if n_rows == sum(version.classes.values()):
                return replace(part, version=version, file=version.files[0])
        return part

    def _part(self, source: Source, found: tuple[str, ...]) -> Part:
        card = self.card
        fitting = []
        for version in card.versions:
            expected = tuple(column.name for column in card.columns_of(version))
            expected = expected[: len(expected) - (self.label_of is not None)]
            if found == expected or (not card.has_header and len(found) == len(expected)):
                fitting.append((version, expected))
        if not fitting:
            raise DatasetError(unlike(card, source, found))
        named = [
            Part(source, expected, version, file)
            for version, expected in fitting
            for file in version.files
            if source.is_called(file.name)
        ]
        if named:
            return named[0]
        version, expected = fitting[0]
        is_told = len(version.files) == 1 or any(file.sha256 for file in version.files)
        return Part(source, expected, version, version.files[0] if is_told else File(source.name))

    def _read_all(self, imported: Imported) -> Iterator[pa.RecordBatch]:
        for part in imported.parts:
            yield from self._read(part, imported)
        imported.content = self._content(imported.parts, imported.sums)

    def _read(self, part: Part, imported: Imported) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa
        import pyarrow.compute as pc

        label = self.card.labels[0]
        of_file = rows.Rows(part.source, self.card, self._clean)
        counts = of_file.counts
        with part.source.opened() as reading:
            for batch in of_file.batches(reading, part.found):
                classes = batch.column(label)
                tally = pc.value_counts(classes).to_pylist()
                imported.classes.update({str(one["values"]): one["counts"] for one in tally})
                if part.file.side:
                    side = pa.array([part.file.side] * batch.num_rows, pa.string())
                    batch = batch.append_column(SIDE, side)  # noqa: PLW2901
                yield batch
                self.tell(f"{imported.counts.n_rows + counts.n_rows:,} rows")
            imported.sums.append(reading.sha256)
        imported.counts.n_rows += counts.n_rows
        imported.counts.n_infinite += counts.n_infinite
        for why, n in counts.removed.items():
            imported.counts.removed[why] = imported.counts.removed.get(why, 0) + n
        for column, n in counts.repaired.items():
            imported.counts.repaired[column] = imported.counts.repaired.get(column, 0) + n

    def _clean(self, texts: Texts, source: Source) -> Texts:
        import pyarrow as pa
        import pyarrow.compute as pc

        card, label = self.card, self.card.labels[0]
        cleaned = self.clean(texts, source)
        if self.label_of:
            n = len(next(iter(cleaned.values())))
            cleaned[label] = pa.array([self.label_of(source)] * n, pa.string())
        for spelt, name in card.spellings.items():
            cells = cleaned[label]
            cleaned[label] = pc.if_else(pc.equal(cells, spelt), name, cells)
        return cleaned

    def _check(self, imported: Imported, *, allow_unknown: bool) -> None:
        """Whether the bytes are the official ones; if not, in what way they differ."""
        card, sums = self.card, imported.sums
        where = ", ".join(part.source.where for part in imported.parts[:3])
        if unknown := sorted(set(imported.classes) - card.class_names):
            raise DatasetError(
                f"{where}: {card.labels[0]} is {listed(unknown, sorted(card.class_names))}, which "
                f"{card.name} does not know. Its classes: {', '.join(sorted(card.class_names))}"
            )
        if len(set(sums)) < len(sums):
            twice = next(sha256 for sha256 in sums if sums.count(sha256) > 1)
            alike = [
                p.source.where for p, s in zip(imported.parts, sums, strict=True) if s == twice
            ]
            raise DatasetError(f"{' and '.join(alike[:4])} are the same file")
        imported.parts = [self._by_rows(part, imported.classes) for part in imported.parts]
        official = {file.sha256: file for version in card.versions for file in version.files}
        unsure = []
        for part, sha256 in zip(imported.parts, sums, strict=True):
            if sha256 in official:
                self._check_name(part, official[sha256])
                continue
            if part.file.sha256 is None:
                unsure.append(part.source.name)
            elif allow_unknown:
                imported.notes.append(f"{part.source.name} is not the official file")
            else:
                raise DatasetError(
                    f"{where} is not the official {part.file.name}, though it has its columns: "
                    f"{other_rows(part.version, imported.classes)}. sha256 {sha256}, expected "
                    f"{part.file.sha256}. Get the file from {card.source}, or take it as it is "
                    "with --allow-unknown"
                )
        if unsure:
            imported.notes.append(f"{listed(unsure, [])}: no checksum is known of this version")
        imported.notes += self._lacks(imported, is_unsure=bool(unsure))

    def _check_name(self, part: Part, official: File) -> None:
        """Raise `DatasetError` where a name makes bytes stand for others: the side, the version."""
        if official.side != part.file.side or official not in part.version.files:
            raise DatasetError(
                f"{part.source.where} is {official.name} by its checksum, but was taken for "
                f"{part.file.name} by its name or place; give it its official name"
            )

    def _lacks(self, imported: Imported, *, is_unsure: bool) -> list[str]:
        """The files of the version that are not there; if all are, the rows that should be."""
        version, files = imported.parts[0].version, [part.file for part in imported.parts]
        absent = [f.name for f in version.files if "*" not in f.name and f not in files]
        if absent:
            return [f"not there by name, but part of the whole: {listed(absent, [])}"]
        differences = other_counts(version, imported.classes)
        if differences and version.is_certain and not version.uncounted and self.is_known(imported):
            raise DatasetError(
                f"the card of {self.card.name} is wrong: these are the official files, but their "
                f"rows per class are not those of the card: {', '.join(differences[:SHOWN])}"
            )
        if is_unsure and version.classes and differences:
            return [f"not the rows that the card has from others: {', '.join(differences[:SHOWN])}"]
        return []

    def _by_rows(self, part: Part, classes: Counter[str]) -> Part:
        """The version is the one that has these rows, whatever the file is called."""
        if part.version.classes == classes:
            return part
        for version in self.card.versions:
            if _are_alike(version, part.version) and version.classes == classes and version.files:
                return replace(part, version=version, file=version.files[0])
        return part

    def _content(self, parts: list[Part], sums: list[str]) -> str:
        """The file's own checksum; of several, that of their checksums and what names told."""
        if len(parts) == 1 and self.label_of is None:
            return sums[0]
        told = [self.label_of(part.source) if self.label_of else "" for part in parts]
        lines = [
            f"{label} {part.file.side or ''} {sha256}"
            for label, part, sha256 in zip(told, parts, sums, strict=True)
        ]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _place(part: Part) -> int:
    files = part.version.files
    return files.index(part.file) if part.file in files else len(files)


def _are_alike(version: Version, other: Version) -> bool:
    """Whether their files have the same columns."""
    return {*version.without} == {*other.without}
