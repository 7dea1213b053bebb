"""Everything the harness raises on purpose.

HarnessError
    SweepError       the sweep is wrong; nothing has run yet; holds every problem found
    UnknownName      a name that is in no registry
    UnknownId        an id that stands for nothing in a run, or for several things
    BadComponents    a file or entry point that registers components is wrong
    CannotRetry      what `retry` is asked for is not there, or cannot come out otherwise
    RunFolderError   the run folder cannot be used
        DamagedFile  a file of it does not hold what it should
        BucketError  the object store that it is in refuses, or cannot be reached
            NoObject   there is no such object
            Overtaken  somebody else has written there meanwhile
    ExportError      a run cannot be exported to where it should go
    ClusterFileError a cluster.toml is wrong; holds every problem found
    NoTimes          a forecast lacks recorded times; says of what, and how to get them
    ClusterError     Ray is not there, is gone, or cannot give what a task asks for
    DeviceError      what neural work shall compute on or with is not there
    WorkError        one piece of work failed; the run goes on
        BadQuery     a strategy broke its contract
        OneClass     the labelled rows hold one class only
        CannotValidate  the labelled rows cannot be cross-validated
        BadSplit     a splitter broke its contract
        Dropped      the split's protocol leaves this repeat out
        TooLong      it took, or would take, longer than `limits` allow
        Hopeless     a trial that its first folds show to be no winner
    Unsplittable     a dataset cannot be split as the sweep says
"""

from __future__ import annotations

from collections.abc import Sequence


class HarnessError(Exception):
    """Base of all deliberate errors."""


class SweepError(HarnessError):
    """The sweep is wrong; raised before anything runs.

    `problems` are lines of the form `classifiers[1].nmae: unknown field; did you mean 'name'?`.
    """

    def __init__(self, problems: Sequence[str], source: str = "the sweep") -> None:
        self.problems = tuple(problems)
        super().__init__(_listed(self.problems, source))


class ClusterFileError(HarnessError):
    """A `cluster.toml` is wrong, or lacks what a launcher needs; `problems` as in `SweepError`."""

    def __init__(self, problems: Sequence[str], source: str) -> None:
        self.problems = tuple(problems)
        super().__init__(_listed(self.problems, source))


def _listed(problems: Sequence[str], source: str) -> str:
    n = len(problems)
    head = f"{source} has {n} problem{'' if n == 1 else 's'}:"
    return "\n".join([head, *(f"  {problem}" for problem in problems)])


class UnknownName(HarnessError):
    """A name that is in no registry."""


class UnknownId(HarnessError):
    """An id that stands for nothing in a run, or for several things."""


class CannotRetry(HarnessError):
    """What `retry` is asked for is not in the run, or would only come out the same again."""


class BadComponents(HarnessError):
    """A file or entry point that registers components is wrong."""


class RunFolderError(HarnessError):
    """The run folder cannot be used as it is."""


class DamagedFile(RunFolderError):
    """A file of a run folder is torn, foreign or missing; who writes next sets it aside."""


class BucketError(RunFolderError):
    """The object store that a run is in refuses, or cannot be reached."""


class NoObject(BucketError):
    """There is no such object."""


class Overtaken(BucketError):
    """Somebody else has written there meanwhile."""


class ExportError(HarnessError):
    """A run cannot be exported to where it should go."""


class ClusterError(HarnessError):
    """Ray is not there, is gone, or cannot give what a task asks for."""


class NoTimes(HarnessError):
    """A forecast lacks recorded times; the message says of what, and how to get them."""


class DeviceError(HarnessError):
    """What neural work shall compute on or with is not there; ends the run, whatever raises it."""


class WorkError(HarnessError):
    """One piece of work failed; the run goes on."""


class BadQuery(WorkError):
    """A strategy broke its contract."""


class OneClass(WorkError):
    """The labelled rows hold one class only, so there is nothing to learn."""


class CannotValidate(WorkError):
    """The labelled rows cannot be cross-validated."""


class BadSplit(WorkError):
    """A splitter broke its contract."""


class Dropped(WorkError):
    """The split's protocol leaves this repeat out."""


class TooLong(WorkError):
    """A piece of work took longer than the sweep's limits allow; the message says which."""


class Hopeless(WorkError):
    """A trial that its first folds show to be no winner; holds their scores."""

    def __init__(self, why: str, scores: Sequence[float]) -> None:
        super().__init__(why)
        self.scores = tuple(scores)


class Unsplittable(HarnessError):
    """A dataset cannot be split as the sweep says; the message says why."""
