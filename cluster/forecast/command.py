"""`fewlabels plan`, and with `--cluster` a forecast."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from datasets.visible import one_line, say
from harness.commands import OutOption, SetOption, SweepArgument

if TYPE_CHECKING:
    from cluster.forecast.times import Times
    from harness.plan_command import Planned

CLUSTER_SEGMENT_S = 30.0  # as of `fewlabels run --address`


def plan(  # noqa: PLR0913, PLR0917 - an argument for each option
    sweep: SweepArgument,
    set_: SetOption = None,
    out: OutOption = None,
    cluster: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A cluster.toml: forecast the run on these machines."),
    ] = None,
    times: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RUN",
            help="A run folder whose times the forecast uses; may be repeated. Default: the "
            "sweep's own and its pilot.",
        ),
    ] = None,
    pilot: Annotated[  # noqa: FBT002 - Typer's way
        bool, typer.Option("--pilot", help="First run a small part of the sweep here, for times.")
    ] = False,
    deaths: Annotated[
        float, typer.Option(min=0, help="How often a node dies, a day: 0.1 is once in ten days.")
    ] = 0.0,
    segment_s: Annotated[
        float, typer.Option(min=0, help="As it will be given to `run`.")
    ] = CLUSTER_SEGMENT_S,
) -> None:
    """Show what would run, what is reused or skipped and why, and how long it may take."""
    from harness.errors import ClusterError
    from harness.plan_command import show_plan

    if cluster is None:
        if times or pilot or deaths or segment_s != CLUSTER_SEGMENT_S:
            raise ClusterError("--times, --pilot, --deaths and --segment-s belong to --cluster")
        show_plan(sweep, set_ or [], out)
        return
    from cluster.forecast.answer import lines
    from cluster.forecast.forecast import forecast, keys
    from cluster.forecast.pilot import run_pilot
    from cluster.forecast.setup import setup_of
    from cluster.forecast.work import chains
    from cluster.launch.fit import fitted
    from cluster.launch.reading import read_cluster

    machines = read_cluster(cluster)  # before the data, which take their time
    planned = show_plan(sweep, set_ or [], out)
    fit = fitted(planned.plan.sweep, machines)
    if pilot:
        run_pilot(planned.plan, planned.root)
    say("")
    left = chains(planned.ledger)
    if not left:
        say("forecast   nothing is left to do")
        return
    known = _times(planned, times or [], on_gpus=fit.on_gpus)
    known.must_have(
        keys(left),
        "Give runs that have them by --times, or run a small part of this sweep for them: the "
        "same command with --pilot.",
    )
    setup = setup_of(planned, fit, known, segment_s=segment_s, deaths_a_day=deaths)
    found = forecast(left, known, setup)
    for line in lines(found, setup, fit, known, planned.bytes_to_come):
        say(one_line(line))


def _times(planned: Planned, given: list[str], *, on_gpus: bool) -> Times:
    from cluster.forecast.pilot import place_of
    from cluster.forecast.times import Times
    from harness.place import opened

    folders = [opened(path) for path in given]
    if not given:
        beside = place_of(planned.root)
        folders = [planned.folder] if planned.folder else []
        folders += [opened(beside)] if beside.is_dir() else []
    return Times.of(folders, planned.plan.sweep, on_gpus=on_gpus)
