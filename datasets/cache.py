"""Imported datasets, as typed Parquet named by the checksum of what they were read from.

    <root>/<dataset>/<sha256 of the unpacked source>/table.parquet
    <root>/<dataset>/current       the checksum that `load` uses

Files appear whole or not at all, so that several processes may import and read at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasets.errors import DatasetError, StaleImport

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

FORMAT = "3"  # goes up when the same source gives other columns or types


REMOVED = b"fewlabels.removed"  # JSON: reason -> rows
READING = b"fewlabels.reading"
STALE_S = 86_400.0  # an import that began so long ago was killed


@dataclass(frozen=True, slots=True)
class Stored:
    """An imported table."""

    table: pa.Table
    removed: Mapping[str, int]  # reason -> rows, at the import
    reading: str  # by which card and code it was read


def root() -> Path:
    """Return where datasets are cached: below $FEWLABELS_CACHE, or the user's cache folder."""
    if chosen := os.environ.get("FEWLABELS_CACHE"):
        return Path(chosen).expanduser() / "datasets"
    from platformdirs import user_cache_path

    return user_cache_path("fewlabels") / "datasets"


def current(name: str) -> str | None:
    """Return the checksum of the content in use; None where nothing was imported.

    Raises `DatasetError` where the pointer is no checksum.
    """
    pointer = root() / name / "current"
    try:
        content = pointer.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DatasetError(f"{pointer} cannot be read: {error.strerror}") from error
    if not re.fullmatch(r"[0-9a-f]{64}", content):
        raise DatasetError(f"{pointer} holds no sha256 but {content[:20]!r}; {_again(name)}")
    return content


@contextmanager
def writing(name: str) -> Iterator[Writer]:
    """Give a writer whose batches become the current content once it is told to `keep` them.

    Whatever happens before leaves the cache as it was. Raises `DatasetError` where the cache
    cannot be written.
    """
    folder = root() / name
    hidden = folder / f".incoming.{uuid.uuid4().hex}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        writer = Writer(name, hidden)
        try:
            yield writer
        finally:
            writer.close()
            hidden.unlink(missing_ok=True)
    except OSError as error:
        raise DatasetError(
            f"the cache {root()} cannot be written ({error}); set FEWLABELS_CACHE to a folder "
            "that can"
        ) from error


class Writer:
    """Takes record batches of one schema."""

    def __init__(self, name: str, hidden: Path) -> None:
        self._name = name
        self._hidden = hidden
        self._parquet: parquet.ParquetWriter | None = None

    def write(self, batch: pa.RecordBatch) -> None:
        """Append `batch`."""
        from pyarrow import parquet

        if self._parquet is None:
            self._parquet = parquet.ParquetWriter(
                self._hidden, batch.schema, compression="zstd", write_page_checksum=True
            )
        self._parquet.write_batch(batch)

    def keep(
        self,
        content: str,
        removed: Mapping[str, int],
        *,
        reading: str = "",
        is_current: bool = True,
    ) -> None:
        """Keep what was written under `content`, a sha256; make it the current one.

        `reading` says how it was read: a card and code that say otherwise may not use it.
        """
        if self._parquet is None:
            raise DatasetError(f"{self._name}: nothing was read")
        marks = {**_marks(self._name, content), REMOVED: json.dumps(dict(removed)).encode()}
        marks[READING] = reading.encode()
        self._parquet.add_key_value_metadata(marks)
        self.close()
        with self._hidden.open("rb+") as file:
            os.fsync(file.fileno())
        path = root() / self._name / content / "table.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        sha256 = _sha256(self._hidden)
        self._hidden.replace(path)
        _write_small(path.with_name("table.sha256"), sha256)
        if is_current:
            _write_small(root() / self._name / "current", content)

    def close(self) -> None:
        """Finish the file, whole or not."""
        if self._parquet is not None and self._parquet.is_open:
            self._parquet.close()


def load(name: str, content: str, columns: Sequence[str] | None = None) -> Stored:
    """Return what is stored under `content`: all its `columns`, or those that are there.

    Texts are of Arrow's dictionary type.

    Raises `DatasetError`, naming the file, where it is gone, torn, altered or somebody else's.
    """
    import pyarrow as pa
    from pyarrow import ArrowException, parquet

    path = root() / name / content / "table.parquet"
    try:
        _check_bytes(path, name)
        with parquet.ParquetFile(path) as file:
            schema, marks = file.schema_arrow, _checked_marks(file.metadata, path, name, content)
        texts = [field.name for field in schema if pa.types.is_string(field.type)]
        with parquet.ParquetFile(
            path, read_dictionary=texts, page_checksum_verification=True
        ) as file:
            wanted = columns and [name for name in columns if name in schema.names]
            removed, reading = json.loads(marks[REMOVED]), marks[READING].decode()
            return Stored(file.read(wanted), removed, reading)
    except FileNotFoundError as error:
        raise DatasetError(f"{path} is gone; {_again(name)}") from error
    except (ArrowException, OSError) as error:
        raise DatasetError(f"{path} is damaged ({error}); {_again(name)}") from error


