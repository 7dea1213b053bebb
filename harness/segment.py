"""A segment: the piece of an acquisition, study or reference that one task does.

It holds everything that it needs but the dataset, and gives back rows for the tables. It ends
after about `limit_s` seconds, between two rounds or trials, having done at least one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.arrays import Rows
from harness.cell import Acquisition, Params, Reference, Study
from harness.device import CPU, Device
from harness.problem import ProblemKey
from harness.registry import ComponentFile
from harness.schema import Row
from harness.study import Judged
from harness.sweep import NO_LIMITS, Limits

Batches = tuple[Rows, ...]  # pool rows bought, round by round


@dataclass(frozen=True)
class AcquisitionSegment:
    """Go on buying until `until` labels."""

    acquisition: Acquisition
    batches: Batches
    until: int
    tested: bool  # after each round, with the classifier's defaults
    params: Params = field(default_factory=dict)  # of the query model, where a study decided them
    spent_s: float = 0.0  # on the rounds so far

    @property
    def work(self) -> Acquisition:
        """What it is a piece of."""
        return self.acquisition

    @property
    def unit(self) -> int:
        """The round that it begins with."""
        return len(self.batches)


@dataclass(frozen=True)
class EvaluationSegment:
    """Test the classifier's defaults after the rounds in `missing`, from stored batches."""

    acquisition: Acquisition
    batches: Batches
    missing: tuple[int, ...]  # rounds

    @property
    def work(self) -> Acquisition:
        """What it is a piece of."""
        return self.acquisition

    @property
    def unit(self) -> int:
        """The round that it begins with."""
        return self.missing[0]


@dataclass(frozen=True)
class StudySegment:
    """Go on with the trials of a study."""

    study: Study
    batches: Batches  # those up to the study's budget
    earlier: tuple[Judged, ...]
    spent_s: float = 0.0  # on them

    @property
    def work(self) -> Study:
        """What it is a piece of."""
        return self.study

    @property
    def unit(self) -> int:
        """The trial that it begins with."""
        return len(self.earlier)


@dataclass(frozen=True)
class ReferenceSegment:
    """Fit on all labels of the pool, and test."""

    reference: Reference

    @property
    def work(self) -> Reference:
        """What it is a piece of."""
        return self.reference

    @property
    def unit(self) -> int:
        """There is one fit."""
        return 0


Segment = AcquisitionSegment | EvaluationSegment | StudySegment | ReferenceSegment
Rowset = dict[str, list[Row]]  # table -> rows, in the order in which they must be written


@dataclass(frozen=True, slots=True)
class Care:
    """How a segment has to go, after what happened to it."""

    singly: bool = False  # one unit a task
    fresh: bool = False  # in a process of its own
    alone: bool = False  # on a node of its own


@dataclass(frozen=True)
class Task:
    """A segment on its way to a worker."""

    segment: Segment
    limit_s: float  # ends between two rounds or trials once this is past
    files: tuple[ComponentFile, ...] = ()
    device: Device = CPU
    fits: int = 1  # that its longest round or trial may take: how often `limits.trial_s` counts
    limits: Limits = NO_LIMITS  # those of time are looked at by `work`
    care: Care = Care()


def kind(segment: Segment) -> str:
    """`acquisition`, `evaluation`, `study` or `reference`."""
    return type(segment).__name__.removesuffix("Segment").lower()


def needs(segment: Segment) -> str:
    """What the classifiers that this very segment fits declared (`classifiers/needs.py`)."""
    if isinstance(segment, StudySegment):
        return segment.study.acquisition.curve.classifier.needs
    curve = segment.work.curve
    if isinstance(segment, AcquisitionSegment) and curve.strategy.model:
        tested = curve.classifier.needs if segment.tested else ""
        return curve.strategy.model.needs or tested
    return curve.classifier.needs


def problem_key(segment: Segment) -> ProblemKey:
    """The problem that a segment works on."""
    work = segment.study.acquisition if isinstance(segment, StudySegment) else segment.work
    return ProblemKey(work.curve.dataset, work.curve.scaler, work.repeat, work.setting)
