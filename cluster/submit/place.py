"""Where a submitted run lies: a folder on the cluster's head, or in a bucket. Text: not here."""

from __future__ import annotations

from shlex import join, quote

from cluster.submit.parcel import CACHE, SWEEP
from harness.bucket.address import EXAMPLE, is_elsewhere, parse
from harness.errors import ClusterError

HOME = "~/"


def checked(out: str | None, name: str) -> str:
    """The place that --out names, or the one of a sweep of this `name`.

    Raises `ClusterError` for a folder that means nothing there, and `RunFolderError` for an address
    that `run` would refuse there: one with a secret is not even sent.
    """
    if out is None:
        return f"{HOME}fewlabels/runs/{name}"
    if is_elsewhere(out):
        return str(parse(out))
    if out.startswith("/") or (out.startswith(HOME) and out != HOME):
        return out
    raise ClusterError(
        f"--out {out}: give a folder of the cluster's head from / or ~/ on, such as "
        f"{HOME}fewlabels/runs/{name}, or {EXAMPLE}; a job has no folder of its own that stays"
    )


def _word(place: str) -> str:
    r"""For the head's shell: its own home there.

    >>> _word("~/my runs"), _word("s3://bucket/a$b")
    ('"$HOME"/\'my runs\'', "'s3://bucket/a$b'")
    """
    if place.startswith(HOME):
        return '"$HOME"/' + quote(place.removeprefix(HOME))
    return quote(place)


def run_command(place: str, options: list[str]) -> str:
    """What the job of a run does, in the folder of its parcel; the shell becomes the run."""
    words = ["fewlabels", "run", SWEEP, "--address", "auto", *options]
    return f'exec env FEWLABELS_CACHE="$PWD/{CACHE}" {join(words)} --out {_word(place)}'


def hand_over_command(place: str) -> str:
    """What the job of a fetch does."""
    return f"exec fewlabels cluster hand-over {_word(place)}"