def entry(name: str, content: str) -> dict[str, Path]:
    """The files that are `content`, by their place below the folder that $FEWLABELS_CACHE names.

    With them and a file `datasets/NAME/current` that says `content`, another machine has it, too.
    """
    folder = Path("datasets") / name / content
    return {
        str(folder / file): root() / name / content / file
        for file in ("table.parquet", "table.sha256")
    }


@dataclass(frozen=True, slots=True)
class StoredColumns:
    """What is stored under `content`, read a column at a time: as much memory as one takes."""

    name: str
    content: str
    column_names: tuple[str, ...]
    num_rows: int

    @classmethod
    def of(cls, name: str, content: str, reading: str | None = None) -> StoredColumns:
        """Raises `DatasetError` as `load` does, and where it was read by another `reading`."""
        from pyarrow import ArrowException, parquet

        path = root() / name / content / "table.parquet"
        try:
            _check_bytes(path, name)
            found = parquet.read_metadata(path)
            marks = _checked_marks(found, path, name, content)
        except (ArrowException, OSError) as error:
            raise DatasetError(f"{path} cannot be read ({error}); {_again(name)}") from error
        if reading is not None:
            check_reading(name, marks[READING].decode(), reading)
        return cls(name, content, tuple(found.schema.to_arrow_schema().names), found.num_rows)

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one column, as it is in the table that `load` returns."""
        return load(self.name, self.content, [name]).table.column(name)


def n_rows(name: str, reading: str) -> int | None:
    """Return the rows of the current content, without reading them; None where nothing is.

    Raises `DatasetError` as `load` does, and where it was not read by `reading`.
    """
    content = current(name)
    if content is None:
        return None
    from pyarrow import ArrowException, parquet

    path = root() / name / content / "table.parquet"
    try:
        found = parquet.read_metadata(path)
        marks = _checked_marks(found, path, name, content)
    except (ArrowException, OSError) as error:
        raise DatasetError(f"{path} cannot be read ({error}); {_again(name)}") from error
    check_reading(name, marks[READING].decode(), reading)
    return int(found.num_rows)


def check_reading(name: str, stored: str, now: str) -> None:
    """Raise `DatasetError` where the card or its code is another than at the import."""
    if stored != now:
        raise StaleImport(
            f"{name}: its card, or the code that reads it, has changed since the import; "
            f"{_again(name)}"
        )


def _marks(name: str, content: str) -> dict[bytes, bytes]:
    marks = {"fewlabels.dataset": name, "fewlabels.content": content, "fewlabels.format": FORMAT}
    return {key.encode(): value.encode() for key, value in marks.items()}


def _checked_marks(found: Any, path: Path, name: str, content: str) -> Mapping[bytes, bytes]:
    marks: Mapping[bytes, bytes] = found.metadata or {}
    expected = _marks(name, content)
    if not {REMOVED, READING} <= set(marks) or any(marks.get(k) != v for k, v in expected.items()):
        raise StaleImport(
            f"{path} was not written for {name} by this version of fewlabels; {_again(name)}"
        )
    return marks


def _check_bytes(path: Path, name: str) -> None:
    """Parquet's checksums are of pages alone: a flipped bit in its footer renames columns."""
    try:
        expected = path.with_name("table.sha256").read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        expected = ""
    if _sha256(path) != expected.strip():
        raise DatasetError(f"{path} is damaged (its checksum is another); {_again(name)}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sweep(folder: Path) -> None:
    """Remove what killed imports left."""
    for hidden in folder.glob(".incoming.*"):
        with contextlib.suppress(OSError):
            if time.time() - hidden.stat().st_mtime > STALE_S:
                hidden.unlink()


def _again(name: str) -> str:
    return f"import it again: fewlabels datasets import {name} PATH"


def _write_small(pointer: Path, content: str) -> None:
    hidden = pointer.with_name(f".{pointer.name}.{uuid.uuid4().hex}")
    try:
        hidden.write_text(f"{content}\n", encoding="ascii")
        with hidden.open("rb+") as file:
            os.fsync(file.fileno())
        hidden.replace(pointer)
    finally:
        hidden.unlink(missing_ok=True)
