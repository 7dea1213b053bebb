"""A run folder: the tables of `schema.py` and the sweep, for one writer and any number of readers.

Each table is a folder of Parquet files that pandas, DuckDB and Polars read as it is, at any
moment: they find every row that was stored when they listed the folder, and each once. A kill
between any two system calls leaves neither a lost nor a doubled row. `table_files.py` says how.
"""

from __future__ import annotations

import contextlib
import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from harness import durable, linked, lock, parquet, quarantine, regular, sweep_shape
from harness.errors import DamagedFile, RunFolderError
from harness.inside import must_stay_inside
from harness.schema import KEYS, TABLES, Row
from harness.table_files import State, TableFiles

LOCK = ".fewlabels.lock"  # also marks a folder as a run
SWEEP = "sweep.yaml"
SWEEP_JSON = "sweep.json"
COMPONENTS = "components"
WRITTEN = (*TABLES, COMPONENTS, quarantine.FOLDER)
FULL_BYTES = 256 * 2**10  # of a file: then the next one begins. Writing fewer is hardly cheaper
FULL_ROWS = 2_000  # the same: rows that are alike take few bytes in a file and many in memory
READERS = 4  # threads; reading is mostly decompression, which leaves Python's lock alone
TRIES = 100  # of a reader that files are replaced under


