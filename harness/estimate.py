"""How long what is left of a plan may take, judged by what its run already holds."""

from __future__ import annotations

from harness.ledger import Ledger, Standing
from harness.store import RunFolder

MINUTE_S = 60.0


def work_s(ledger: Ledger, folder: RunFolder) -> float | None:
    """Seconds that one worker needs for what is left; None: nothing like it ran here yet.

    Trials, rounds and references still to do, each at the mean of its classifier's.
    """
    trial_s = _means(folder, "trials", "wall_s")
    round_s = _means(folder, "rounds", "fit_s", "score_s", "query_s")
    reference_s = _means(folder, "references", "wall_s")
    if not trial_s:
        return None
    total = 0.0
    for study in ledger.studies.values():
        label = study.study.acquisition.curve.classifier.label
        missing = study.n_missing
        total += missing * trial_s.get(label, trial_s[""])
    for state in ledger.acquisitions.values():
        if not state.ended:
            acquisition = state.acquisition
            missing = acquisition.budgets[-1] - state.bought
            rounds = missing / acquisition.setting.labelling.batch
            label = acquisition.curve.classifier.label
            total += rounds * round_s.get(label, round_s.get("", 0.0))
    for reference in ledger.references.values():
        if reference.id not in ledger.done_references:
            label = reference.curve.classifier.label
            total += reference_s.get(label, reference_s.get("", 0.0))
    return total


def left(standing: Standing, seconds: float | None) -> str:
    """In words, where one worker needs `seconds` (None: unknown) for what is left."""
    if standing.complete:
        return "none: all is done"
    if seconds is None:
        return "unknown: nothing like it ran in this folder yet"
    if seconds < MINUTE_S:
        return "less than a minute of one worker"
    return f"about {seconds / MINUTE_S:.1f} minutes of one worker"


def _means(folder: RunFolder, table: str, *columns: str) -> dict[str, float]:
    """Classifier -> mean seconds; the empty name has the mean of all."""
    frame = folder.frame(table, ["classifier", *columns])
    if frame.empty:
        return {}
    seconds = frame[list(columns)].sum(axis=1)
    means = seconds.groupby(frame["classifier"].astype(str)).mean()
    return {"": float(seconds.mean()), **{str(k): float(v) for k, v in means.items()}}
