"""The page of one dataset: what is in it, and what it gives away. Needs nothing but a browser."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from datasets.card import Card
from datasets.errors import DatasetError
from datasets.facts import Facts, facts
from datasets.fingerprints import Columns
from datasets.leakage import Tell, audit, role
from datasets.sampling import down_sampled
from datasets.summaries import CategorySummary, NumberSummary, correlation, summaries
from reports import dataset_figures as figures
from reports.provenance import fewlabels_version
from reports.scripts import TEMPLATES, Scripts
from reports.site.files import as_json

FIRST = 20  # columns of the audit that are shown at once, per task
TASKS = {"multiclass": "Which class?", "binary": "Normal or attack?"}


@dataclass(frozen=True)
class Exam:
    """The audit's table for one task."""

    title: str
    baseline: float
    rows: list[Tell]  # the best first
    n_first: int  # shown at once; the others on demand

    @classmethod
    def all_of(cls, tells: Sequence[Tell]) -> list[Exam]:
        """One per task."""
        found = []
        for task in dict.fromkeys(tell.task for tell in tells):
            rows = [tell for tell in tells if tell.task == task]
            n_given = sum(tell.grade == "gives it away" for tell in rows)
            found.append(cls(TASKS[task], rows[0].baseline, rows, max(FIRST, n_given)))
        return found


@dataclass(frozen=True)
class Content:
    """All that the page says of some rows."""

    card: Card
    facts: Facts
    numbers: list[NumberSummary]
    categories: list[CategorySummary]
    exams: list[Exam]
    raw: list[Exam]  # of the untouched cells, where they were looked at
    figures: dict[str, Any]  # id -> data and layout

    @classmethod
    def of(cls, rows: Columns, card: Card, raw: Sequence[Tell] = ()) -> Content:
        """Count, audit and draw the imported `rows` of `card`."""
        found = facts(rows, card)
        numbers, categories = summaries(rows, card)
        before = {name: one.n_rows for name, one in found.classes.items()}
        after = _after(before, card.normal)
        together = correlation(rows, card)
        drawn = {
            "class-bars": figures.class_bars(before, after),
            "class-pies": figures.class_pies(before, after),
            "missing-bars": figures.missing_bars(found.missing, found.n_rows),
            "correlation-map": figures.correlation_map(together),
            "repetition-bars": figures.repetition_bars(found),
            "sharing-map": figures.sharing_map(found),
        }
        if drawn["correlation-map"]:
            drawn["correlation-map"]["ranks"] = figures.ranks(together)
        kept = {name: figure for name, figure in drawn.items() if figure}
        exams = Exam.all_of(audit(rows, card))
        return cls(card, found, numbers, categories, exams, Exam.all_of(raw), kept)

    @property
    def flagged(self) -> list[str]:
        """The columns, and pairs, that give a class away."""
        tells = [tell for exam in self.exams for tell in exam.rows]
        return list(dict.fromkeys(t.name for t in tells if t.grade == "gives it away"))

    def present(self, names: Mapping[str, str]) -> dict[str, str]:
        """Those of `names` that are columns of these rows: versions lack some of the card's."""
        return {name: why for name, why in names.items() if name in self.facts.missing}

    @property
    def version(self) -> str:
        """The version of the card that has these rows; empty if none has."""
        counts = {name: one.n_rows for name, one in self.facts.classes.items()}
        return next((v.name for v in self.card.versions if dict(v.classes) == counts), "")


def page(content: Content, stored: str, now: datetime) -> str:
    """Render `content`, of the rows with the checksum `stored`, as one HTML page."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "whole": whole, "percent": percent}
    return environment.get_template("dataset.html").render(
        content=content,
        card=content.card,
        facts=content.facts,
        down_sampled=_after(
            {name: one.n_rows for name, one in content.facts.classes.items()}, content.card.normal
        ),
        role=lambda tell: role(content.card, tell),
        stored=stored,
        generated=now.strftime("%Y-%m-%d %H:%M %Z").strip(),
        version=fewlabels_version(),
        data=as_json(content.figures),
        scripts=Scripts.of(["dataset.js"]),
    )


def write(text: str, path: Path) -> None:
    """Write `text` to `path`. Raises `DatasetError` if the disk refuses."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DatasetError(f"cannot write {path}: {error.strerror}") from error


def whole(value: int) -> str:
    """Return `value` with thousands set apart."""
    return f"{value:,}"


def percent(share: float, digits: int = 1) -> str:
    """Return a share of one in per cent.

    >>> percent(0.12345), percent(-1e-9)
    ('12.3 %', '0.0 %')
    """
    return f"{round(100 * share, digits) + 0.0:.{digits}f} %"


def number(value: float) -> str:
    """Return `value` with four digits, or with all that are before its point.

    >>> [number(v) for v in (65535.0, 38653.2, 0.123456, float("nan"))]
    ['65,535', '38,653', '0.1235', '-']
    """
    if math.isnan(value):
        return "-"
    if 1e3 <= abs(value) < 1e15 or value == 0:  # noqa: PLR2004 - floats are exact so far
        return f"{value:,.0f}"
    return f"{value:.4g}"


def _after(before: Mapping[str, int], normal: str | None) -> dict[str, int] | None:
    """The classes as study A's down-sampling leaves them; None where it would change nothing."""
    names = list(before)
    if normal not in names:
        return None
    counts = down_sampled(np.array(list(before.values())), names.index(normal))
    after = dict(zip(names, counts.tolist(), strict=True))
    return None if after == dict(before) else after
