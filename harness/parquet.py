"""One Parquet file of a table: rows to bytes, and back with everything checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from harness import regular, values
from harness.errors import DamagedFile, RunFolderError
from harness.schema import SCHEMA_VERSION, Row, schema

AGAIN = "run the sweep again, which sets it aside and computes again what it held"


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


def joined(tables: Sequence[pa.Table]) -> pa.Table:
    """The rows of all `tables`, in one piece: what is joined many times must not fray."""
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def encode(content: pa.Table) -> bytes:
    """The bytes of a Parquet file, with checksums."""
    sink = pa.BufferOutputStream()
    pq.write_table(content, sink, compression="zstd", write_page_checksum=True)
    return bytes(sink.getvalue())


def decode(path: Path, table: str, columns: Sequence[str] | None = None) -> pa.Table:
    """The content of `path` as `table` is defined today; null where a column came later.

    Raises `DamagedFile` for a file that is torn or foreign, `RunFolderError` for one that is too
    new or no regular file, and `OSError` where it cannot be read.
    """
    return _decoded(path, table, selected(table, columns))[0]


def decode_any(path: Path, table: str) -> tuple[pa.Table, bool]:
    """`decode`, and whether the file has another schema than that of today."""
    content, found = _decoded(path, table, schema(table))
    wanted = schema(table)
    return content, not (found.equals(wanted) and _version(found) == _version(wanted))


def _decoded(path: Path, table: str, wanted: pa.Schema) -> tuple[pa.Table, pa.Schema]:
    """The columns `wanted` of `path`, and the schema that it has itself."""
    held = regular.read(path)  # in one go: the file may be replaced meanwhile
    try:
        with pq.ParquetFile(pa.BufferReader(held), page_checksum_verification=True) as file:
            found = file.schema_arrow
            _check(path, table, found)
            present = set(found.names)
            stored = [name for name in wanted.names if name in present]
            content = file.read(columns=stored, use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise DamagedFile(f"{path} is damaged ({_one_line(error)}); {AGAIN}") from error
    for field in wanted:
        if field.name not in stored:
            content = content.append_column(field, pa.nulls(len(content), field.type))
    try:
        content = content.select(wanted.names).cast(wanted)
        values.check(table, content)
    except ValueError as error:  # of which pyarrow's is one
        raise DamagedFile(f"{path} is damaged ({_one_line(error)}); {AGAIN}") from error
    return content, found


def selected(table: str, columns: Sequence[str] | None) -> pa.Schema:
    """The schema of `table`, of `columns` only unless that is None. Raises `KeyError`."""
    whole = schema(table)
    if columns is None:
        return whole
    return pa.schema([whole.field(name) for name in columns], metadata=whole.metadata)


def _version(found: pa.Schema) -> str:
    version: bytes = (found.metadata or {}).get(b"fewlabels_schema_version", b"")
    return version.decode(errors="replace")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _check(path: Path, table: str, found: pa.Schema) -> None:
    """Raise `RunFolderError` unless `found` is a schema of `table` that this version can read.

    `DamagedFile`, unless it is only newer.
    """
    owner = (found.metadata or {}).get(b"fewlabels_table", b"").decode(errors="replace")
    version = _version(found)
    if not owner or not version.isdecimal():
        raise DamagedFile(f"{path} was not written by fewlabels; {AGAIN}")
    if owner != table:
        raise DamagedFile(f"{path} belongs to the table {owner}; {AGAIN}")
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
        raise DamagedFile(f"{path} has {' and '.join(wrong)}; {AGAIN}")
