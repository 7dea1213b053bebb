"""Imported datasets, as typed Parquet named by the checksum of what they were read from.

    <root>/<dataset>/<sha256 of the unpacked source>/table.parquet
    <root>/<dataset>/current       the checksum that `load` uses

Files appear whole or not at all, so that several processes may import and read at once.
"""

from __future__ import annotations

import os
import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from datasets.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

FORMAT = "1"  # goes up when the same source gives other columns or types


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


def store(name: str, content: str, table: pa.Table) -> Path:
    """Keep `table`, read from bytes with the sha256 `content`, and make it the current one.

    Raises `DatasetError` where the cache cannot be written.
    """
    from pyarrow import parquet

    marked = table.replace_schema_metadata(_marks(name, content))
    path = root() / name / content / "table.parquet"
    try:
        _write_whole(
            path,
            lambda hidden: parquet.write_table(
                marked, hidden, compression="zstd", write_page_checksum=True
            ),
        )
        _write_whole(
            root() / name / "current",
            lambda hidden: hidden.write_text(f"{content}\n", encoding="ascii"),
        )
    except OSError as error:
        raise DatasetError(
            f"the cache {root()} cannot be written ({error}); set FEWLABELS_CACHE to a folder "
            "that can"
        ) from error
    return path


def load(name: str, content: str) -> pa.Table:
    """Return the table stored under `content`.

    Raises `DatasetError`, naming the file, where it is gone, torn, altered or somebody else's.
    """
    from pyarrow import ArrowException, parquet

    path = root() / name / content / "table.parquet"
    try:
        with parquet.ParquetFile(path, page_checksum_verification=True) as file:
            marks = file.schema_arrow.metadata or {}
            if any(marks.get(key) != value for key, value in _marks(name, content).items()):
                raise DatasetError(
                    f"{path} was not written for {name} by this version of fewlabels; "
                    f"{_again(name)}"
                )
            return file.read()
    except FileNotFoundError as error:
        raise DatasetError(f"{path} is gone; {_again(name)}") from error
    except (ArrowException, OSError) as error:
        raise DatasetError(f"{path} is damaged ({error}); {_again(name)}") from error


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


def _write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a hidden file beside `path`, make it durable, then give it its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        write(hidden)
        with hidden.open("rb+") as file:
            os.fsync(file.fileno())
        hidden.replace(path)
    finally:
        hidden.unlink(missing_ok=True)
