"""`fewlabels datasets ...`: list, describe and import. `describe --html` is added by reports.

Errors leave as `DatasetError`; the command line prints them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from typing import Annotated

import typer

from datasets import DATASETS, cache, given_path
from datasets.card import Card
from datasets.choices import check_choice
from datasets.dataset import Dataset
from datasets.describe import WIDTH, describe
from datasets.describe_rows import facts_lines, leakage_lines
from datasets.errors import DatasetError
from datasets.preparation import not_imported

app = typer.Typer(help="What there is to learn from, and how to get it.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="A dataset's name, as `list` prints it.")]


Raw = Annotated[
    Path | None,
    typer.Option(
        help="The download: audit its cells as they are, before anything is trimmed or left out."
    ),
]


@app.command("list")
def list_datasets() -> None:
    """List the datasets: whether they are there, what they are, what they may be used for."""
    from rich.console import Console
    from rich.table import Table

    table = Table()
    table.add_column("name", no_wrap=True)
    for title in ("rows", "title", "licence"):
        table.add_column(title, overflow="fold")
    for name, dataset in DATASETS.items():
        table.add_row(name, _rows(dataset), dataset.card.title, dataset.card.licence)
    Console().print(table)


@app.command("describe")
def describe_dataset(name: Name, raw: Raw = None) -> None:
    """Print a dataset's card, and what is in its rows once they are imported."""
    dataset = known(name)
    typer.echo(describe(dataset))
    typer.echo()
    if raw is not None:
        from datasets.raw import audit_raw

        tells = audit_raw(dataset.card, given_path.expand(raw))
        typer.echo(f"{raw}, every cell as it is (and trimmed, where that changes it):")
        typer.echo("\n".join(leakage_lines(tells, dataset.card)))
    elif dataset.import_file is not None:
        typer.echo("\n".join(_rows_lines(dataset.card)))


@app.command("import")
def import_dataset(
    name: Name,
    path: Annotated[Path, typer.Argument(help="The download: a file, or the folder it is in.")],
    allow_unknown: Annotated[  # noqa: FBT002 - a flag on the command line
        bool, typer.Option("--allow-unknown", help="Take files with other bytes than the official.")
    ] = False,
) -> None:
    """Check an official download and keep it, typed, in the cache."""
    dataset = known(name)
    if dataset.import_file is None:
        raise DatasetError(f"{name} needs no import: name it in a sweep as it is")
    typer.echo(dataset.import_file(given_path.expand(path), allow_unknown=allow_unknown))


def known(name: str) -> Dataset:
    """Return the dataset `name`; raise `DatasetError`, with the nearest name, if there is none."""
    return DATASETS[check_choice("dataset", name, DATASETS)]


def _rows_lines(card: Card) -> Iterator[str]:
    from datasets.facts import facts
    from datasets.leakage import audit

    content = cache.current(card.name)
    if content is None:
        yield fill(not_imported(card), WIDTH, break_on_hyphens=False, break_long_words=False)
        return
    rows = cache.StoredColumns.of(card.name, content)
    yield from facts_lines(facts(rows, card), content)
    yield ""
    yield from leakage_lines(audit(rows, card), card)


def _rows(dataset: Dataset) -> str:
    card = dataset.card
    if dataset.import_file is None:
        n_made = sum(card.classes.values())
        return f"{n_made:,}" if n_made else "by path"
    try:
        n_rows = cache.n_rows(card.name)
    except DatasetError:
        return "damaged: import again"
    return "not imported" if n_rows is None else f"{n_rows:,}"
