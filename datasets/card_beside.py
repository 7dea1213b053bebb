"""The small TOML card beside a table that fewlabels does not know: read, and checked whole."""

from __future__ import annotations

import codecs
import shlex
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from datasets.card import Card, Column, DType
from datasets.errors import DatasetError

PACKINGS = (".gz", ".zip")
EMPTY = ""  # a cell of nothing is missing, whatever a card says


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_text, value.values()))


def _is_table_of_lists(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_texts, value.values()))


def _is_dtypes(value: Any) -> bool:
    return isinstance(value, dict) and set(map(str, value.values())) <= {*get_args(DType)}


def _is_labels(value: Any) -> bool:
    return _is_texts(value) and bool(value)


def _is_character(value: Any) -> bool:
    return _is_text(value) and len(value) == 1 and value not in "\r\n"


def _is_encoding(value: Any) -> bool:
    try:
        return _is_text(value) and codecs.encode("a,\n", value) == b"a,\n"
    except (LookupError, ValueError, TypeError):
        return False


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


PROSE = ("title", "about", "source", "citation", "licence")
Check = Callable[[Any], bool]
KEYS: Mapping[str, tuple[Check, str]] = {
    "labels": (_is_labels, 'a list of columns, such as ["type", "label"]'),
    "normal": (_is_text, "the name of a class"),
    "missing": (_is_texts, 'a list of spellings, such as ["-", "?"]'),
    "zero": (_is_table_of_lists, "a table from column to a list of spellings"),
    "spellings": (_is_table, "a table from the spelling of a label to its class"),
    "identifiers": (_is_table, "a table from column to the reason"),
    "leaky": (_is_table, "a table from column to the reason"),
    "useless": (_is_table, "a table from column to the reason"),
    "columns": (_is_dtypes, f"a table from column to {', '.join(get_args(DType))}"),
    "has_header": (_is_flag, "true or false"),
    "delimiter": (_is_character, "one character"),
    "encoding": (_is_encoding, 'the name of an encoding that extends ASCII, such as "cp1252"'),
    **dict.fromkeys(PROSE, (_is_text, "a text")),
}
OF_COLUMNS = ("labels", "zero", "identifiers", "leaky", "useless", "columns")  # keys that name some


@dataclass(frozen=True, slots=True)
class CardBeside:
    """What the card says; what it says about columns is not yet held against the table."""

    path: Path
    read: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, table: Path) -> CardBeside:
        """Read the card of the file `table`: `flows.toml` beside `flows.csv` or `flows.csv.gz`.

        Raises `DatasetError` where there is none, and with all that is wrong in it.
        """
        path = place(table)
        try:
            read = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise DatasetError(
                f"{table} has no card: write {path} beside it, or begin with: "
                f"fewlabels datasets new generic --from {shlex.quote(str(table))}"
            ) from None
        except OSError as error:
            raise DatasetError(f"{path} cannot be read: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise DatasetError(f"{path} is no TOML: {error}") from error
        problems = [_unknown(key) for key in read if key not in KEYS]
        for key, (is_right, wanted) in KEYS.items():
            if key in read and not is_right(read[key]):
                problems.append(f"{key} must be {wanted}, not {str(read[key])[:60]!r}")
        if "labels" not in read:
            problems.append("labels is missing: the columns that name the class")
        _refuse(path, problems)
        return cls(path, read)

    @property
    def missing(self) -> tuple[str, ...]:
        """Spellings of "no value", in all columns."""
        return tuple(dict.fromkeys((EMPTY, *self.read.get("missing", ()))))

    @property
    def labels(self) -> tuple[str, ...]:
        """The one that names the classes comes first."""
        return tuple(self.read["labels"])

    @property
    def dtypes(self) -> Mapping[str, DType]:
        """What it says of columns; the others are inferred. Labels are categories."""
        said: Mapping[str, DType] = self.read.get("columns", {})
        return {**said, **dict.fromkeys(self.labels, "category")}

    @property
    def hashed(self) -> dict[str, Any]:
        """What of it can change a number: no reasons, no prose."""
        said = {key: value for key, value in self.read.items() if key not in (*PROSE, "leaky")}
        for key in ("identifiers", "useless"):
            said[key] = sorted(said.get(key, {}))
        for key in ("columns", "spellings"):  # their order counts: names of columns, one by one
            said[key] = list(said.get(key, {}).items())
        return said

    def check(self, found: Sequence[str]) -> None:
        """Raise `DatasetError` where it speaks of columns that are not among those `found`."""
        unknown = {key: [n for n in self.read.get(key, ()) if n not in found] for key in OF_COLUMNS}
        problems = [
            f"{key}: {_no_column(name, found)}" for key, names in unknown.items() for name in names
        ]
        if "" in found and not any("" in self.read.get(key, ()) for key in OF_COLUMNS):
            problems.append(
                "the table has a column without a name, as pandas writes its row numbers; a card "
                'says what it is: [useless] "" = "the number of the row"'
            )
        if problems and (other := self._other_delimiter(found)):
            said = self.read.get("delimiter", ",")
            problems = [
                f"the header has one column: is the delimiter {other!r}? the card says {said!r}"
            ]
        _refuse(self.path, problems)

    def _other_delimiter(self, found: Sequence[str]) -> str | None:
        only = found[0] if len(found) == 1 else ""
        return next((c for c in ",;\t|" if c in only), None)

    def card(self, name: str, dtypes: Mapping[str, DType]) -> Card:
        """Return the card of a table with columns of these `dtypes`, in its order."""
        zero = self.read.get("zero", {})
        columns = tuple(
            Column(
                column,
                dtype,
                missing=() if column in zero else self.missing,
                zero=tuple(zero.get(column, ())),
            )
            for column, dtype in dtypes.items()
        )
        taken = ("missing", "zero", "columns", "labels")
        said: dict[str, Any] = dict.fromkeys(PROSE, "")
        said |= {key: value for key, value in self.read.items() if key not in taken}
        return Card(name=name, columns=columns, labels=self.labels, **said)


def place(table: Path) -> Path:
    """Return where the card of the file `table` is.

    >>> place(Path("my/flows.csv.gz")).as_posix()
    'my/flows.toml'
    """
    unpacked = table.with_suffix("") if table.suffix.lower() in PACKINGS else table
    return unpacked.with_suffix(".toml")


def _refuse(path: Path, problems: Sequence[str]) -> None:
    if problems:
        raise DatasetError(f"{path}: {'; '.join(problems)}")


def _unknown(key: str) -> str:
    close = get_close_matches(key, KEYS, n=1)
    return f"no key {key!r}" + (f"; did you mean {close[0]!r}?" if close else "")


def _no_column(name: str, found: Sequence[str]) -> str:
    alike = {one.lower(): one for one in found}
    close = get_close_matches(name.lower(), alike, n=1)
    hint = f"; did you mean {alike[close[0]]!r}?" if close else ""
    return f"the table has no column {name!r}{hint}"
