"""One page of a site, as its function fills it and as it is rendered."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import reports
from reports.site.content import Content
from reports.site.files import Files
from reports.site.pages import PAGES
from reports.site.write import write


class Filled:
    """The page `name` of the run at `root`; its files are written below `site`."""

    def __init__(self, root: Path, name: str, site: Path) -> None:
        self.site = site
        frames = reports.load(root)
        self.content = Content(frames, frames.metric(None), datetime.now(UTC))
        self.files = Files(site)
        self.said = dict(PAGES[name].fill(self.content, self.files))

    def panel(self, sent: dict[str, Any], *key: str) -> dict[str, Any]:
        """What the part `sent` shows for a key; the first one without."""
        url = next(row[-1] for row in sent["keys"] if not key or row[:-1] == [*key])
        text = (self.site / url).read_text(encoding="utf-8")
        part = json.loads(text.removeprefix("fewlabels.receive(").rstrip().removesuffix(")"))
        return part["\n".join(key)] if key else next(iter(part.values()))

    def table(self, sent: dict[str, Any], *key: str) -> list[dict[str, Any]]:
        """The table of a panel, rows as column -> text."""
        table = self.panel(sent, *key)["table"]
        titles = [column["title"] for column in table["columns"]]
        return [dict(zip(titles, map(text, row), strict=True)) for row in table["rows"]]


def text(cell: Any) -> str:
    return cell if isinstance(cell, str) else cell[0]


def rendered(root: Path, name: str, site: Path) -> str:
    """The page `name` as a browser gets it, of a site that has no other."""
    with patch.dict(PAGES, {name: PAGES[name]}, clear=True):
        write(reports.load(root), site, datetime.now(UTC))
    return (site / f"{name}.html").read_text(encoding="utf-8")