class RunFolder:
    """The tables and the sweep of one run. Use `create` or `open`.

    Methods raise `RunFolderError` where the disk or the files refuse, and `KeyError` for a table
    that is not in `schema.TABLES`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._tables = {table: TableFiles(root, table) for table in TABLES}
        self._last: dict[str, tuple[int, pa.Table]] = {}  # number and rows of the file that grows
        self._is_writing = False
        self._failed: RunFolderError | None = None  # a write that nobody knows the outcome of

    def shown(self, what: Path | str = "") -> str:
        """How a message names the run, or something in it: by where its user finds it."""
        return str(what or self.root)

    @classmethod
    def check(cls, root: Path) -> None:
        """Raise `RunFolderError` where something else than a run is at `root`."""
        with _explained(root):
            if root.exists() and not root.is_dir():
                raise RunFolderError(f"{root} is a file; a run needs a folder")
            if root.is_dir() and not _is_run(root) and any(root.iterdir()):
                raise RunFolderError(
                    f"{root} is not empty and holds no run; choose an empty or a new folder"
                )

    @classmethod
    def create(cls, root: Path) -> RunFolder:
        """The run at `root`, made with its parent folders if it is not there yet."""
        cls.check(root)
        with _explained(root):
            root.mkdir(parents=True, exist_ok=True)
            must_stay_inside(root, WRITTEN)
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
    def writing(self) -> Iterator[tuple[str, ...]]:
        """Hold the right to write, for one process at a time; first clears what a kill left.

        Gives a line for each file that was found damaged and set aside. After an error of the
        disk nothing more can be written until the folder is opened for writing again, which finds
        out what became of it.
        """
        with contextlib.ExitStack() as held:
            with _explained(self.root):
                must_stay_inside(self.root, WRITTEN)
                held.enter_context(lock.holding(self.root / LOCK))
                durable.write(self.root / f".probe{durable.TEMPORARY}", b"")
                lines = self._recover()
            self._last, self._failed, self._is_writing = {}, None, True
            try:
                yield tuple(lines)
            finally:
                self._is_writing = False

    def _recover(self) -> list[str]:
        lines = []
        for left in (*self.root.glob(f".*{durable.TEMPORARY}"), *self._temporary_components()):
            durable.discard_all(left)
        for files in self._tables.values():
            files.recover()
            lines += quarantine.clear(files)
        for name, read in ((SWEEP, self.sweep_text), (SWEEP_JSON, self.sweep)):
            try:
                read()
            except DamagedFile as error:
                path = self.root / name
                target = quarantine.copied(self.root, path)
                durable.discard(path)
                lines.append(f"{str(error).partition('; ')[0]}; it is now {target}")
        return lines

    def _temporary_components(self) -> Iterator[Path]:
        return (self.root / COMPONENTS).glob(f".*{durable.TEMPORARY}")

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Changes inside may be stored together at its end, where storing each is slow.

        Here each is stored at once. Where the block raises, nobody knows which of them are.
        """
        yield

    def append(self, table: str, rows: Sequence[Row]) -> None:
        """Add `rows` to `table`: all are on disk when this returns.

        If it raises `RunFolderError` all are, or none. Raises `ValueError` for a row that does not
        fit the table, as `supersede` does.
        """
        self._must_be_writing()
        if not rows:
            return
        new = parquet.table_of(table, rows)
        with self._at_once(table):
            number, before = self._growing(table)
            whole = parquet.joined([before, new])
            self._put(table, {number: whole})
            self._last[table] = (number, whole)

    def supersede(self, table: str, where: pc.Expression, rows: Sequence[Row]) -> pa.Table:
        """Put `rows` in the place of the stored rows that match `where`, all at once.

        Returns the rows that went. A row for which `where` is null stays. A row goes into the file
        of the one with its key, so a plain reader meanwhile sees one of the two; in `attempts`,
        whose rows have no key, perhaps none. Reads the whole table (2 s for 100,000 trials), so
        one call for many studies beats one for each.
        """
        self._must_be_writing()
        new = {_key(table, row) or i: row for i, row in enumerate(rows)}
        if len(new) < len(rows):
            raise ValueError(f"rows of one {' and '.join(KEYS[table])} for {table}")
        gone = [parquet.selected(table, None).empty_table()]
        contents: dict[int, pa.Table] = {}
        with self._at_once(table):
            for number, (path, _) in enumerate(self._tables[table].state(), start=1):
                content = parquet.decode(path, table)
                matching = content.filter(where)
                if not len(matching):
                    continue
                gone.append(matching)
                old = matching.select(KEYS[table]).to_pylist()
                here = [new.pop(key) for row in old if (key := _key(table, row)) in new]
                stays = content.filter(~where | where.is_null())
                contents[number] = parquet.joined([stays, parquet.table_of(table, here)])
            if new:
                number, before = self._growing(table)
                added = parquet.table_of(table, list(new.values()))
                contents[number] = parquet.joined([contents.get(number, before), added])
            if contents:
                self._put(table, contents)
            self._last.pop(table, None)
        return pa.concat_tables(gone).unify_dictionaries()

    def read(self, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of `table` that are stored now; none where nothing was written yet."""
        empty = parquet.selected(table, columns).empty_table()
        with _explained(self.root / table):
            for _ in range(TRIES):
                with contextlib.suppress(FileNotFoundError):  # it was replaced meanwhile
                    state = self._tables[table].state()
                    with ThreadPoolExecutor(READERS) as readers:
                        paths = [path for path, _ in state]
                        read = partial(parquet.decode, table=table, columns=columns)
                        parts = [empty, *readers.map(read, paths)]
                    if self._is_still(table, state):
                        return pa.concat_tables(parts).unify_dictionaries()
        raise RunFolderError(f"{self.root / table} changes all the time; read it again")

    def _is_still(self, table: str, state: State) -> bool:
        """Whether no file but the last has changed since: that one alone changes at once."""
        return self._tables[table].state()[: len(state) - 1] == state[:-1]

    def read_what_is_there(self, table: str) -> tuple[pa.Table, list[str]]:
        """The rows of `table` in files that can be read, and a line for each that cannot."""
        try:
            return self.read(table), []
        except RunFolderError as error:
            parts, lines = [parquet.table_of(table, [])], [str(error)]
        try:
            linked.folder(self.root, table)
        except RunFolderError:  # a link, through which nothing is read
            return parts[0], lines
        for path in sorted((self.root / table).glob("[!._]*.parquet")):
            try:
                with _explained(path):
                    parts.append(parquet.decode(path, table))
            except RunFolderError as error:
                if not lines[0].startswith(f"{path} "):
                    lines.append(str(error))
        return pa.concat_tables(parts).unify_dictionaries(), lines

    def frame(self, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """`read` for pandas: names as plain strings, nulls as NaN."""
        stored = self.read(table, columns)
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
        """The stored sweep; None: none yet. Raises `DamagedFile` for what is no text."""
        return self._text(self.root / SWEEP)

    def component_texts(self) -> dict[str, str]:
        """The stored sweep's component files: text by name. Raises `DamagedFile` for no text."""
        folder = self.root / COMPONENTS
        with _explained(folder):
            regular.must_be_no_link(folder)
            return {path.name: regular.text(path) for path in sorted(folder.glob("*.py"))}

    def sweep(self) -> Mapping[str, Any]:
        """The stored sweep with all its defaults; empty: none yet. Raises `DamagedFile`."""
        path = self.root / SWEEP_JSON
        text = self._text(path)
        if text is None:
            return {}
        try:
            return sweep_shape.checked(json.loads(text))
        except (ValueError, RecursionError) as error:
            raise DamagedFile(f"{path} is damaged ({error}); run the sweep again") from None

    def _text(self, path: Path) -> str | None:
        with _explained(path), contextlib.suppress(FileNotFoundError):
            return regular.text(path)
        return None

    def _growing(self, table: str) -> tuple[int, pa.Table]:
        """The number of the file that takes new rows, and the rows that it has."""
        if table not in self._last:
            state = self._tables[table].state()
            rows = parquet.decode(state[-1][0], table) if state else parquet.table_of(table, [])
            self._last[table] = (max(1, len(state)), rows)
        number, rows = self._last[table]
        path = self._tables[table].path(number)
        is_full = len(rows) >= FULL_ROWS or (path.exists() and path.stat().st_size >= FULL_BYTES)
        if is_full:
            return number + 1, rows.slice(0, 0)
        return number, rows

    def _put(self, table: str, contents: Mapping[int, pa.Table]) -> None:
        encoded = {number: parquet.encode(content) for number, content in contents.items()}
        self._tables[table].put(encoded)

    def _must_be_writing(self) -> None:
        if not self._is_writing:
            raise RuntimeError("writes to a run folder stand inside `with folder.writing():`")
        if self._failed:
            raise self._failed

    @contextlib.contextmanager
    def _at_once(self, table: str) -> Iterator[None]:
        """Explain what the operating system says, and write nothing after it."""
        try:
            with _explained(self.root / table):
                yield
        except RunFolderError as error:
            self._failed = error
            raise


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


def _key(table: str, row: Row) -> tuple[Any, ...]:
    """What names `row` among those of `table`; empty: nothing does."""
    return tuple(row[column] for column in KEYS[table])
