"""`fewlabels status`, `verify`, `rerun`, `components` and `fields`."""

from __future__ import annotations

import shlex
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from datasets.visible import one_line, say

DIFFERENT = 3  # exit code

SweepArgument = Annotated[str, typer.Argument(help="A sweep file, or the name of one that ships.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="Change a field, such as labelling.batch=10; may be repeated."),
]
RunArgument = Annotated[
    str, typer.Argument(help="A run folder, such as runs/NAME or s3://bucket/runs/NAME.")
]
OutOption = Annotated[
    str | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="The run folder itself, also s3://bucket/runs/NAME. Default: runs/NAME.",
    ),
]


def status(run: RunArgument) -> None:
    """Show progress, failures by cause and the time left; reads files only."""
    from harness.errors import RunFolderError
    from harness.place import opened

    folder = opened(run)
    from harness.causes import causes
    from harness.estimate import left, work_s  # what plans takes longer to load
    from harness.ledger import Ledger
    from harness.replan import replanned
    from harness.schema import RETRIED

    badly: list[str] = []
    totals: dict[str, tuple[int, int]] = {}
    try:
        ledger = Ledger.read(replanned(folder), folder)
    except RunFolderError as error:
        end = f"time left     unknown: {error}"
    else:
        standing = ledger.standing()
        totals = {what: getattr(standing, what) for what in _COUNTED}
        seconds = work_s(ledger, folder)
        end = f"time left     {left(standing, seconds)}"
    for table, column, if_none in (
        ("references", "status", "none yet"),
        ("acquisitions", "status", "none yet"),
        ("evaluations", "status", ""),  # most sweeps ask for none
        ("trials", "status", "none yet"),
        ("attempts", "cause", ""),  # kept of tasks that died
    ):
        counts = Counter(folder.read(table, [column]).column(column).to_pylist())
        shown = ", ".join(f"{n:,} {name}" for name, n in counts.items()) or if_none
        bad = [name for name in counts if name in RETRIED and column == "status"]
        badly += bad
        if table in totals:
            done, total = totals[table]
            shown = f"{done:,} of {total:,} ({100 * done // max(total, 1)} %): {shown}"
        if shown:
            say(one_line(f"{table:<14}{shown}"))
        for line in causes(folder, table) if bad else ():
            say(one_line(f"{'':<14}{line}"))
    say(end)
    if badly:
        options = " ".join(f"--status {name}" for name in dict.fromkeys(badly))
        say(f"to do again   fewlabels retry {shlex.quote(run)} {options}")


_COUNTED = ("references", "acquisitions", "trials")


def verify(run: RunArgument) -> None:
    """Check every file and every row of a run; reads files only.

    A line for each thing that is wrong: damaged files, doubled or missing rows, sums, scores and
    winners that do not follow from what is stored, ids that are not those of the stored sweep.
    Exit code 1: something is wrong.
    """
    from harness.place import opened

    folder = opened(run)
    from harness.verify import verify as check

    done = check(folder)
    for line in done.findings:
        say(one_line(line))
    for line in done.notes:
        say(one_line(f"note: {line}"), err=True)
    if done.findings:
        raise typer.Exit(1)
    say(f"{done.n_rows:,} rows in {run}: nothing wrong found")


def rerun(
    run: RunArgument,
    id_: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="An acquisition_id, study_id or reference_id, or the first 4 or more of its "
            "digits; for one trial STUDY_ID:NUMBER.",
        ),
    ],
) -> None:
    """Recompute one acquisition, study, trial or reference and show any difference.

    Works in this process and only reads the run folder. Exit code 3: something differs.
    """
    from rich.console import Console

    from harness import ids
    from harness.place import opened
    from harness.rerun import other_versions
    from harness.rerun import rerun as do_again

    folder = opened(run)
    named = ids.find(folder, id_)
    if changed := other_versions(folder):
        say(f"other library versions than stored: {'; '.join(changed)}", err=True)
    with Console(stderr=True).status("reading") as shown:
        done = do_again(folder, named, shown.update)
    say(done)
    if done.differences:
        raise typer.Exit(DIFFERENT)


def components(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files with more components, as in a sweep.")
    ] = None,
) -> None:
    """Show every name that a sweep may use, with its parameters."""
    from harness import registry
    from harness.designs.design import GIVEN
    from harness.spec.parameters import taken

    known = registry.load(tuple(registry.ComponentFile.read(path) for path in files or []))
    for axis in ("classifiers", "scalers", "resamplers", "strategies", "designs"):
        say(f"\n{axis}")
        for name, factory in getattr(known, axis).items():
            say(f"  {name:<21} {registry.summary(factory)}")
            parameters = [
                f"{key} (needed)" if p.default is p.empty else f"{key}={p.default!r}"
                for key, p in taken(factory).items()
                if axis != "designs" or key not in GIVEN
            ]
            if parameters:
                say(f"  {'':<22}{', '.join(parameters)}")
            space = getattr(known, f"{axis.removesuffix('s')}_spaces", {}).get(name)
            if space:
                say(f"  {'':<22}tuned: {', '.join(space)}")
    say("\nsplitters")
    for name, splitter in known.splitters.items():
        say(f"  {name:<22}{splitter.about}")
    say("\ndatasets")
    for name, dataset in known.datasets.items():
        say(f"  {name:<22}{dataset.card.title}")
    say(f"  {'full_data':<22}the reference: defaults on all pool labels; always fitted")


def fields() -> None:
    """Show every field of a sweep file: its default and what it means."""
    from harness.spec.describe import described

    say(described())
