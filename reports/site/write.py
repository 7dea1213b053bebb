"""The site of one or several runs, written whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from reports import provenance
from reports.frames import Frames
from reports.site.content import Content
from reports.site.files import Files
from reports.site.pages import PAGES
from reports.site.render import asset, environment, rendered

SCRIPTS = ("state.js", "table.js", "figure.js", "panels.js", "watch.js", "start.js")


def write(
    frames: Frames,
    root: Path,
    now: datetime,
    metric: str | None = None,
    *,
    watched: str = "",
    say: Callable[[str], None] = lambda _: None,
) -> Path:
    """Write the site of `frames` into the folder `root`; return the path of its first page.

    `metric`: the main one; None: the one that chose the winners. `watched` names what a page looks
    at to learn that there is a newer one; "" for a site that stays as it is. Raises `UnknownName`
    for a metric that is not there, and `RunFolderError` as `reports.site.files.Files` does.
    """
    from plotly.offline import get_plotlyjs

    content = Content(frames, frames.metric(metric), now)
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
        "watched": watched,
    }
    env = environment()
    for name, page in PAGES.items():
        say(page.title)
        values: dict[str, Any] = {}
        if content.datasets or not page.needs_trials:
            values = dict(page.fill(content, files))
        values |= {"site": site, "page": page, "page_name": name, "pages": PAGES}
        values.setdefault("page_uses_plots", bool(content.datasets))
        files.page(f"{name}.html", rendered(env, name, values))
    return files.finish()
