"""`fewlabels retry`."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from datasets.visible import say
from harness.commands import RunArgument

if TYPE_CHECKING:
    from harness.retry.asked import Frames
    from harness.retry.chosen import Chosen


def retry(
    run: RunArgument,
    status: Annotated[
        list[str] | None,
        typer.Option(
            help="What ended so: timeout, oom, crashed, failed or degenerate; may be repeated. "
            "What is done is kept, and what was skipped would be skipped again."
        ),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="AXIS=LABEL",
            help="Only this: strategy=margin, say, or repeat=0, or budget=200 (trials alone have "
            "one). May be repeated: one of the labels of each axis.",
        ),
    ] = None,
    dry_run: Annotated[  # noqa: FBT002 - Typer's way
        bool, typer.Option("--dry-run", help="Only show what would be done again.")
    ] = False,
) -> None:
    """Have the next run do again what ended badly; without --status, show what did.

    A trial goes with those after it in its study, which were proposed from it; an acquisition goes
    on after its last good round. What goes is noted in attempts/.
    """
    from harness.place import OnDisk, place
    from harness.repair import repair
    from harness.retry.asked import there_is
    from harness.retry.chosen import choose
    from harness.retry.supersede import supersede
    from harness.schema import RETRIED
    from harness.store import SWEEP

    at = place(run)
    folder = at.open()
    asked = status or RETRIED, where or []
    if not status:
        chosen = choose(folder, *asked)
        is_plain = _some(chosen.matched) or not (where or chosen.left_alone)
        say(there_is(chosen.matched) if is_plain else _none(chosen))
        _show_left_alone(chosen)
        return
    if dry_run:
        _show(choose(folder, *asked))
        say("nothing is changed: --dry-run")
        return
    with folder.writing() as set_aside:
        for line in [*set_aside, *repair(folder)]:
            say(line, err=True)
        chosen = choose(folder, *asked)
        supersede(folder, chosen)
    _show(chosen)
    if _some(chosen.goes):
        stored = isinstance(at, OnDisk)
        sweep = shlex.quote(str(at.disk / SWEEP)) if stored else "SWEEP"
        say(
            "Run the sweep again to do it, with other limits if it needs them: "
            f"fewlabels run {sweep} --out {shlex.quote(run)}"
        )


def _show(chosen: Chosen) -> None:
    """A line for each kind of work."""
    if not _some(chosen.matched):
        say(_none(chosen))
    for table, rows in chosen.goes.items():
        parts = []
        if table in chosen.matched:
            counts = Counter(chosen.matched[table]["status"])
            parts = [f"{n:,} {status}" for status, n in counts.items()]
        if more := chosen.more[table]:
            parts.append(f"{more:,} that came after")
        if len(rows):
            say(f"{table:<14}{', and '.join(parts)}")
    _show_left_alone(chosen)


def _show_left_alone(chosen: Chosen) -> None:
    """Say how many rows stay, and why; the next run would not compute them again."""
    from harness.retry.asked import in_words

    for left in chosen.left_alone:
        say(f"{'left alone':<14}{in_words({left.table: left.n})}: {left.why}")


def _none(chosen: Chosen) -> str:
    from harness.retry.asked import there_is

    what = "nothing that the next run would do again" if chosen.left_alone else "nothing"
    if chosen.left_alone and not _some(chosen.offered):
        return f"{what} ended as {chosen.asked}"
    return f"{what} ended as {chosen.asked}. {there_is(chosen.offered)}"


def _some(frames: Frames) -> bool:
    return any(map(len, frames.values()))
