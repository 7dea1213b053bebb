"""How many fits a segment may need before it can end: more than one where a model continues."""

from __future__ import annotations

from harness.cell import Component
from harness.classifiers.continues import does_continue
from harness.registry import Registry
from harness.segment import AcquisitionSegment, EvaluationSegment, Segment


def fits_of(segment: Segment, known: Registry) -> int:
    """Fits that its longest round may take, and the test after it: for each one, or every batch."""
    if not isinstance(segment, AcquisitionSegment | EvaluationSegment):
        return 1  # a trial is one, however often it fits
    curve = segment.acquisition.curve
    each = 2 if isinstance(segment, AcquisitionSegment) and segment.tested else 1
    if not any(_continues(c, known) for c in (curve.classifier, curve.strategy.model) if c):
        return each
    if isinstance(segment, EvaluationSegment):
        return segment.missing[-1] + 1
    labelling = segment.acquisition.setting.labelling
    holdout = segment.acquisition.setting.tuning.validation.rows
    left = segment.until - holdout - labelling.initial
    return each * (1 + max(-(-left // labelling.batch), 0))


def _continues(classifier: Component, known: Registry) -> bool:
    return does_continue(known.classifiers[classifier.name], classifier.params)
