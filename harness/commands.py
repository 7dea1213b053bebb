"""`fewlabels plan`, `status`, `verify`, `rerun`, `components` and `fields`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from datasets.visible import one_line, say

if TYPE_CHECKING:
    from harness.corpus import Corpus
    from harness.ledger import Standing
    from harness.plan import Plan

DIFFERENT = 3  # exit code
MOST_CLASSES = 6  # of a dataset, that a plan shows

SweepArgument = Annotated[str, typer.Argument(help="A sweep file, or the name of one that ships.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="Change a field, such as labelling.batch=10; may be repeated."),
]
RunArgument = Annotated[Path, typer.Argument(help="A run folder.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="The run folder itself. Default: runs/NAME.")
]


def plan(sweep: SweepArgument, set_: SetOption = None, out: OutOption = None) -> None:
    """Show what would run, what is reused or skipped and why, and how long it may take."""
    from harness import corpus, destination
    from harness.estimate import work_s
    from harness.ledger import Ledger
    from harness.placement import adopted
    from harness.plan import make_plan
    from harness.run import check_continues
    from harness.shipped import open_sweep
    from harness.store import RunFolder

    opened = open_sweep(sweep, set_ or [])
    loaded = corpus.load(opened)
    root = out or Path("runs") / opened.name
    folder = None if is_new(root) else RunFolder.open(root)
    opened = adopted(opened, folder)
    planned = make_plan(opened, loaded)
    if folder:
        check_continues(planned, folder)
    ledger = Ledger.read(planned, folder)
    seconds = work_s(ledger, folder) if folder else None
    standing = ledger.standing()
    axes = [*_datasets(planned, loaded), *_axes(planned)]
    for line in [*axes, *_counts(standing), *_skips(planned, standing)]:
        say(one_line(line))
    if seconds is None:
        say("time       unknown: nothing like it ran in this folder yet")
    else:
        say(f"time       about {seconds / 60:.1f} minutes of one worker are left")
    coming = destination.bytes_to_come(ledger, destination.matrices(planned, loaded))
    free = destination.free_bytes(root)
    say(
        f"disk       about {destination.size(coming)} will be written, "
        f"{destination.size(free)} are free"
    )
    if why := destination.too_little(free, coming):
        say(f"{'beware':<10} not enough, `run` will refuse: {why}")


def is_new(root: Path) -> bool:
    """Whether a run would begin at `root`: nothing is there, or an empty folder."""
    try:
        return not root.exists() or (root.is_dir() and not any(root.iterdir()))
    except OSError:
        return False  # opening it says why


def _datasets(planned: Plan, corpus: Corpus) -> list[str]:
    import numpy as np

    from datasets.remarks import categories_of_numbers

    lines = []
    for label in dict.fromkeys(a.curve.dataset.label for a in planned.acquisitions):
        table, component = corpus[label].table, corpus[label].component
        counts = np.bincount(table.y, minlength=len(table.classes))
        shown = [f"{name} {n:,}" for name, n in zip(table.classes, counts, strict=True)]
        more = ["..."] if len(shown) > MOST_CLASSES else []
        lines.append(
            f"{'dataset':<10} {label}: {len(table):,} rows, {len(shown)} classes "
            f"({', '.join([*shown[:MOST_CLASSES], *more])}), "
            f"{_n(len(table.number_names), 'number', 'numbers')}, "
            f"{_n(len(table.category_names), 'category', 'categories')}"
        )
        if component.name == "generic":
            lines += [
                f"{'beware':<10} {label}: {name} is a category, though nearly all cells are "
                f"numbers; not {', '.join(map(repr, words[:MOST_CLASSES]))}: missing?"
                for name, words in categories_of_numbers(table).items()
            ]
    return lines


def _n(n: int, one: str, several: str) -> str:
    return f"{n} {one if n == 1 else several}"


def _axes(planned: Plan) -> list[str]:
    curves = {str(a.curve): a for a in planned.acquisitions}
    lines = []
    for axis in ("classifier", "scaler", "resampler", "strategy"):
        found = dict.fromkeys(getattr(a.curve, axis).label for a in curves.values())
        lines.append(f"{axis:<10} {', '.join(found)}")
    budgets: dict[str, set[int]] = {}
    for acquisition in curves.values():
        label = acquisition.curve.dataset.label
        budgets.setdefault(label, set()).update(acquisition.budgets)
    for label, met in budgets.items():
        lines.append(f"{'budgets':<10} {', '.join(map(str, sorted(met)))} labels on {label}")
    lines.append(f"{'repeats':<10} {planned.sweep.repeats}")
    if planned.sweep.is_neural:
        lines.append(f"{'networks':<10} {_device(planned)}")
    return [*lines, ""]


def _device(planned: Plan) -> str:
    sweep = planned.sweep
    if sweep.device == "auto":
        return "on GPUs where the cluster of the run has any, else on CPUs, which this plan assumes"
    return f"on a {sweep.device.upper()}, with {sweep.setting.neural.backend}"


def _counts(standing: Standing) -> list[str]:
    lines = [f"{'':<14}{'to do':>8}{'reused':>8}{'total':>8}"]
    for what in ("references", "acquisitions", "studies", "trials"):
        done, total = getattr(standing, what)
        lines.append(f"{what:<14}{total - done:>8}{done:>8}{total:>8}")
    return [*lines, ""]


def _skips(planned: Plan, standing: Standing) -> list[str]:
    from harness.schema import RETRIED

    reasons = Counter(why for _, why in planned.excluded)
    lines = [f"skipped    {n} curves, {why}" for why, n in reasons.items()]
    for status, n in standing.badly.items():
        if status == "unreachable":
            lines.append(f"skipped    {n} studies: their acquisition ended before their budget")
        elif status == "dropped":
            lines.append(f"skipped    {n} studies: the split leaves their repeats out")
        else:
            unless = ", unless by `fewlabels retry`" if status in RETRIED else ""
            lines.append(f"skipped    {n} that ended as {status}; they are not run again{unless}")
    untuned = Counter(s.acquisition.curve.classifier.label for s in planned.studies if not s.space)
    if planned.sweep.setting.tuning.trials > 1:
        lines += [
            f"skipped    tuning of {n} studies of {label}: nothing to tune; trial 0 only"
            for label, n in untuned.items()
        ]
    return lines


def status(run: RunArgument) -> None:
    """Show progress, failures by cause and the time left; reads files only."""
    from harness.errors import RunFolderError
    from harness.store import RunFolder

    folder = RunFolder.open(run)
    from harness.estimate import work_s  # what plans takes longer to load
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
        end = "time left     " + _left(standing, seconds)
    for table, column, if_none in (
        ("references", "status", "none yet"),
        ("acquisitions", "status", "none yet"),
        ("evaluations", "status", ""),  # most sweeps ask for none
        ("trials", "status", "none yet"),
        ("attempts", "cause", ""),  # kept of tasks that died
    ):
        counts = Counter(folder.read(table, [column]).column(column).to_pylist())
        shown = ", ".join(f"{n:,} {name}" for name, n in counts.items()) or if_none
        badly += [name for name in counts if name in RETRIED and column == "status"]
        if table in totals:
            done, total = totals[table]
            shown = f"{done:,} of {total:,} ({100 * done // max(total, 1)} %): {shown}"
        if shown:
            say(one_line(f"{table:<14}{shown}"))
    say(end)
    if badly:
        options = " ".join(f"--status {name}" for name in dict.fromkeys(badly))
        say(f"to do again   fewlabels retry {run} {options}")


_COUNTED = ("references", "acquisitions", "trials")


def _left(standing: Standing, seconds: float | None) -> str:
    if standing.complete:
        return "none: all is done"
    if seconds is None:
        return "unknown: nothing like it ran in this folder yet"
    return f"about {seconds / 60:.1f} minutes of one worker"


def verify(run: RunArgument) -> None:
    """Check every file and every row of a run; reads files only.

    A line for each thing that is wrong: damaged files, doubled or missing rows, sums, scores and
    winners that do not follow from what is stored, ids that are not those of the stored sweep.
    Exit code 1: something is wrong.
    """
    from harness.store import RunFolder

    folder = RunFolder.open(run)
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
    from harness.rerun import other_versions
    from harness.rerun import rerun as do_again
    from harness.store import RunFolder

    folder = RunFolder.open(run)
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
    from harness.spec.parameters import taken

    known = registry.load(tuple(registry.ComponentFile.read(path) for path in files or []))
    for axis in ("classifiers", "scalers", "resamplers", "strategies", "designs"):
        say(f"\n{axis}")
        for name, factory in getattr(known, axis).items():
            say(f"  {name:<22}{registry.summary(factory)}")
            parameters = [
                f"{key} (needed)" if p.default is p.empty else f"{key}={p.default!r}"
                for key, p in taken(factory).items()
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
