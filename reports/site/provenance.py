"""Where the numbers come from, and how to get them again."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from reports import provenance, spent
from reports.site import work_tables
from reports.site.content import Content
from reports.site.files import Files
from reports.site.page import Filled
from reports.site.reference_tables import references


@dataclass(frozen=True)
class Run:
    """A run folder, and how to do again what is in it."""

    name: str
    sweep: str  # its text; "" where none is stored
    download: str  # its path; "" where none is stored
    commands: list[str]


def fill(content: Content, files: Files) -> Filled:
    """Collect commands, environments, ids and references."""
    results = content.results
    return {
        "runs": _runs(content, files),
        "rerun": _rerun(content),
        "own_components": sorted(
            name.removeprefix("components ")
            for name in results.terms
            if name.startswith("components ")
        ),
        "environments": provenance.environments(results),
        "hosts": _hosts(content),
        "progress": provenance.progress(results),
        "references": references(content).sent(files) if len(results.references) else None,
        "reference": results.reference,
        "share": f"{results.reference.share:.0%}".replace("%", " %"),
        "ids": work_tables.tables(content, files),
        "page_uses_plots": False,
    }


def _runs(content: Content, files: Files) -> list[Run]:
    found, taken = [], set[str]()
    for root, text in content.results.sweeps.items():
        name = _name(root)
        stem = "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in name) or "run"
        while stem in taken:
            stem += "_"
        taken.add(stem)
        path = files.download(f"{stem}-sweep.yaml", text.encode()) if text else ""
        commands = []
        if text:
            commands = [
                f"fewlabels run {stem}-sweep.yaml --out {shlex.quote(f'runs/{stem}-again')}"
            ]
        commands.append(f"fewlabels verify {shlex.quote(f'runs/{name}')}")
        found.append(Run(name, text, path, commands))
    return found


def _name(root: str) -> str:
    """Return the name of a run folder; that of a path such as `.` is not in its text."""
    return Path(root).name if "://" in root else Path(root).resolve().name


def _rerun(content: Content) -> str:
    """Return the command for one study that is stored, or one acquisition; "" without any."""
    results = content.results
    run = shlex.quote(f"runs/{_name(next(iter(results.sweeps)))}")
    for ids in (results.trials["study_id"], results.acquisitions["acquisition_id"]):
        if len(ids):
            return f"fewlabels rerun {run} {shlex.quote(str(ids.iloc[0]))}"
    return ""


def _hosts(content: Content) -> list[dict[str, str]]:
    found = spent.by_host(content.results).reset_index()
    return [
        {
            "host": str(row["host"]),
            "environment": str(row["environment_id"]),
            "pieces": f"{row['pieces']:,}",
            "hours": f"{row['seconds'] / 3600:,.2f}",
        }
        for row in found.sort_values("seconds", ascending=False).to_dict("records")
    ]
