"""Rows for the round, trial or fit that a segment would have begun with, but that never came."""

from __future__ import annotations

from harness import rows
from harness.cell import Params
from harness.schema import Row
from harness.segment import (
    AcquisitionSegment,
    Batches,
    EvaluationSegment,
    ReferenceSegment,
    Rowset,
    Segment,
    StudySegment,
)
from harness.study import propose


def give_up(segment: Segment, status: str, error: str | None, took_s: float = 0.0) -> Rowset:
    """Record `status` for the first unit of `segment`; what comes after it can go on.

    It took `took_s` seconds until then.

    An acquisition has nothing after a lost round: it ends there.
    """
    ended = {**rows.Place.here().ended(status, error), "wall_s": took_s}
    row: Row
    match segment:
        case StudySegment(study):
            return {"trials": [rows.trial_row(study, segment.unit, _params(segment), ended, None)]}
        case AcquisitionSegment(acquisition, batches):
            n_labels = _n_labels(batches, acquisition.setting.tuning.validation.rows)
            row = rows.acquisition_row(acquisition, ended, n_labels, len(batches))
            return {"acquisitions": [row]}
        case EvaluationSegment(acquisition, batches):
            passed = batches[: segment.unit + 1]
            n_labels = _n_labels(passed, acquisition.setting.tuning.validation.rows)
            row = rows.evaluation_row(acquisition, n_labels, ended, None)
            return {"evaluations": [row]}
        case ReferenceSegment(reference):
            return {"references": [rows.reference_row(reference, None, ended, None)]}


def _n_labels(batches: Batches, n_holdout: int) -> int:
    return sum(map(len, batches)) + n_holdout if batches else 0


def _params(segment: StudySegment) -> Params:
    try:
        return propose(segment.study, segment.earlier)
    except Exception:  # noqa: BLE001 - the row says what went wrong first
        return {}
