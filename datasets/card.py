"""What is known about a dataset before a byte of it is read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

from datasets.choices import check_choice
from datasets.errors import DatasetError

DType = Literal["int64", "float64", "flag", "category"]


@dataclass(frozen=True, slots=True)
class File:
    """An official download. Its size and checksum are those of the unpacked bytes."""

    name: str  # official, with folders where they matter; * stands for anything
    n_bytes: int | None = None
    sha256: str | None = None
    side: Literal["train", "test"] | None = None  # of the official split
    url: str | None = None  # where the licence lets anybody fetch it without asking


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the official file, label columns included."""

    name: str
    dtype: DType  # a flag is 0 or 1, however it is spelt
    missing: tuple[str, ...] = ()  # spellings of "no value"
    zero: tuple[str, ...] = ()  # spellings of 0 in a column that counts

    def __post_init__(self) -> None:
        """Refuse a dtype that no reader knows."""
        check_choice(f"dtype of column {self.name!r}", self.dtype, get_args(DType))

    @property
    def kind(self) -> Literal["number", "category"]:
        """What the column is to a model."""
        return "category" if self.dtype == "category" else "number"


@dataclass(frozen=True, slots=True)
class Version:
    """One of the forms in which a dataset is handed out."""

    name: str  # "211,043 rows"; empty where there is one form only
    files: tuple[File, ...] = ()
    without: tuple[str, ...] = ()  # columns of the card that it lacks
    classes: Mapping[str, int] = field(default_factory=dict)  # name -> rows expected
    uncounted: tuple[str, ...] = ()  # classes whose rows nobody is known to have counted
    is_certain: bool = True  # whether the rows were counted on the official bytes


@dataclass(frozen=True, slots=True)
class Card:
    """Where a dataset comes from, what it may be used for, what is in it, and what to beware of.

    Cards of official files stand in a TOML file beside their module; `read` reads them.
    """

    name: str
    title: str
    about: str
    source: str  # the page that hands it out, or says who made it
    citation: str
    licence: str  # with its limits
    versions: tuple[Version, ...] = ()  # the one to get comes first
    columns: tuple[Column, ...] = ()  # in the order of the files
    labels: tuple[str, ...] = ()  # never features; the one that names the classes comes first
    normal: str | None = None  # the class that is no attack
    spellings: Mapping[str, str] = field(default_factory=dict)  # of a label -> class
    identifiers: Mapping[str, str] = field(default_factory=dict)  # column -> why it is one
    leaky: Mapping[str, str] = field(default_factory=dict)  # column -> what it gives away
    useless: Mapping[str, str] = field(default_factory=dict)  # column -> why it is never a feature
    has_header: bool = True
    delimiter: str = ","
    encoding: str = "utf-8"  # of the lines that are not UTF-8
    tested_on: Literal["real files", "generated files only"] = "real files"

    @property
    def classes(self) -> Mapping[str, int]:
        """Class names and the rows expected, of the first version."""
        return self.versions[0].classes if self.versions else {}

    @property
    def files(self) -> tuple[File, ...]:
        """The official files of the first version."""
        return self.versions[0].files if self.versions else ()

    @property
    def class_names(self) -> frozenset[str]:
        """Every class of any version."""
        return frozenset(name for v in self.versions for name in (*v.classes, *v.uncounted))

    @property
    def features(self) -> tuple[Column, ...]:
        """All columns but the labels, and those that are never features."""
        return tuple(c for c in self.columns if c.name not in (*self.labels, *self.useless))

    @property
    def hashed(self) -> dict[str, Any]:
        """What of it decides how rows are read and prepared: no prose, no reasons, no counts."""
        return {
            "columns": [(c.name, c.dtype, c.missing, c.zero) for c in self.columns],
            "labels": self.labels,
            "normal": self.normal,
            "spellings": list(self.spellings.items()),
            "identifiers": sorted(self.identifiers),
            "useless": sorted(self.useless),
            "form": (self.has_header, self.encoding, self.delimiter),
        }

    def columns_of(self, version: Version) -> tuple[Column, ...]:
        """The columns that the files of `version` have, in their order."""
        return tuple(c for c in self.columns if c.name not in version.without)

    @classmethod
    def read(cls, path: Path) -> Card:
        """Read a card from TOML; `columns`, `zero` and `versions` are tables there.

        `columns` maps names to dtypes in the file's order, `missing` lists the spellings that
        hold for all columns, `zero` maps a column to the spellings that mean 0 in it. `versions`
        is a list of tables, each with `files`, a list of tables, and `classes`.
        """
        try:
            return cls.of(tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, TypeError) as error:
            raise DatasetError(f"{path}: {error}") from error
        except DatasetError as error:
            raise DatasetError(f"{path}: {error}") from error

    @classmethod
    def of(cls, read: Mapping[str, Any]) -> Card:
        """Return the card that TOML such as `read` describes."""
        whole = dict(read)
        missing = tuple(whole.pop("missing", ()))
        zero = whole.pop("zero", {})
        columns = tuple(
            Column(
                name,
                dtype,
                missing=() if name in zero else missing,
                zero=tuple(zero.get(name, ())),
            )
            for name, dtype in whole.pop("columns", {}).items()
        )
        versions = tuple(_version(each) for each in whole.pop("versions", ()))
        labels = tuple(whole.pop("labels", ()))
        known = ["missing", "zero", *(f.name for f in fields(cls))]
        if empty := [key for key, value in whole.items() if value == ""]:
            raise DatasetError(f"{', '.join(empty)}: fill it in")
        for key in whole:
            if key not in known:
                raise DatasetError(f"no key {key!r}{_nearest(key, known)}")
        return _checked(cls(versions=versions, columns=columns, labels=labels, **whole))


def _checked(card: Card) -> Card:
    """Refuse a card that speaks of what is not there."""
    names = [column.name for column in card.columns]
    problems = []
    for key in ("labels", "identifiers", "leaky", "useless") if names else ():
        problems += [
            f"{key}: no column {name!r}{_nearest(name, names)}"
            for name in getattr(card, key)
            if name not in names
        ]
    classes = card.class_names
    meant = {"normal": [card.normal] if card.normal is not None else []}
    meant["spellings"] = list(card.spellings.values())
    for key, means in meant.items() if classes else ():
        problems += [
            f"{key}: no class {name!r}{_nearest(name, classes)}"
            for name in means
            if name not in classes
        ]
    if problems:
        raise DatasetError("; ".join(problems))
    return card


def _nearest(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, [*known], n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _version(read: Mapping[str, Any]) -> Version:
    whole = dict(read)
    return Version(
        name=whole.pop("name", ""),
        files=tuple(File(**file) for file in whole.pop("files", ())),
        without=tuple(whole.pop("without", ())),
        uncounted=tuple(whole.pop("uncounted", ())),
        **whole,
    )
