"""`fewlabels submit`, and the commands of `fewlabels cluster` that follow what was submitted."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from shlex import join, quote
from typing import TYPE_CHECKING, Annotated

import typer

from datasets.visible import one_line, say
from harness.commands import SetOption, SweepArgument

if TYPE_CHECKING:
    from cluster.submit.jobs import Job, Jobs

ADDRESS = "http://127.0.0.1:8265"
SAID_LINES = 5  # of a log, that `status` shows
AddressOption = Annotated[
    str,
    typer.Option(
        metavar="URL",
        help="The dashboard of the cluster's head, here or at the end of an ssh -L.",
    ),
]
InsecureOption = Annotated[
    bool, typer.Option("--insecure", help="Talk to a cluster although it asks for no token.")
]
JobArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="JOB",
        help="A job's id or its beginning, or a sweep's name: its last job. Default: the last.",
    ),
]


def submit(  # noqa: PLR0913, PLR0917 - an argument for each option
    sweep: SweepArgument,
    address: AddressOption = ADDRESS,
    set_: SetOption = None,
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            metavar="PLACE",
            help="The run folder: from / or ~/ on, on the cluster's head, or "
            "s3://bucket/.... Default: ~/fewlabels/runs/NAME there.",
        ),
    ] = None,
    segment_s: Annotated[
        float | None, typer.Option(min=0, help="As of `fewlabels run`. Default: 30.")
    ] = None,
    insecure: InsecureOption = False,  # noqa: FBT002 - Typer's way
    require_gpu: Annotated[  # noqa: FBT002 - Typer's way
        bool, typer.Option("--require-gpu", help="Refuse unless networks compute on a GPU.")
    ] = False,
) -> None:
    """Hand a sweep with its data to a cluster, as a Ray Job, and return at once.

    Submitted again, it goes on where it was. What is wrong with it is said before anything is sent.
    """
    from cluster.submit import parcel, place
    from harness import corpus
    from harness.bucket.address import is_elsewhere
    from harness.plan import make_plan
    from harness.shipped import open_sweep

    opened = open_sweep(sweep, set_ or [])
    root = place.checked(out, opened.name)
    prepared = corpus.load(opened)
    make_plan(opened, prepared)
    found = parcel.contents(opened, prepared)
    jobs = _jobs(address, insecure=insecure)
    options = [] if segment_s is None else ["--segment-s", str(segment_s)]
    options += ["--insecure"] * insecure + ["--require-gpu"] * require_gpu
    command = place.run_command(root, options)
    with tempfile.TemporaryDirectory(prefix="fewlabels-") as made:
        packed = parcel.write(found, Path(made) / "parcel.zip")
        id_ = jobs.submit_run(opened.name, root, command, packed)
    on = "" if is_elsewhere(root) else " on the cluster's head"
    say(f"{id_} is submitted; its run folder is {root}{on}")
    where = [] if address == ADDRESS else ["--address", address]
    where += ["--insecure"] * insecure
    follow = [["status", id_], ["logs", id_, "--follow"], ["stop", id_]]
    follow += [] if is_elsewhere(root) else [["fetch", id_, "-o", f"runs/{opened.name}"]]
    for words in follow:
        say(f"  {join(['fewlabels', 'cluster', *words, *where])}")


def jobs(address: AddressOption = ADDRESS, insecure: InsecureOption = False) -> None:  # noqa: FBT002
    """List the runs that were submitted, the newest last."""
    from cluster.submit.jobs import since

    found = _jobs(address, insecure=insecure).runs()
    if not found:
        say("none was submitted; a new head forgets them")
    width = max((len(job.id) for job in found), default=0)
    for job in found:
        say(one_line(f"{job.id:<{width}}  {since(job)}  {job.state}  {job.place}"))


def status(
    job: JobArgument = None,
    address: AddressOption = ADDRESS,
    insecure: InsecureOption = False,  # noqa: FBT002 - Typer's way
) -> None:
    """Show how a submitted run stands, and what it said last."""
    from cluster.submit.jobs import since

    api, found = _found(job, address, insecure=insecure)
    say(one_line(f"{'job':<10}{found.id}, of {since(found)}: {found.state}"))
    say(one_line(f"{'run':<10}{found.place}"))
    text = api.log(found.id)
    if found.is_over and found.code is None:  # then Ray has a word to say
        text += f"\n{found.message}"
    log = [line for line in text.splitlines() if line.strip()]
    for i, line in enumerate(log[-SAID_LINES:]):
        say(one_line(f"{'' if i else 'said last':<10}{line}"))


def logs(
    job: JobArgument = None,
    address: AddressOption = ADDRESS,
    follow: Annotated[  # noqa: FBT002 - Typer's way
        bool, typer.Option("--follow", "-f", help="Go on until it ends; Ctrl-C leaves it alone.")
    ] = False,
    insecure: InsecureOption = False,  # noqa: FBT002
) -> None:
    """Show what a submitted run has said."""
    from cluster.submit.hand_over import whole_lines

    api, found = _found(job, address, insecure=insecure)
    if not follow:
        say(api.log(found.id).rstrip("\n"))
        return
    try:
        for line in whole_lines(api.following(found.id)):
            say(line)
    except KeyboardInterrupt:
        say("it goes on; this was only its log", err=True)


def stop(
    job: JobArgument = None,
    address: AddressOption = ADDRESS,
    insecure: InsecureOption = False,  # noqa: FBT002 - Typer's way
) -> None:
    """End a submitted run as the first Ctrl-C does: it stores what it does, and can go on later."""
    from cluster.submit.jobs import STOP_S
    from harness.errors import ClusterError

    api, found = _found(job, address, insecure=insecure)
    running = [each for each in api.runs() if not each.is_over]
    if job is None and len(running) > 1:
        shown = ", ".join(each.id for each in running)
        raise ClusterError(f"several run: {shown}; say which to stop")
    if job is None and running:
        found = running[0]
    if found.is_over:
        say(f"{found.id} has ended already: {found.state}")
        return
    api.stop(found.id)
    say(
        f"{found.id} finishes what it does, and ends; after {STOP_S // 60} minutes Ray kills it. "
        "Submit it again to go on"
    )


def fetch(
    to: Annotated[
        Path, typer.Option("--to", "-o", help="The run folder to make here; must not be there.")
    ],
    job: JobArgument = None,
    address: AddressOption = ADDRESS,
    insecure: InsecureOption = False,  # noqa: FBT002 - Typer's way
) -> None:
    """Bring the run folder of a submitted run home, when it has ended or was stopped."""
    from cluster.submit.hand_over import MARK, Received, whole_lines
    from cluster.submit.place import hand_over_command
    from harness.bucket.address import is_elsewhere
    from harness.destination import is_new, must_take_a_run, size
    from harness.errors import ClusterError

    if not is_new(to):
        raise ClusterError(f"{to} is there already; give another name, or delete it")
    must_take_a_run(to)
    api, found = _found(job, address, insecure=insecure)
    if is_elsewhere(found.place):
        raise ClusterError(one_line(f"{found.id} writes to {found.place}: read it there"))
    if not found.is_over:
        raise ClusterError(f"{found.id} still writes its run; stop it first, or wait")
    carrier = api.submit_hand_over(hand_over_command(found.place))
    last = ""
    received = Received(to)
    try:
        for line in whole_lines(api.following(carrier)):
            if received.take(line):
                received.keep()
                break
            if line.strip() and not line.startswith(MARK):
                last = line
        else:
            why = last or "its log has no word of it"
            why = "its job ended early; fetch it again" if received.n_files else why
            raise ClusterError(one_line(f"the head did not hand {found.place} over: {why}"))
    finally:
        received.drop()
        with contextlib.suppress(ClusterError):  # it ends by itself, later
            api.stop(carrier)  # it clears its log away
    for note in received.notes:
        say(one_line(f"there: {note}"))
    say(f"{received.n_files} files, {size(received.n_bytes)}, are in {to}, each as it was there")
    say(f"  fewlabels report {quote(str(to))} -o site")


def hand_over(run: Annotated[str, typer.Argument(help="A run folder.")]) -> None:
    """What the job of a fetch runs on the head: print a run folder as lines of text."""
    from cluster.submit.hand_over import print_and_wait
    from harness.store import RunFolder

    print_and_wait(RunFolder.open(Path(run)))


def _jobs(address: str, *, insecure: bool) -> Jobs:
    from cluster.submit import door

    if beware := door.check(address, insecure=insecure):
        say(beware, err=True)
    from cluster.submit.jobs import Jobs

    return Jobs(address)


def _found(which: str | None, address: str, *, insecure: bool) -> tuple[Jobs, Job]:
    from cluster.submit.jobs import find

    api = _jobs(address, insecure=insecure)
    return api, find(api.runs(), which)
