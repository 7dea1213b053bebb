"""The site: one page that needs nothing but a browser."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from harness.errors import RunFolderError
from harness.schema import METRICS
from reports import answer, curves, failures, payload, provenance
from reports.grid import Grid
from reports.interval import ENOUGH
from reports.leaderboard import board
from reports.measures import Measures
from reports.results import Results
from reports.scripts import TEMPLATES, Scripts

SCRIPTS = ("page.js", "board.js", "curves.js", "costs.js", "references.js", "start.js")


@dataclass(frozen=True)
class Answer:
    """What the head of the page says about one dataset."""

    dataset: str
    text: str
    note: str  # badges of the data, and too few repeats for intervals; "" where there are none


def tuning_metric(results: Results) -> str:
    """Return the metric that chose most winners; macro_f1 where there are no trials."""
    chosen = Counter(results.trials["metric"]).most_common(1)
    return chosen[0][0] if chosen else "macro_f1"


def page(results: Results, now: datetime) -> str:
    """Render `results` as one HTML page; tables may be empty."""
    import jinja2

    grid, reference = Grid.of(results), results.reference
    scored = curves.scores(results, grid)
    metric = tuning_metric(results)
    measured = [Measures.of(name, grid, scored, results.references, reference) for name in METRICS]
    content = payload.payload(grid, measured, results.references)
    content["metric"] = metric
    content["reference"] = {"name": str(reference), "share": reference.share}
    main = next(one for one in measured if one.metric == metric)
    found = failures.failures(results)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        names=[Path(root).resolve().name for root in results.sweeps],
        sweeps=results.sweeps,
        generated=now.strftime("%Y-%m-%d %H:%M %Z").strip(),
        version=provenance.fewlabels_version(),
        progress=provenance.progress(results),
        answers=[_answer(main, name, results) for name in sorted(grid.budgets)],
        share=f"{reference.share:.0%}".replace("%", " %"),
        reference=str(reference),
        enough=ENOUGH,
        failures=found[: failures.MOST],
        failures_left_out=len(found[failures.MOST :]),
        retries=failures.retries(results),
        datasets=provenance.datasets(results),
        environments=provenance.environments(results),
        data=payload.as_script(content),
        scripts=Scripts.of(SCRIPTS) if grid.budgets else Scripts(),
    )


def write(text: str, site: Path) -> Path:
    """Write `text` as `site`/index.html and return its path; the folder is made if needed.

    Raises `RunFolderError` if the disk refuses.
    """
    index = site / "index.html"
    try:
        site.mkdir(parents=True, exist_ok=True)
        index.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RunFolderError(f"cannot write {index}: {error.strerror}") from error
    return index


def _answer(main: Measures, dataset: str, results: Results) -> Answer:
    reference = results.reference
    text = answer.answer(board(main, dataset), str(reference), reference.share)
    n = main.grid.repeats[dataset]
    notes = [f"Badge: {badge}." for badge in provenance.badges(results, dataset)]
    if n < ENOUGH:
        notes.append(f"No intervals: {n} repeat{'' if n == 1 else 's'}.")
    return Answer(dataset, text, " ".join(notes))
