"""The site of one or several runs, written whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from reports import provenance
from reports.frames import Frames
from reports.site.content import Content
from reports.site.downloads import frames as frames_as_files
from reports.site.files import Files
from reports.site.pages import PAGES
from reports.site.render import asset, environment, rendered
from reports.site.tables import TABLES

STAMP = "watched.js"  # asked by an open page whether it is still the newest
SCRIPTS = ("state.js", "table.js", "figure.js", "panels.js", "curves.js", "watch.js", "start.js")


@dataclass(frozen=True)
class Wish:
    """How a site is wanted."""

    metric: str | None = None  # the main one; None: the one that chose the winners
    watched: str = ""  # what an open page compares to learn of a newer one; "": it stays as it is
    say: Callable[[str], None] = field(default=lambda _: None)  # told each page's title


def write(frames: Frames, root: Path, now: datetime, wish: Wish | None = None) -> Path:
    """Write the site of `frames` into the folder `root`; return the path of its first page.

    Raises `UnknownName` for a metric that is not there, and `RunFolderError` as
    `reports.site.files.Files` does.
    """
    from plotly.offline import get_plotlyjs

    wish = wish or Wish()
    content = Content(frames, frames.metric(wish.metric), now)
    files = Files(root)
    site = {
        "names": [Path(run).resolve().name for run in frames.tables.sweeps],
        "style": files.shared("assets/site.css", asset("site.css")),
        "theme": files.shared("assets/theme.js", asset("theme.js")),
        "script": files.shared("assets/site.js", asset(*SCRIPTS)),
        "plotly": files.shared("assets/plotly.js", get_plotlyjs().encode()),
        "badges": {name: of for name, of in content.badges.items() if of},
        "has_trials": bool(content.datasets),
        "generated": now.strftime("%Y-%m-%d %H:%M %Z").strip(),
        "version": provenance.fewlabels_version(),
        "watched": wish.watched,
    }
    env = environment()
    for name, page in PAGES.items():
        wish.say(page.title)
        values: dict[str, Any] = {}
        if content.datasets or not page.needs_trials:
            offered = {k: (one.about, one.of(content)) for k, one in TABLES.get(name, {}).items()}
            values = {"downloads": frames_as_files(files, offered)} | dict(
                page.fill(content, files)
            )
        values.setdefault("downloads", [])
        values |= {"site": site, "page": page, "page_name": name, "pages": PAGES}
        values.setdefault("page_uses_plots", bool(content.datasets))
        files.page(f"{name}.html", rendered(env, name, values))
    # Last of all: a page that is open loads what is there by now.
    return files.finish({STAMP: f'fewlabels.written("{wish.watched}")\n'})
