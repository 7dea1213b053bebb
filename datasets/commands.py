"""`fewlabels datasets ...`: list, describe, import, fetch, check and new.

`describe --html` is added by reports.

Errors leave as `DatasetError`; the command line prints them.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from typing import Annotated

import typer

from datasets import cache, given_path, state
from datasets.at_hand import at_hand
from datasets.choices import check_choice
from datasets.dataset import Dataset
from datasets.describe import WIDTH, describe
from datasets.describe_rows import facts_lines, leakage_lines
from datasets.errors import DatasetError
from datasets.preparation import not_imported
from datasets.progress import progress
from datasets.visible import one_line, say

DIFFERENT, UNSAID = 3, 1  # exit codes of check

app = typer.Typer(help="What there is to learn from, and how to get it.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="A dataset's name, as `list` prints it.")]


Raw = Annotated[
    Path | None,
    typer.Option(
        help="The download: audit its cells as they are, before anything is trimmed or left out."
    ),
]


OwnTable = Annotated[
    str | None, typer.Option("--path", help="With `generic`: a table of your own, with its card.")
]


@app.command("list")
def list_datasets() -> None:
    """List the datasets: rows, classes, and whether they are ready or how to get them."""
    lines = [("name", "rows", "classes", "state")]
    for name, dataset in at_hand().items():
        lines.append((name, state.n_rows(dataset), state.n_classes(dataset), state.state(dataset)))
    width = max(len(name) for name, *_ in lines)  # as long as it must be, to be copied
    for name, rows, classes, how in lines:
        say(one_line(f"{name:<{width}} {rows:>11} {classes:>8}  {how}"))


@app.command("describe")
def describe_dataset(name: Name, raw: Raw = None, path: OwnTable = None) -> None:
    """Print a dataset's card, and what is in its rows once they are imported."""
    if "/" in name or Path(name).suffix:
        raise DatasetError(
            f"describe takes a name, as `list` prints it, not the path {name}. For a table of your "
            f"own: fewlabels datasets describe generic --path {shlex.quote(name)}"
        )
    dataset = known(name)
    if path is not None:
        if name != "generic" or raw is not None:
            raise DatasetError("--path goes with generic, and without --raw")
        say("\n".join(_own_lines(path)))
        return
    if raw is not None:
        from datasets.raw import audit_raw

        tells = audit_raw(dataset.card, given_path.expand(raw))
    say(describe(dataset))
    say()
    if raw is not None:
        say(f"{raw}, every cell as it is (and trimmed, where that changes it):")
        say("\n".join(leakage_lines(tells, dataset.card)))
    elif dataset.import_file is not None:
        say("\n".join(_rows_lines(dataset)))


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
    given = given_path.expand(path)
    with progress(f"importing {name}") as tell:
        said = dataset.import_file(given, allow_unknown=allow_unknown, tell=tell)
    say(said)


@app.command("fetch")
def fetch_dataset(name: Name) -> None:
    """Download and import a dataset whose licence lets a program do so."""
    from datasets.fetch import fetch

    dataset = known(name)
    with progress(f"fetching {name}") as tell:
        said = fetch(dataset, tell)
    say(said)


@app.command("check")
def check_files(
    path: Annotated[Path, typer.Argument(help="A file, packed or not, or a folder.")],
) -> None:
    """Say which dataset and version this is, and what differs from its card; import nothing.

    Exit code 0: official files. 3: they differ from the card. 1: nothing can be said.
    """
    from datasets.check import check

    officials = [dataset.official for dataset in at_hand().values() if dataset.official]
    with progress("checking") as tell:
        verdicts = check(given_path.expand(path), officials, tell)
    for verdict in verdicts:
        say(verdict.text)
    if any(verdict.is_official is False for verdict in verdicts):
        raise typer.Exit(DIFFERENT)
    if any(verdict.is_official is None for verdict in verdicts):
        raise typer.Exit(UNSAID)


@app.command("new")
def new_dataset(
    name: Annotated[str, typer.Argument(help="Its name, or `generic` for a card beside a table.")],
    from_: Annotated[
        Path | None, typer.Option("--from", help="A table: its columns go into the card.")
    ] = None,
    label: Annotated[
        str | None, typer.Option("--label", help="Its column that names the classes.")
    ] = None,
    missing: Annotated[
        list[str] | None,
        typer.Option("--missing", help="A spelling of no value there; may be repeated."),
    ] = None,
    into: Annotated[Path, typer.Option("--into", help="The folder to write to.")] = Path(),
) -> None:
    """Write the beginnings of a dataset, NAME.py and NAME.toml; nothing is overwritten."""
    from datasets.skeleton import see, write_beside, write_module

    table = from_ and given_path.expand(from_)
    if table is None and (label or missing):
        raise DatasetError("--label and --missing say something of a table: --from it")
    seen = see(table, label, missing or []) if table else None
    if name == "generic":
        if table is None or seen is None:
            raise DatasetError("new generic needs the table: --from flows.csv")
        written = write_beside(table, seen)
        after = f"Fill it in; then a sweep may say: {{name: generic, path: {table}}}"
    else:
        written = write_module(name, given_path.expand(into), seen, at_hand())
        after = (
            f'Fill in the card; then add "{name}": {name}.DATASET to datasets/__init__.py, or to '
            "the COMPONENTS of a package of yours (docs/adding-a-dataset.md)"
        )
    for path in written:
        say(f"wrote {path}")
    say(after)


def known(name: str) -> Dataset:
    """Return the dataset `name`; raise `DatasetError`, with the nearest name, if there is none."""
    datasets = at_hand()
    return datasets[check_choice("dataset", name, datasets)]


def _own_lines(path: str) -> Iterator[str]:
    from datasets.facts import facts
    from datasets.generic import typed
    from datasets.leakage import audit

    card, stored, content = typed(path)
    yield from (line for line in (f"{path}: {card.title}".rstrip(": "), card.about) if line)
    yield from facts_lines(facts(stored.table, card), content)
    yield ""
    yield from leakage_lines(audit(stored.table, card), card)


def _rows_lines(dataset: Dataset) -> Iterator[str]:
    from datasets.facts import facts
    from datasets.leakage import audit

    card = dataset.card
    content = cache.current(card.name)
    if content is None:
        yield fill(not_imported(card), WIDTH, break_on_hyphens=False, break_long_words=False)
        return
    rows = cache.StoredColumns.of(card.name, content, state.reading_of(dataset))
    yield from facts_lines(facts(rows, card), content)
    yield ""
    yield from leakage_lines(audit(rows, card), card)
