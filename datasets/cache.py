"""Imported datasets, as typed Parquet named by the checksum of what they were read from.

    <root>/<dataset>/<sha256 of the unpacked source>/table.parquet
    <root>/<dataset>/current       the checksum that `load` uses

Files appear whole or not at all, so that several processes may import and read at once.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from datasets.errors import DatasetError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

FORMAT = "2"  # goes up when the same source gives other columns or types


REMOVED = b"fewlabels.removed"  # JSON: reason -> rows


@dataclass(frozen=True, slots=True)
class Stored:
    """An imported table."""

    table: pa.Table
    removed: Mapping[str, int]  # reason -> rows, at the import


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
        self.path: Path | None = None  # once kept
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

    def keep(self, content: str, removed: Mapping[str, int], *, is_current: bool = True) -> Path:
        """Keep what was written under the sha256 of what it was read from; make it the current."""
        if self._parquet is None:
            raise DatasetError(f"{self._name}: nothing was read")
        marks = {**_marks(self._name, content), REMOVED: json.dumps(dict(removed)).encode()}
        self._parquet.add_key_value_metadata(marks)
        self.close()
        with self._hidden.open("rb+") as file:
            os.fsync(file.fileno())
        path = root() / self._name / content / "table.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._hidden.replace(path)
        if is_current:
            _point(root() / self._name / "current", content)
        self.path = path
        return path

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
        with parquet.ParquetFile(path) as file:
            schema, marks = file.schema_arrow, file.metadata.metadata or {}
            if any(marks.get(key) != value for key, value in _marks(name, content).items()):
                raise DatasetError(
                    f"{path} was not written for {name} by this version of fewlabels; "
                    f"{_again(name)}"
                )
        texts = [field.name for field in schema if pa.types.is_string(field.type)]
        with parquet.ParquetFile(
            path, read_dictionary=texts, page_checksum_verification=True
        ) as file:
            wanted = columns and [name for name in columns if name in schema.names]
            return Stored(file.read(wanted), json.loads(marks[REMOVED]))
    except FileNotFoundError as error:
        raise DatasetError(f"{path} is gone; {_again(name)}") from error
    except (ArrowException, OSError) as error:
        raise DatasetError(f"{path} is damaged ({error}); {_again(name)}") from error


@dataclass(frozen=True, slots=True)
class StoredColumns:
    """What is stored under `content`, read a column at a time: as much memory as one takes."""

    name: str
    content: str
    column_names: tuple[str, ...]
    num_rows: int

    @classmethod
    def of(cls, name: str, content: str) -> StoredColumns:
        """Raises `DatasetError` as `load` does."""
        from pyarrow import ArrowException, parquet

        path = root() / name / content / "table.parquet"
        try:
            found = parquet.read_metadata(path)
        except (ArrowException, OSError) as error:
            raise DatasetError(f"{path} cannot be read ({error}); {_again(name)}") from error
        return cls(name, content, tuple(found.schema.to_arrow_schema().names), found.num_rows)

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one column, as it is in the table that `load` returns."""
        return load(self.name, self.content, [name]).table.column(name)


def n_rows(name: str) -> int | None:
    """Return the rows of the current content, without reading them; None where nothing is.

    Raises `DatasetError` as `load` does.
    """
    content = current(name)
    if content is None:
        return None
    from pyarrow import ArrowException, parquet

    path = root() / name / content / "table.parquet"
    try:
        return int(parquet.read_metadata(path).num_rows)
    except (ArrowException, OSError) as error:
        raise DatasetError(f"{path} cannot be read ({error}); {_again(name)}") from error


def _marks(name: str, content: str) -> dict[bytes, bytes]:
    marks = {"fewlabels.dataset": name, "fewlabels.content": content, "fewlabels.format": FORMAT}
    return {key.encode(): value.encode() for key, value in marks.items()}


def _again(name: str) -> str:
    return f"import it again: fewlabels datasets import {name} PATH"


def _point(pointer: Path, content: str) -> None:
    hidden = pointer.with_name(f".{pointer.name}.{uuid.uuid4().hex}")
    try:
        hidden.write_text(f"{content}\n", encoding="ascii")
        with hidden.open("rb+") as file:
            os.fsync(file.fileno())
        hidden.replace(pointer)
    finally:
        hidden.unlink(missing_ok=True)
