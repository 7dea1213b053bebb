"""`fewlabels cluster doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from datasets.visible import one_line, say
from harness.commands import SetOption

if TYPE_CHECKING:
    from cluster.doctor.seen import Seen
    from harness.sweep import Sweep

WRONG = 1  # the exit code


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the options say."""

    address: str
    insecure: bool
    patience_s: float
    with_study: bool


def doctor(  # noqa: PLR0913, PLR0917 - an argument for each option
    address: Annotated[
        str,
        typer.Option(
            metavar="HOST:PORT", help="The cluster's head, or auto: one started on this machine."
        ),
    ],
    sweep: Annotated[
        str | None, typer.Argument(help="A sweep to look at the cluster for: a path, or a name.")
    ] = None,
    set_: SetOption = None,
    insecure: Annotated[  # noqa: FBT002 - Typer's way
        bool, typer.Option("--insecure", help="Look on although the cluster asks for no token.")
    ] = False,
    patience_s: Annotated[
        float, typer.Option(min=1, help="Seconds that a node has for a first process.")
    ] = 60.0,
    no_study: Annotated[  # noqa: FBT002
        bool, typer.Option("--no-study", help="Leave out the tiny study on each node.")
    ] = False,
) -> None:
    """Look at a running cluster, node by node, and say what to mend."""
    from cluster.doctor.finding import Verdict
    from harness.shipped import open_sweep

    opened = open_sweep(sweep, set_ or []) if sweep else None
    seen = _seen(_Asked(address, insecure, patience_s, not no_study), opened)
    from cluster.doctor.checks import CHECKS  # imports Ray, which the door has to come before

    findings = [found for check in CHECKS if (found := check(seen))]
    for finding in findings:
        for line in finding.lines():
            say(one_line(line))
    wrong = sum(finding.verdict is Verdict.wrong for finding in findings)
    beware = sum(finding.verdict is Verdict.beware for finding in findings)
    say(f"{wrong or 'nothing'} wrong, {beware} to beware of, on {len(seen.nodes)} nodes")
    if wrong:
        raise typer.Exit(WRONG)


def _seen(asked: _Asked, sweep: Sweep | None) -> Seen:
    """Everything that the checks look at."""
    import os

    from cluster import door

    found, beware = door.check(asked.address, insecure=asked.insecure)
    # From here on Ray is imported, which reads what the door has set.
    from cluster.autoscaler import RayAutoscaler
    from cluster.connection import connect
    from cluster.doctor import visits
    from cluster.doctor.data import unusable
    from cluster.doctor.seen import Seen
    from cluster.doctor.study import study
    from cluster.question import question
    from harness import environment

    connect(found, None)
    ask = question()
    distributions = environment.distributions(
        sweep.setting.neural.backend if sweep and sweep.is_neural else ""
    )
    round_ = visits.Round(visits.seats(), asked.patience_s)
    try:
        nodes, sent = round_.nodes(ask, distributions, with_study=asked.with_study)
    finally:
        round_.close()
    return Seen(
        here=ask(distributions),
        nodes=tuple(nodes),
        sent=sent,
        study=study() if asked.with_study else None,
        beware=beware,
        is_open=os.environ["RAY_AUTH_MODE"] == "disabled",
        grows=RayAutoscaler.find() is not None,
        sweep=sweep,
        data=unusable(sweep) if sweep else None,
    )
