"""`fewlabels run`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.commands import OutOption, SetOption, SweepArgument, is_new
from harness.errors import ClusterError

if TYPE_CHECKING:
    from harness.corpus import Corpus
    from harness.executor import Executor
    from harness.run import Progress
    from harness.sweep import Sweep

FINISHED_WITH_FAILURES = 3
INTERRUPTED = 130
SEGMENT_S = {"local": 5.0, "cluster": 30.0}


class Where(StrEnum):
    """What does the work."""

    ray = "ray"
    inline = "inline"


def run(  # noqa: PLR0913, PLR0917 - an argument for each option
    sweep: SweepArgument,
    set_: SetOption = None,
    out: OutOption = None,
    executor: Annotated[
        Where, typer.Option(help="inline: in this process, for debugging.")
    ] = Where.ray,
    address: Annotated[
        str | None, typer.Option(help="A Ray cluster to join. Default: a local Ray.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Tasks at the same time. Default: one per CPU.")
    ] = None,
    segment_s: Annotated[
        float | None,
        typer.Option(
            min=0, help="Seconds after which a task hands its results over. Default: 5, cluster 30."
        ),
    ] = None,
) -> None:
    """Run a sweep, or continue it: what the run folder holds is not done again."""
    import yaml
    from rich.console import Console

    from cluster.progress import duration, line, shown
    from cluster.stop import on_signals
    from harness import corpus
    from harness.plan import make_plan
    from harness.repair import repair
    from harness.run import Driver, Watch, check_continues
    from harness.run import run as drive
    from harness.shipped import open_sweep
    from harness.store import RunFolder

    console = Console(stderr=True)
    opened = open_sweep(sweep, set_ or [])
    prepared = corpus.load(opened)
    planned = make_plan(opened, prepared)
    root = out or Path("runs") / opened.name
    if segment_s is None:
        segment_s = SEGMENT_S["cluster" if address else "local"]
    if not is_new(root):
        check_continues(planned, RunFolder.open(root))  # before Ray, which takes its time
    work = _executor(executor, opened, prepared, (address, workers, segment_s))
    folder = RunFolder.create(root)
    with folder.writing() as set_aside:
        for said in [*set_aside, *repair(folder)]:
            console.print(said, highlight=False, soft_wrap=True)
        check_continues(planned, folder)
        text = yaml.safe_dump(dict(opened.resolved), sort_keys=False, allow_unicode=True)
        folder.write_sweep(text, opened.resolved, {f.name: f.text for f in opened.files})
        console.print(f"{opened.name}: results go to {folder.root}", highlight=False)
        driver = Driver(planned, prepared, folder, work, segment_s)
        try:
            with on_signals(console.print) as should_stop, shown(console) as tell:
                progress = drive(driver, Watch(tell, should_stop))
        except KeyboardInterrupt:
            _say_how_to_continue(folder.root)
            raise typer.Exit(INTERRUPTED) from None
        finally:
            work.close()
    console.print(line(progress), soft_wrap=True, highlight=False)
    _end(progress, folder.root, duration(progress.elapsed_s))


def _executor(
    where: Where, sweep: Sweep, prepared: Corpus, how: tuple[str | None, int | None, float]
) -> Executor:
    address, workers, segment_s = how
    if where is Where.inline:
        if address or workers:
            raise ClusterError("--address and --workers are for Ray; inline has one worker, here")
        from harness.executor import InlineExecutor

        return InlineExecutor(prepared)
    from cluster.connection import connect
    from cluster.ray_executor import Demand, RayExecutor

    threads = sweep.setting.threads
    connect(address, workers * threads if workers else None)
    return RayExecutor(prepared, Demand(threads, sweep.limits, segment_s), workers)


def _end(progress: Progress, root: Path, took: str) -> None:
    standing = progress.standing
    if not standing.complete:
        _say_how_to_continue(root)
        raise typer.Exit(INTERRUPTED)
    typer.echo(f"done in {took}: {standing.trials[0]} trials in {root}")
    if set(standing.badly) - {"skipped", "dropped"}:
        typer.echo(f"not all ended well; see: fewlabels report {root} -o site")
        raise typer.Exit(FINISHED_WITH_FAILURES)


def _say_how_to_continue(root: Path) -> None:
    typer.echo(f"interrupted; what was finished is in {root}. Run the same command to continue.")
