"""`fewlabels run`."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from datasets.visible import one_line, say
from harness.classifiers.needs import NEURAL
from harness.commands import OutOption, SetOption, SweepArgument
from harness.errors import ClusterError

if TYPE_CHECKING:
    from rich.console import Console

    from harness.corpus import Corpus
    from harness.executor import Executor
    from harness.place import Place
    from harness.run import Driver, Progress
    from harness.store import RunFolder
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
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="The head of a Ray cluster to join, or auto: one that was started on this "
            "machine. Default: a local Ray.",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Tasks on CPUs at the same time. Default: one per CPU."),
    ] = None,
    segment_s: Annotated[
        float | None,
        typer.Option(
            min=0, help="Seconds after which a task hands its results over. Default: 5, cluster 30."
        ),
    ] = None,
    insecure: Annotated[  # noqa: FBT002 - Typer's way
        bool, typer.Option("--insecure", help="Join a cluster although it asks for no token.")
    ] = False,
    require_gpu: Annotated[  # noqa: FBT002 - Typer's way
        bool, typer.Option("--require-gpu", help="Refuse unless networks compute on a GPU.")
    ] = False,
) -> None:
    """Run a sweep, or continue it: what the run folder holds is not done again."""
    from rich.console import Console

    from cluster.progress import line
    from harness import corpus
    from harness.destination import must_have_room
    from harness.place import place
    from harness.placement import adopted, settled
    from harness.plan import make_plan
    from harness.run import Driver, check_continues
    from harness.shipped import open_sweep

    console = Console(stderr=True)
    wanted = _Wanted(executor, address, insecure, workers)
    wanted.check()
    opened = open_sweep(sweep, set_ or [])
    at = place(out or Path("runs") / opened.name)
    pace_s = SEGMENT_S["cluster" if address else "local"] if segment_s is None else segment_s
    with contextlib.ExitStack() as held:  # the right to write the run
        before = _before(at, held, console)  # before the data, which take their time
        joined = _let_in(wanted, console)
        prepared = corpus.load(opened)
        asked, opened = opened.device, adopted(opened, before)
        planned = make_plan(opened, prepared)
        if before:
            check_continues(planned, before)  # before Ray, which takes its time
        must_have_room(planned, prepared, at.disk, before)
        offer = _connect(wanted, joined, opened)
        why = {"auto": "there is no GPU"}.get(opened.device, "as the run folder began")
        opened = settled(opened, offer.text, has_gpu=offer.has_gpu, require_gpu=require_gpu)
        planned = make_plan(opened, prepared)  # whose ids hold the device
        work = _executor(executor, opened, prepared, workers)
        if opened.is_neural:
            why = "as the sweep asks" if asked == opened.device else why
            _say(console, [_where(opened, why)])
        folder = before or _opened(at.create(), held, console)
        check_continues(planned, folder)
        folder.write_sweep(
            _as_yaml(opened), opened.resolved, {f.name: f.text for f in opened.files}
        )
        _say(console, [f"{opened.name}: results go to {at}"])
        driver = Driver(planned, prepared, folder, work, pace_s)
        try:
            progress = _driven(driver, console, at)
        finally:
            work.close()
    _say(console, [line(progress)])
    _end(progress, at, len(driver.left))


def _driven(driver: Driver, console: Console, at: Place) -> Progress:
    from cluster.progress import shown
    from cluster.stop import on_signals
    from harness.run import Watch, run

    try:
        with on_signals(console.print) as should_stop, shown(console) as tell:
            return run(driver, Watch(tell, should_stop))
    except KeyboardInterrupt:
        _say_how_to_continue(at)
        raise typer.Exit(INTERRUPTED) from None


def _as_yaml(sweep: Sweep) -> str:
    import yaml

    return yaml.safe_dump(dict(sweep.resolved), sort_keys=False, allow_unicode=True)


def _before(at: Place, held: contextlib.ExitStack, console: Console) -> RunFolder | None:
    """The run that is there, open for writing and without damage; None: one can begin there.

    Refused where another run writes it, or none can.
    """
    at.must_be_a_place()
    if at.is_new():
        at.must_take_a_run()
        return None
    return _opened(at.create(), held, console)  # it may have lost what a reader would miss


def _opened(folder: RunFolder, held: contextlib.ExitStack, console: Console) -> RunFolder:
    """`folder`, open for writing for as long as `held` is, without damage; says what it had."""
    from harness.repair import repair

    set_aside = held.enter_context(folder.writing())
    _say(console, [*set_aside, *repair(folder)])
    return folder


def _say(console: Console, lines: Sequence[str]) -> None:
    from rich.text import Text

    for line in lines:
        console.print(Text(one_line(line)), soft_wrap=True)


@dataclass(frozen=True, slots=True)
class _Offer:
    """What there is to compute on."""

    has_gpu: bool
    text: str


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the options say shall do the work."""

    where: Where
    address: str | None  # of a cluster; None: a local Ray
    insecure: bool  # join the cluster although it is open
    workers: int | None

    def check(self) -> None:
        """Raise `ClusterError` for options that would do nothing."""
        if self.where is Where.inline and (self.address or self.workers or self.insecure):
            raise ClusterError(
                "--address, --workers and --insecure are for Ray; inline has one worker, here"
            )
        if self.insecure and not self.address:
            raise ClusterError("--insecure is for a cluster that --address names; a local Ray asks")


