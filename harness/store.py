"""A run folder: the tables of `schema.py` and the sweep, for one writer and any number of readers.

Each table is a folder of Parquet files that pandas, DuckDB and Polars read as it is, also while
the run goes on. A kill between any two system calls leaves neither a lost nor a doubled row; see
`generations.py` for how. A plain reader that lists a table's files just before they are compacted
may not find some of them: it fails, or passes over them, and has to read again. `RunFolder.read`
does so by itself.
"""

from __future__ import annotations

import contextlib
import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from harness import durable, lock, parquet
from harness.errors import RunFolderError
from harness.generations import Generations
from harness.schema import TABLES, Row

LOCK = ".fewlabels.lock"  # also marks a folder as a run
SWEEP = "sweep.yaml"
SWEEP_JSON = "sweep.json"
COMPONENTS = "components"
MANY_FILES = 64  # small files that a table may have before they are merged
SMALL_BYTES = 16 * 2**20


class RunFolder:
    """The tables and the sweep of one run. Use `create` or `open`.

    Methods raise `RunFolderError` where the disk or the files refuse, and `KeyError` for a table
    that is not in `schema.TABLES`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._tables = {table: Generations(root, table) for table in TABLES}
        self._is_writing = False

    @classmethod
    def create(cls, root: Path) -> RunFolder:
        """The run at `root`, made with its parent folders if it is not there yet."""
        with _explained(root):
            if root.exists() and not root.is_dir():
                raise RunFolderError(f"{root} is a file; a run needs a folder")
            if root.is_dir() and not _is_run(root) and any(root.iterdir()):
                raise RunFolderError(
                    f"{root} is not empty and holds no run; choose an empty or a new folder"
                )
            root.mkdir(parents=True, exist_ok=True)
            (root / LOCK).touch()
        return cls(root)

    @classmethod
    def open(cls, root: Path) -> RunFolder:
        """The run at `root`, finished or not."""
        with _explained(root):
            if _is_run(root):
                return cls(root)
            nearest = _nearest_run(root)
            hint = f"; did you mean {nearest}?" if nearest else ""
            raise RunFolderError(f"no run at {root}{hint}")

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write, for one process at a time.

        First clears what a kill left, and gives files of an older version today's columns.
        """
        with contextlib.ExitStack() as held:
            with _explained(self.root):
                held.enter_context(lock.holding(self.root / LOCK))
                for table, generations in self._tables.items():
                    generations.recover()
                    self._renew(table)
                for name in (SWEEP, SWEEP_JSON):
                    durable.discard(self.root / f".{name}{durable.TEMPORARY}")
            self._is_writing = True
            try:
                yield
            finally:
                self._is_writing = False

    def append(self, table: str, rows: Sequence[Row]) -> None:
        """Add `rows` to `table`: all are on disk when this returns, none if it raises.

        Raises `ValueError` for a row that does not fit the table, as `supersede` does.
        """
        self._must_be_writing()
        if not rows:
            return
        with _explained(self.root / table):
            if len(self._small(table)) >= MANY_FILES:
                self.compact(table)
            self._tables[table].add(parquet.encode(parquet.table_of(table, rows)))

    def supersede(self, table: str, where: pc.Expression, rows: Sequence[Row]) -> pa.Table:
        """Put `rows` in the place of the stored rows that match `where`, in one step.

        Returns the rows that went. A row for which `where` is null stays. Reads the whole table
        (2 s for 100,000 trials), so one call for many studies beats one for each.
        """
        self._must_be_writing()
        generations = self._tables[table]
        stays = ~where | where.is_null()
        keep, rewritten, leftovers = [], [], []
        removed = [parquet.selected(table, None).empty_table()]
        with _explained(self.root / table):
            for path in generations.files(generations.current()):
                content = parquet.decode(path, table)
                removed.append(content.filter(where))
                if not len(removed[-1]):
                    keep.append(path)
                elif path.stat().st_size > SMALL_BYTES:
                    rewritten.append(content.filter(stays))
                else:
                    leftovers.append(content.filter(stays))
            gone = pa.concat_tables(removed).unify_dictionaries()
            if len(gone):
                last = pa.concat_tables([*leftovers, parquet.table_of(table, rows)])
                new = [part for part in (*rewritten, last) if len(part)]
                new = new if new or keep else [last]  # plain readers need a file
                generations.replace(keep, [parquet.encode(part) for part in new])
            else:
                self.append(table, rows)
        return gone

    def compact(self, table: str) -> None:
        """Merge the small files of `table` into one; it holds the same rows."""
        self._must_be_writing()
        with _explained(self.root / table):
            generations, small = self._tables[table], self._small(table)
            if len(small) > 1:
                whole = pa.concat_tables([parquet.decode(path, table) for path in small])
                files = generations.files(generations.current())
                big = [path for path in files if path not in small]
                generations.replace(big, [parquet.encode(whole)])

    def read(self, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of `table` that are stored now; none where nothing was written yet."""
        generations, current = self._tables[table], None
        empty = parquet.selected(table, columns).empty_table()
        while True:
            before, current = current, generations.current()
            try:
                files = generations.files(current)
                parts = [parquet.decode(path, table, columns) for path in files]
            except OSError as error:
                if current == before:  # else a writer has replaced it twice since we looked
                    if current is not None and not current.is_dir():
                        raise generations.lost(current) from error
                    raise _refused(self.root / table, error) from error
            else:
                return pa.concat_tables([empty, *parts]).unify_dictionaries()

    def frame(self, table: str) -> pd.DataFrame:
        """`read` for pandas: names as plain strings, nulls as NaN."""
        stored = self.read(table)
        plain = [
            pa.field(field.name, pa.string()) if pa.types.is_dictionary(field.type) else field
            for field in stored.schema
        ]
        return pd.DataFrame(stored.cast(pa.schema(plain)).to_pandas())

    def write_sweep(
        self, text: str, resolved: Mapping[str, Any], components: Mapping[str, str] | None = None
    ) -> None:
        """Store a sweep, in place of the one there: as its YAML text, and as JSON.

        The JSON is for readers, so that they need no YAML to know what was asked for.
        `components` are the texts of its component files, by name: with them the stored sweep
        can be run again.
        """
        self._must_be_writing()
        with _explained(self.root):
            for name, code in (components or {}).items():
                (self.root / COMPONENTS).mkdir(exist_ok=True)
                durable.write(self.root / COMPONENTS / name, code.encode())
            durable.write(self.root / SWEEP_JSON, json.dumps(resolved, indent=1).encode())
            durable.write(self.root / SWEEP, text.encode())

    def sweep_text(self) -> str | None:
        """The stored sweep; None: none yet."""
        path = self.root / SWEEP
        with _explained(path):
            return path.read_text(encoding="utf-8") if path.exists() else None

    def sweep(self) -> Mapping[str, Any]:
        """The stored sweep with all its defaults; empty: none yet."""
        path = self.root / SWEEP_JSON
        with _explained(path):
            if not path.exists():
                return {}
            try:
                resolved: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            except ValueError as error:
                raise RunFolderError(f"{path} is damaged ({error}); run the sweep again") from None
            return resolved

    def _renew(self, table: str) -> None:
        """Write old files anew: plain readers take one file's columns for those of all."""
        generations = self._tables[table]
        files = generations.files(generations.current())
        old = [path for path in files if not parquet.is_of_today(path)]
        if old:
            keep = [path for path in files if path not in old]
            generations.replace(keep, [parquet.encode(parquet.decode(path, table)) for path in old])

    def _small(self, table: str) -> list[Path]:
        generations = self._tables[table]
        files = generations.files(generations.current())
        return [path for path in files if path.stat().st_size <= SMALL_BYTES]

    def _must_be_writing(self) -> None:
        if not self._is_writing:
            raise RuntimeError("writes to a run folder stand inside `with folder.writing():`")


def _is_run(root: Path) -> bool:
    """Whether `root` is a run; a sweep and tables without their lock are a published one."""
    if (root / LOCK).is_file():
        return True
    return (root / SWEEP).is_file() and any(
        path for table in TABLES for path in (root / table).glob("*.parquet")
    )


def _nearest_run(root: Path) -> Path | None:
    """A run that was probably meant: the folder above, `runs/NAME`, or a sibling of like name."""
    for path in (root.parent, root.parent / "runs" / root.name):
        if _is_run(path):
            return path
    if not root.parent.is_dir():
        return None
    runs = [path.name for path in root.parent.iterdir() if _is_run(path)]
    close = difflib.get_close_matches(root.name, runs, n=1)
    return root.with_name(close[0]) if close else None


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what the operating system says about `path` into a `RunFolderError`."""
    try:
        yield
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> RunFolderError:
    return RunFolderError(f"cannot use {error.filename or path}: {error.strerror or error}")
