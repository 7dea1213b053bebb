"""What is known about a dataset before a byte of it is read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from datasets.choices import check_choice

DType = Literal["int64", "float64", "category"]


@dataclass(frozen=True, slots=True)
class File:
    """An official download. Its checksum is that of the unpacked bytes."""

    name: str
    n_bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the official file, label columns included."""

    name: str
    dtype: DType
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
    files: tuple[File, ...] = ()
    columns: tuple[Column, ...] = ()  # in the file's order
    labels: tuple[str, ...] = ()  # never features; the one that names the classes comes first
    classes: Mapping[str, int] = field(default_factory=dict)  # name -> rows expected
    normal: str | None = None  # the class that is no attack
    identifiers: Mapping[str, str] = field(default_factory=dict)  # column -> why it is one
    leaky: Mapping[str, str] = field(default_factory=dict)  # column -> what it gives away

    @property
    def features(self) -> tuple[Column, ...]:
        """All columns but the labels."""
        return tuple(column for column in self.columns if column.name not in self.labels)

    @classmethod
    def read(cls, path: Path) -> Card:
        """Read a card from TOML; `columns`, `zero` and `files` are tables there.

        `columns` maps names to dtypes in the file's order, `missing` lists the spellings that
        hold for all columns, `zero` maps a column to the spellings that mean 0 in it.
        """
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        missing = tuple(read.pop("missing", ()))
        zero = read.pop("zero", {})
        columns = tuple(
            Column(
                name,
                dtype,
                missing=() if name in zero else missing,
                zero=tuple(zero.get(name, ())),
            )
            for name, dtype in read.pop("columns", {}).items()
        )
        files = tuple(File(**file) for file in read.pop("files", ()))
        labels = tuple(read.pop("labels", ()))
        return cls(files=files, columns=columns, labels=labels, **read)