def _let_in(wanted: _Wanted, console: Console) -> str | None:
    """The host:port of the cluster to join, if any; before Ray is imported."""
    if wanted.where is Where.inline:
        return None
    from cluster import door

    address = wanted.address
    if address is None:
        beware = door.lock_local()
    else:
        address, beware = door.check(address, insecure=wanted.insecure)
    _say(console, [beware] if beware else [])
    return address


def _connect(wanted: _Wanted, address: str | None, sweep: Sweep) -> _Offer:
    """Start or join Ray, if it is to be used, and see what it offers."""
    if wanted.where is Where.inline:
        from harness import environment

        gpu = environment.gpu()
        return _Offer(gpu is not None, f"this machine, with {gpu or 'no GPU'}")
    from cluster.connection import connect, nodes
    from cluster.resources import offered

    connect(address, wanted.workers * sweep.setting.threads if wanted.workers else None)
    if address is not None:
        from cluster.alike import must_be_alike

        must_be_alike(sweep.setting.neural.backend if sweep.is_neural else "")
    found = list(nodes().values())
    has_gpu = any(node.gpus for node in found)
    if not has_gpu and sweep.is_neural and sweep.device != "cpu":
        has_gpu = _could_start_gpu(sweep)
    return _Offer(has_gpu, offered(found))


def _could_start_gpu(sweep: Sweep) -> bool:
    """Whether the cluster has an autoscaler that could start a node with a GPU for a network.

    Raises `ClusterError` where it does not answer: a run keeps the device that it begins with.
    """
    from cluster.autoscaler import RayAutoscaler
    from cluster.growth import could_start
    from cluster.resources import Ask

    wanted, autoscaler = sweep.resources[NEURAL], RayAutoscaler.find()
    return autoscaler is not None and could_start(autoscaler)(Ask(wanted.cpus, wanted.gpus))


def _executor(where: Where, sweep: Sweep, prepared: Corpus, workers: int | None) -> Executor:
    if where is Where.inline:
        from harness.executor import InlineExecutor

        return InlineExecutor(prepared)
    from cluster.ray_executor import RayExecutor

    return RayExecutor(prepared, sweep, workers)


def _where(sweep: Sweep, why: str) -> str:
    """One line that says what networks compute on, and `why` it is a CPU."""
    neural = sweep.setting.neural
    if neural.device == "gpu":
        gpus = sweep.resources[NEURAL].gpus
        return f"networks compute on GPUs, {gpus:g} of one each, with {neural.backend}"
    return f"networks compute on CPUs, with {neural.backend}: {why}"


def _end(progress: Progress, at: Place, n_left: int) -> None:
    from cluster.progress import duration

    standing, took = progress.standing, duration(progress.elapsed_s)
    if n_left:
        say(f"node after node died under {n_left} acquisitions, studies or references; they wait")
    if not standing.complete:
        _say_how_to_continue(at)
        raise typer.Exit(INTERRUPTED)
    say(f"done in {took}: {standing.trials[0]} trials in {at}")
    if set(standing.badly) - {"skipped", "dropped"}:
        folder = shlex.quote(str(at))
        say(f"not all ended well; why: fewlabels status {folder}")
        say(f"with all else: fewlabels report {folder} -o site")
        say(f"what can be done again, and how: fewlabels retry {folder}")
        raise typer.Exit(FINISHED_WITH_FAILURES)


def _say_how_to_continue(at: Place) -> None:
    say(f"interrupted; what was finished is in {at}. Run the same command to continue.")
