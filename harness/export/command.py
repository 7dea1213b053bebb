"""`fewlabels export`."""

from __future__ import annotations

from typing import Annotated

import typer

from datasets.visible import say
from harness.commands import RunArgument

KINDS = ("optuna",)


def export(
    run: RunArgument,
    to: Annotated[
        str,
        typer.Option(
            metavar="optuna:URL",
            help="An Optuna storage, such as optuna:sqlite:///studies.db; made if it is new.",
        ),
    ],
) -> None:
    """Write the studies of a run into an Optuna storage, which optuna-dashboard shows.

    Done again, it adds what is new. A run that goes on may be exported at any time.
    """
    from rich.console import Console
    from rich.progress import track

    from harness.errors import ExportError
    from harness.export.spaces import spaces
    from harness.export.to_optuna import export as write
    from harness.export.to_optuna import open_storage
    from harness.place import place
    from harness.spec.problems import nearest

    kind, _, url = to.partition(":")
    if kind not in KINDS or not url:
        hint = nearest(kind, KINDS)
        raise ExportError(f"--to {to}: give optuna:URL, such as optuna:sqlite:///studies.db{hint}")
    at = place(run)
    folder = at.open()
    trials = folder.frame("trials")
    if trials.empty:
        raise ExportError(f"{run} has no trials yet")
    storage = open_storage(url)
    known, why = spaces(folder, trials)
    if why:
        say(why, err=True)
    steps = write(folder.sweep().get("name", at.name), trials, known, storage)
    console = Console(stderr=True)
    *_, done = track(steps, "exporting", total=len(known), console=console, transient=True)
    say(
        f"{len(known):,} studies with {len(trials):,} trials: {done.new:,} new, {done.longer:,} "
        f"longer, {done.replaced:,} replaced, {done.as_they_were:,} as they were"
    )
