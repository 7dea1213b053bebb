"""What `fewlabels leaderboard`, `efficiency`, `report` and `datasets describe` do.

Slow packages are imported when called. `describe` raises `DatasetError` where there is no such
dataset or nothing to draw; the others raise `RunFolderError` where there is no run. `leaderboard`
and `efficiency` raise `UnknownName` for a metric, dataset or budget that is not there; `report`
raises `RunFolderError` where two runs cannot be shown together, it and `efficiency` where a file
cannot be written. (Not in the docstrings below: those are `--help`.)
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from harness.errors import RunFolderError, UnknownName

TOP = 20  # rows on a screen

Run = Annotated[
    str,
    typer.Argument(help="A run folder, such as runs/quickstart or s3://bucket/runs/quickstart."),
]
Runs = Annotated[list[str], typer.Argument(help="One or more run folders.")]
Budget = Annotated[int | None, typer.Option(help="Rank at this budget; default: over all of them.")]
DatasetName = Annotated[str | None, typer.Option(help="Only this dataset.")]
Metric = Annotated[str | None, typer.Option(help="Default: the one that chose the winners.")]
Top = Annotated[
    int | None, typer.Option(min=1, help="Rows to show per dataset; default: 20, in files all.")
]
By = Annotated[
    str | None, typer.Option(help="Only the best row of each classifier, scaler, resampler ...")
]
Format = Annotated[str, typer.Option("--format", help="table, csv, json, markdown or latex.")]
First = Annotated[int | None, typer.Option(min=1, help="Only the first so many repeats (seeds).")]
Csv = Annotated[Path | None, typer.Option("--csv", help="Write each repeat's areas there.")]
Out = Annotated[
    Path, typer.Option("--out", "-o", help="Folder of the site; its first page is index.html.")
]
Watch = Annotated[
    bool, typer.Option("--watch", help="Write it anew while the runs grow, until Ctrl-C.")
]
Open = Annotated[bool, typer.Option("--open", help="Open it in a browser.")]
Described = Annotated[str, typer.Argument(metavar="NAME", help="As `datasets list` prints it.")]
Raw = Annotated[
    Path | None,
    typer.Option(
        help="The download: audit its cells as they are, before anything is trimmed or left out."
    ),
]
OwnTable = Annotated[
    str | None, typer.Option("--path", help="With `generic`: a table of your own, with its card.")
]
Html = Annotated[bool, typer.Option("--html", help="Write a page for the browser instead.")]
PageOut = Annotated[
    Path | None, typer.Option("--out", "-o", help="The page of --html; default: NAME.html here.")
]


def leaderboard(  # noqa: PLR0913, PLR0917 - options of a command line
    run: Run,
    budget: Budget = None,
    dataset: DatasetName = None,
    metric: Metric = None,
    top: Top = None,
    by: By = None,
    format_: Format = "table",
) -> None:
    """Print the leaderboard of each dataset of a run.

    Without a budget, rows are ranked by labels to the target, then by area under the curve.
    """
    from datasets.visible import one_line, say
    from harness.schema import AXES, METRICS

    if metric is not None:
        _must_be_known("metric", metric, METRICS)
    if by is not None:
        _must_be_known("axis", by, AXES[1:])
    _must_be_known("format", format_, ("table", "csv", "json", "markdown", "latex"))

    from rich.console import Console

    import reports
    from reports import provenance, table_files, terminal

    frames = reports.load(run)
    grid, results = frames.grid, frames.tables
    if not grid.budgets:
        say(f"{run} holds no trials yet: nothing to rank.", err=format_ != "table")
        return
    names = _with_budget(grid.budgets, dataset, budget)
    choice = table_files.Choice(budget, by, top)
    boards = table_files.boards(frames.measures(metric), results, names, choice)
    if format_ != "table":
        say(table_files.FORMATS[format_](boards).removesuffix("\n"))
        return
    console = Console()
    for i, (name, one) in enumerate(zip(names, boards, strict=True)):
        if i:
            console.print()
        terminal.show(one.board, top or TOP, console)
        for line in terminal.headline(one.headline, one.whole) if one.headline else ():
            say(line)
        for badge in provenance.badges(results, name):
            say(one_line(f"badge: {badge}"))


def efficiency(
    run: Run,
    metric: Metric = None,
    first: First = None,
    csv: Csv = None,
) -> None:
    """Print the areas under each curve, by every definition: mean ± standard deviation."""
    from datasets.visible import say
    from harness.schema import METRICS

    if metric is not None:
        _must_be_known("metric", metric, METRICS)

    from rich.console import Console

    from reports import area_table, curves
    from reports.areas import areas
    from reports.grid import Grid
    from reports.results import read

    results = read(run)
    grid = Grid.of(results)
    if not grid.budgets:
        say(f"{run} holds no trials yet: nothing to measure.")
        return
    metric = metric or results.tuning_metric
    points = curves.points(curves.scores(results, grid), metric)
    if first is not None:
        points = points[points["repeat"] < first]
    found = areas(points, grid, results)
    area_table.show(found, grid, metric, Console(), first)
    if csv is not None:
        area_table.write(found, grid, csv)
        say(f"{csv}: {len(found)} rows, a repeat each")


def report(
    runs: Runs,
    out: Out = Path("site"),
    metric: Metric = None,
    watch: Watch = False,  # noqa: FBT002 - a flag on the command line
    open_: Open = False,  # noqa: FBT002 - a flag on the command line
) -> None:
    """Write the site of one or several runs: a folder of pages that need only a browser."""
    from datetime import UTC, datetime

    import reports
    from datasets.visible import say
    from harness.schema import METRICS
    from reports.site import watch as watching
    from reports.site.write import Wish, write

    if metric is not None:
        _must_be_known("metric", metric, METRICS)
    opened: list[Path] = []

    def written(index: Path | RunFolderError) -> None:
        say(f"{index}", err=isinstance(index, RunFolderError))
        if open_ and not opened and isinstance(index, Path):
            import webbrowser

            opened.append(index)
            webbrowser.open(index.resolve().as_uri())

    wish = Wish(metric)
    if sys.stderr.isatty():
        wish = Wish(metric, say=lambda title: say(f"writing {title}", err=True))
    if watch:
        watching.watch(runs, out, wish, written)
    else:
        written(write(reports.load(*runs), out, datetime.now(UTC), wish))


def describe(
    name: Described,
    raw: Raw = None,
    html: Html = False,  # noqa: FBT002 - a flag on the command line
    out: PageOut = None,
    path: OwnTable = None,
) -> None:
    """Print a dataset's card, and what is in its rows once imported; or write that as a page."""
    import datasets.commands
    from datasets.errors import DatasetError

    if not html:
        if out is not None:
            raise DatasetError("-o names the page that --html writes; add --html")
        datasets.commands.describe_dataset(name, raw, path)
        return
    if path is not None:
        raise DatasetError("--path is described in the terminal only; leave --html out")
    from datetime import UTC, datetime

    from datasets import cache, given_path
    from datasets.preparation import not_imported
    from datasets.raw import audit_raw
    from datasets.state import reading_of
    from datasets.visible import say
    from reports import dataset_page

    dataset = datasets.commands.known(name)
    card = dataset.card
    if dataset.import_file is None:
        raise DatasetError(f"{name} is not imported, so there are no rows to draw a page of")
    stored = cache.current(card.name)
    if stored is None:
        raise DatasetError(not_imported(card))
    tells = [] if raw is None else audit_raw(card, given_path.expand(raw))
    rows = cache.StoredColumns.of(card.name, stored, reading_of(dataset))
    content = dataset_page.Content.of(rows, card, tells)
    to = given_path.expand(out) if out is not None else Path(f"{name}.html")
    dataset_page.write(dataset_page.page(content, stored, datetime.now(UTC)), to)
    say(f"{to}")


def _with_budget(
    budgets: dict[str, list[int]], dataset: str | None, budget: int | None
) -> list[str]:
    """Return the datasets to show: the one asked for, of those that have the budget."""
    names = sorted(budgets)
    if dataset is not None:
        _must_be_known("dataset", dataset, names)
        names = [dataset]
    if budget is not None:
        _must_be_known("budget", budget, sorted({b for name in names for b in budgets[name]}))
        names = [name for name in names if budget in budgets[name]]
    return names


def _must_be_known(kind: str, value: str | int, known: Iterable[str | int]) -> None:
    names = [str(name) for name in known]
    if str(value) in names:
        return
    near = difflib.get_close_matches(str(value), names, n=1) if isinstance(value, str) else []
    hint = f" did you mean {near[0]}?" if near else ""
    raise UnknownName(f"no {kind} {value};{hint} there are {', '.join(names)}")
