"""Parts of a page that show one of many: a figure, a table, or both, by what a reader chooses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reports.site.files import Files

Json = dict[str, Any]
Cell = str | tuple[str, float | str | None] | tuple[str, float | str | None, str]
Key = tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table: what stands above it, what that means, and how it may be used."""

    title: str
    about: str = ""
    is_number: bool = False
    is_filter: bool = False  # a reader may choose one of its texts
    is_best_high: bool = False  # the first click sorts the largest to the top
    is_extra: bool = False  # shown when a reader asks for more columns


@dataclass(frozen=True)
class Table:
    """Cells are a text, a text and what it is sorted by, or these and an address.

    What is sorted by None stands at the end, whichever way.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""
    link: str = ""  # a page that shows one row: its address is made of the filters' texts

    def sent(self) -> Json:
        """Return it as the script takes it."""
        return {
            "columns": [vars(column) for column in self.columns],
            "rows": [list(row) for row in self.rows],
            "caption": self.caption,
            "link": self.link,
        }


@dataclass(frozen=True)
class Figure:
    """A figure as plotly.js takes it; `about` says in words what it shows, for who cannot see it.

    Colours may be the page's own: "var(--ink)", "var(--quiet)", "var(--line)", "var(--paper)".
    """

    data: list[Json]
    layout: Json
    about: str


@dataclass(frozen=True)
class Panel:
    """What one choice shows; without a figure or a table the note says why."""

    figure: Figure | None = None
    table: Table | None = None
    note: str = ""  # what a reader must know
    reading: str = ""  # how to read it

    def sent(self) -> Json:
        """Return it as the script takes it."""
        return {
            "figure": vars(self.figure) if self.figure else None,
            "table": self.table.sent() if self.table else None,
            "note": self.note,
            "reading": self.reading,
        }


@dataclass(frozen=True)
class Choice:
    """One thing to choose; `titles` are for those options that do not speak for themselves.

    Choices of one name are one choice on all pages: the address carries them along.
    """

    name: str
    title: str
    titles: Mapping[str, str] = field(default_factory=dict)
    is_slider: bool = False  # of numbers, from small to large whatever the order of the keys
    is_on_top: bool = False  # at the top of the page, for parts that share it


@dataclass(frozen=True)
class Panels:
    """The panels of one part of a page, by the options of its choices, in the order of these.

    What can be chosen next depends on what was chosen before. The first key is shown first. Each
    value of the first `split` choices has a file of its own, which is loaded when it is shown.
    """

    name: str  # of the part: an id on its page
    title: str
    choices: Sequence[Choice]
    panels: Mapping[Key, Panel]
    split: int = 1

    def sent(self, files: Files) -> Json:
        """Write the panels to `files`; return what the page needs to find them."""
        parts: dict[Key, dict[str, Json]] = {}
        for key, panel in self.panels.items():
            parts.setdefault(key[: self.split], {})["\n".join(key)] = panel.sent()
        urls = {key: files.data(part) for key, part in parts.items()}
        return {
            "name": self.name,
            "title": self.title,
            "choices": [vars(choice) | {"titles": dict(choice.titles)} for choice in self.choices],
            "keys": [[*key, urls[key[: self.split]]] for key in self.panels],
        }
