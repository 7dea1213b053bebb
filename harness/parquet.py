"""One Parquet file of a table: rows to bytes, and back with everything checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from harness.errors import RunFolderError
from harness.schema import SCHEMA_VERSION, Row, schema

AGAIN = "move it away and run the sweep again: what it held is computed again"


def table_of(table: str, rows: Sequence[Row]) -> pa.Table:
    """`rows` with the schema of `table`; a nullable column that a row lacks is null.

    Raises `ValueError` (of which pyarrow's is one) for a row that does not fit: the caller's bug.
    """
    target = schema(table)
    needed = {field.name for field in target if not field.nullable}
    for row in rows:
        if unknown := row.keys() - set(target.names):
            raise ValueError(f"{table} has no column {sorted(unknown)}")
        if missing := {name for name in needed if row.get(name) is None}:
            raise ValueError(f"{table} needs a value for {sorted(missing)}")
    return pa.Table.from_pylist(list(rows), schema=target)


def encode(content: pa.Table) -> bytes:
    """The bytes of a Parquet file, with checksums."""
    sink = pa.BufferOutputStream()
    whole = content.unify_dictionaries()
    pq.write_table(whole, sink, compression="zstd", write_page_checksum=True)
    return bytes(sink.getvalue())


def decode(path: Path, table: str, columns: Sequence[str] | None = None) -> pa.Table:
    """The content of `path` as `table` is defined today; null where a column came later.

    Raises `RunFolderError` for a file that is damaged, foreign or too new, and `OSError` where
    it cannot be read.
    """
    wanted = selected(table, columns)
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            found = file.schema_arrow
            _check(path, table, found)
            present = set(found.names)
            stored = [name for name in wanted.names if name in present]
            content = file.read(columns=stored)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise RunFolderError(f"{path} is damaged ({error}); {AGAIN}") from error
    for field in wanted:
        if field.name not in stored:
            content = content.append_column(field, pa.nulls(len(content), field.type))
    return content.select(wanted.names).cast(wanted)


def is_of_today(path: Path) -> bool:
    """Whether `path` has today's columns; what cannot be read is left to who needs it.

    Raises `OSError` where the disk refuses.
    """
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        return True
    version = metadata.get(b"fewlabels_schema_version", b"")
    return not version.isdigit() or int(version) >= SCHEMA_VERSION


def selected(table: str, columns: Sequence[str] | None) -> pa.Schema:
    """The schema of `table`, of `columns` only unless that is None. Raises `KeyError`."""
    whole = schema(table)
    if columns is None:
        return whole
    return pa.schema([whole.field(name) for name in columns], metadata=whole.metadata)


def _check(path: Path, table: str, found: pa.Schema) -> None:
    """Raise `RunFolderError` unless `found` is a schema of `table` that this version can read."""
    metadata = {key.decode(): value.decode() for key, value in (found.metadata or {}).items()}
    owner, version = metadata.get("fewlabels_table"), metadata.get("fewlabels_schema_version", "")
    if owner is None or not version.isdecimal():
        raise RunFolderError(f"{path} was not written by fewlabels; move it out of the run")
    if owner != table:
        raise RunFolderError(f"{path} belongs to the table {owner}; move it out of {table}")
    if int(version) > SCHEMA_VERSION:
        raise RunFolderError(
            f"{path} has schema version {version}, and this fewlabels knows {SCHEMA_VERSION}; "
            "use the newer fewlabels that wrote it"
        )
    known = {field.name: field for field in schema(table)}
    here = {field.name: field for field in found}
    wrong = [
        *(f"no column {name!r}" for name in known if name not in here and not known[name].nullable),
        *(
            f"a column {name!r} of {field.type}, which {table} does not have"
            for name, field in here.items()
            if name not in known or known[name].type != field.type
        ),
    ]
    if wrong:
        raise RunFolderError(f"{path} has {' and '.join(wrong)}; {AGAIN}")
