"""Rows for the tables, from what was computed or from what went wrong."""

from __future__ import annotations

import json
import traceback
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import numpy.typing as npt

from harness import environment, memory
from harness.cell import Acquisition, Params, Reference, Study
from harness.loop import Round
from harness.schema import COSTS, Row, null_metrics

Counts = npt.NDArray[np.intp]  # (n_classes,)

_UNTESTED: Row = {
    **null_metrics("test", "test_novel"),
    "n_test_novel": None,
    "confusion": None,
    "resampling": None,
    "fit_s": None,
    "predict_s": None,
    **dict.fromkeys(COSTS),
}


@dataclass
class Place:
    """Where and for how long the work behind a row went on."""

    host: str
    environment_id: str
    started: float
    peak_bytes: int = 0  # as far as looked at

    @classmethod
    def here(cls) -> Place:
        """This process, from now on; a place that goes on around it must `look` first."""
        row = environment.describe()
        memory.forget_peak()
        return cls(environment.host(), row["environment_id"], perf_counter())

    def look(self) -> None:
        """Keep the peak so far, before other work in this process forgets it."""
        self.peak_bytes = max(self.peak_bytes, memory.peak_bytes())

    def ended(self, status: str, error: str | None = None) -> Row:
        """The columns that say how it ended, where, after how long."""
        self.look()
        return {
            "status": status,
            "error": error,
            "wall_s": perf_counter() - self.started,
            "peak_bytes": self.peak_bytes,
            "host": self.host,
            "environment_id": self.environment_id,
        }


def traced(error: BaseException) -> str:
    """The message, then the traceback."""
    return "".join([f"{type(error).__name__}: {error}\n\n", *traceback.format_exception(error)])


def _names(acquisition: Acquisition) -> Row:
    return {
        "acquisition_id": acquisition.id,
        **acquisition.curve.labels,
        "repeat": acquisition.repeat,
    }


def round_row(acquisition: Acquisition, done: Round, bought: Counts, n_wrong: int) -> Row:
    """A row of `rounds`; `bought` are the rows of its batch by true class, (n_classes,)."""
    return {
        **_names(acquisition),
        "round": done.number,
        "n_labels": done.pool.n_bought,
        "batch": done.batch.tolist(),
        "bought": bought.tolist(),
        "n_wrong": n_wrong,
        "tie_share": done.tie_share,
        "fit_s": done.fit_s,
        "score_s": done.score_s,
        "query_s": done.query_s,
        "resampling": done.note,
        "stop_predicted": done.outlook.predicted,
        "stop_confidence": done.outlook.confidence,
    }


def acquisition_row(acquisition: Acquisition, ended: Row, n_labels: int, n_rounds: int) -> Row:
    """A row of `acquisitions`."""
    return {
        **_names(acquisition),
        **ended,
        "n_labels": n_labels,
        "n_holdout": acquisition.setting.tuning.validation.rows,
        "n_rounds": n_rounds,
    }


def evaluation_row(acquisition: Acquisition, n_labels: int, ended: Row, tested: Row | None) -> Row:
    """A row of `evaluations`; `tested` is None where nothing could be tested."""
    names = _names(acquisition)
    return {**names, "n_labels": n_labels, **ended, **(tested or _UNTESTED)}


def reference_row(
    reference: Reference, n_labels: int | None, ended: Row, tested: Row | None
) -> Row:
    """A row of `references`."""
    labels = {axis: label for axis, label in reference.curve.labels.items() if axis != "strategy"}
    return {
        "reference_id": reference.id,
        **labels,
        "repeat": reference.repeat,
        "n_labels": n_labels,
        **ended,
        **(tested or _UNTESTED),
    }


def trial_row(study: Study, number: int, params: Params, ended: Row, values: Row | None) -> Row:
    """A row of `trials`; `values` is None where the trial has no scores."""
    return {
        "study_id": study.id,
        **_names(study.acquisition),
        "budget": study.budget,
        "number": number,
        "params": json.dumps(params, sort_keys=True),
        "metric": study.acquisition.setting.tuning.metric,
        **ended,
        **(values or {**null_metrics("val"), "fold_scores": None, **_UNTESTED}),
    }
