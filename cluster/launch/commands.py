"""`fewlabels cluster`: what launching on a cluster needs, generated as files to read and keep."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from datasets.visible import say
from harness.commands import SetOption, SweepArgument

if TYPE_CHECKING:
    from cluster.launch.file import ClusterFile
    from cluster.launch.fit import Fit
    from cluster.launch.work import Work

app = typer.Typer(help="What launching on a cluster needs.", no_args_is_help=True)

EXAMPLE = Path(__file__).with_name("example.toml")
FileOption = Annotated[
    Path, typer.Option("--cluster", help="The machines; see `fewlabels cluster fields`.")
]
ToOption = Annotated[
    Path | None, typer.Option("--to", "-o", help="The file to write. Default: standard output.")
]
FILE = Path("cluster.toml")


class Kind(StrEnum):
    """Of KubeRay's objects."""

    job = "job"
    cluster = "cluster"


@app.command()
def new(path: Annotated[Path, typer.Argument(help="Where to write it.")] = FILE) -> None:
    """Write a cluster.toml to begin with; every field in it is explained."""
    _write(path, EXAMPLE.read_text(encoding="utf-8"))
    say(f"{path}: say there which machines you have")


@app.command()
def fields() -> None:
    """Show every field of a cluster.toml: its default and what it means."""
    from cluster.launch.described import described

    say(described())


@app.command()
def hosts(  # noqa: PLR0913, PLR0917 - an argument for each option
    sweep: SweepArgument,
    file: FileOption = FILE,
    set_: SetOption = None,
    to: ToOption = None,
    start: Annotated[bool, typer.Option("--start", help="Run it: start Ray there.")] = False,  # noqa: FBT002 - Typer's way
    stop: Annotated[bool, typer.Option("--stop", help="Run it: stop that Ray again.")] = False,  # noqa: FBT002
) -> None:
    """Write a script that starts Ray on machines reachable by SSH, and stops it again."""
    import subprocess

    from cluster.launch.fit import must_be_fixed
    from cluster.launch.hosts import script
    from cluster.launch.reading import must_have
    from harness.errors import ClusterError

    if start and stop:
        raise ClusterError("--start or --stop, not both")
    work, machines, fit = _opened(sweep, file, set_)
    must_have(machines, "hosts", "nodes.hosts", "paths.runs")
    must_be_fixed(fit, "hosts")
    text = script(work, machines, fit)
    if to or not (start or stop):
        _give(text, to, fit)
    if start or stop:
        # The script is a file to bash, not its input, which ssh would read.
        words = ["bash", "-c", text, "hosts", "start" if start else "stop"]
        raise typer.Exit(subprocess.run(words, check=False).returncode)  # noqa: S603 - our own


@app.command()
def slurm(
    sweep: SweepArgument, file: FileOption = FILE, set_: SetOption = None, to: ToOption = None
) -> None:
    """Write an sbatch script that runs the sweep, and continues it when it is submitted again."""
    from cluster.launch.fit import must_be_fixed
    from cluster.launch.reading import must_have
    from cluster.launch.slurm import script

    work, machines, fit = _opened(sweep, file, set_)
    must_have(machines, "slurm", "paths.runs")
    must_be_fixed(fit, "slurm")
    _give(script(work, machines, fit), to, fit)


@app.command()
def kubernetes(
    sweep: SweepArgument,
    file: FileOption = FILE,
    set_: SetOption = None,
    to: ToOption = None,
    kind: Annotated[
        Kind, typer.Option(help="job: runs the sweep. cluster: waits for what is submitted.")
    ] = Kind.job,
) -> None:
    """Write manifests for KubeRay: a RayJob that runs the sweep, or a RayCluster for it."""
    from cluster.launch import kubernetes as manifests
    from cluster.launch.reading import must_have

    work, machines, fit = _opened(sweep, file, set_)
    must_have(machines, "kubernetes", "image.name")
    make = manifests.job if kind is Kind.job else manifests.cluster
    _give(make(work, machines, fit), to, fit)
    for path in manifests.by_path(work.sweep.resolved):
        say(f"note: the sweep reads {path}, which pods do not have: put it on the volume", err=True)


@app.command()
def cloud(
    sweep: SweepArgument, file: FileOption = FILE, set_: SetOption = None, to: ToOption = None
) -> None:
    """Write a file for `ray up`, which starts machines on AWS."""
    from cluster.launch.cloud import config
    from cluster.launch.reading import must_have

    work, machines, fit = _opened(sweep, file, set_)
    must_have(machines, "cloud", "nodes.instance", "head.instance", "image.name", "cloud.region")
    _give(config(work, machines, fit), to, fit)


def _opened(sweep: str, path: Path, overrides: list[str] | None) -> tuple[Work, ClusterFile, Fit]:
    from cluster.launch.fit import fitted
    from cluster.launch.reading import read_cluster
    from cluster.launch.work import Work
    from harness.shipped import open_sweep

    machines = read_cluster(path)
    opened = open_sweep(sweep, overrides or [])
    work = Work(sweep, tuple(overrides or []), opened)
    return work, machines, fitted(opened, machines)


def _give(text: str, to: Path | None, fit: Fit) -> None:
    for note in fit.notes:
        say(f"note: {note}", err=True)
    if to is None:
        say(text.rstrip("\n"))
    else:
        _write(to, text)
        say(f"{to} is written; read it, and edit what you like", err=True)


def _write(path: Path, text: str) -> None:
    """Create the file: one that is there may have been edited."""
    from harness.errors import ClusterError

    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ClusterError(f"{path} is there already; give another name, or delete it") from None
    except OSError as error:
        raise ClusterError(f"{path} cannot be written: {error}") from None
