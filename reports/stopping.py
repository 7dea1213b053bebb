"""Where stopping rules would have ended each acquisition.

Nothing ever stopped there: a rule sees what an analyst would see, predictions on pool rows that
need no label, and is judged by test scores afterwards. It is worked out from `rounds`, so that
another rule needs no other run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from numpy.lib.stride_tricks import sliding_window_view

from harness.schema import AXES, LOWER_IS_BETTER

Numbers = npt.NDArray[np.float64]
COLUMNS = (
    *AXES,
    *("repeat", "acquisition_id", "round", "n_labels", "stop_predicted", "stop_confidence"),
)
STOPS = [*AXES, "repeat", "rule", "labels", "within"]
KAPPA, WINDOW = 0.99, 3
_ONE_BYTE = 2**8  # classes


@dataclass(frozen=True)
class Rule:
    """When to stop: which of an acquisition's rounds say so, given kappas and confidences."""

    about: str
    fires: Callable[[Numbers, Numbers], npt.NDArray[np.bool_]]  # (n_rounds,) each
    needs_confidence: bool = False


def _stable(kappa: Numbers, _: Numbers) -> npt.NDArray[np.bool_]:
    """Bloodgood and Vijay-Shanker, CoNLL 2009."""
    fires = np.zeros(len(kappa), dtype=bool)
    if len(kappa) >= WINDOW:
        fires[WINDOW - 1 :] = sliding_window_view(kappa, WINDOW).mean(axis=1) >= KAPPA
    return fires


def _plateau(_: Numbers, confidence: Numbers) -> npt.NDArray[np.bool_]:
    """After Vlachos, Computer Speech and Language 22, 2008, who waits for drops one by one."""
    fires = np.zeros(len(confidence), dtype=bool)
    if len(confidence) > WINDOW:
        surest = np.fmax.accumulate(confidence)[:-WINDOW]
        fires[WINDOW:] = sliding_window_view(confidence, WINDOW).max(axis=1)[1:] <= surest
    return fires


RULES = {
    "stable_predictions": Rule(
        f"the last {WINDOW} kappas of a model and the one before it are {KAPPA} on average", _stable
    ),
    "confidence_plateau": Rule(
        f"none of the last {WINDOW} models is surer than the surest before them",
        _plateau,
        needs_confidence=True,
    ),
}


def stops(rounds: pa.Table, datasets: pd.DataFrame) -> pd.DataFrame:
    """Return the labels at which each of `RULES` would have stopped each acquisition.

    `rounds` has the columns `COLUMNS`; `datasets` is that table, with the names of the classes.
    An acquisition whose strategy fits no model, or of a run from before this was recorded, says
    nothing and is left out; so is a rule that needs probabilities where there are none. Labels are
    those that the model had which a rule looked at: those bought before its round.

    Columns: AXES, repeat, rule, labels (inf: not within those bought), within (labels of the last
    model that was looked at).
    """
    plain = rounds.drop_columns(["stop_predicted"]).to_pandas()
    order = np.lexsort([plain["round"], pd.factorize(plain["acquisition_id"])[0]])
    plain = plain.iloc[order].reset_index(drop=True)
    predicted = rounds.column("stop_predicted")  # a kilobyte a round: never copied as a whole
    is_wide = {
        one["dataset"]: len(one["classes"]) > _ONE_BYTE for one in datasets.to_dict("records")
    }
    starts = np.flatnonzero(~plain["acquisition_id"].duplicated().to_numpy())
    ends = np.append(starts, len(plain))[1:]
    labels = plain["n_labels"].shift().to_numpy()
    confidences = plain["stop_confidence"].to_numpy(dtype=np.float64)
    names = plain[[*AXES, "repeat"]].iloc[starts].to_dict("records")
    found = []
    for start, end, name in zip(starts, ends, names, strict=True):
        mine = slice(start + 1, end)  # the initial design fits nothing
        given = [predicted[at].as_py() for at in order[mine].tolist()]
        seen = [i for i, row in enumerate(given) if row is not None]
        if not seen:
            continue
        kind = "<u2" if is_wide.get(str(name["dataset"])) else "u1"
        kappa, confidence = kappas(given, kind), _learnt(confidences[mine], given, kind)
        for rule, of in RULES.items():
            if of.needs_confidence and np.isnan(confidence).all():
                continue
            fired = np.flatnonzero(of.fires(kappa, confidence))
            at = labels[mine][fired[0]] if len(fired) else np.inf
            found.append({**name, "rule": rule, "labels": at, "within": labels[mine][seen[-1]]})
    return pd.DataFrame(found, columns=STOPS).astype({"labels": float, "within": float})


def kappas(predicted: Sequence[bytes | None], kind: str) -> Numbers:
    """Cohen's kappa (1960) of each with the one before, (n,); NaN where it is not defined.

    For the first; where one of the two lacks; and where both take every row for the same class,
    since all agreement is then by chance.
    """
    found = np.full(len(predicted), np.nan)
    n_bytes = np.array([len(row or b"") for row in predicted])
    both = np.flatnonzero((n_bytes[1:] > 0) & (n_bytes[1:] == n_bytes[:-1])) + 1
    for length in np.unique(n_bytes[both]):
        at = both[n_bytes[both] == length]
        rows = np.union1d(at, at - 1)
        classes = np.frombuffer(b"".join(predicted[i] or b"" for i in rows.tolist()), kind)
        classes = classes.reshape(len(rows), -1)
        n, n_classes = classes.shape[1], int(classes.max()) + 1
        cells = classes + n_classes * np.arange(len(rows))[:, np.newaxis]
        counts = np.bincount(cells.ravel(), minlength=len(rows) * n_classes)
        counts = counts.reshape(len(rows), n_classes)
        place = np.searchsorted(rows, at)
        agree = np.count_nonzero(classes[place] == classes[place - 1], axis=1) / n
        by_chance = (counts[place] * counts[place - 1]).sum(axis=1) / n**2
        is_known = by_chance < 1
        found[at[is_known]] = (agree - by_chance)[is_known] / (1 - by_chance[is_known])
    return found


def _learnt(confidence: Numbers, given: Sequence[bytes | None], kind: str) -> Numbers:
    """Return `confidence`, (n_rounds,), without the first models that had met one class only.

    They are certain of it everywhere, having learnt nothing, and none could be surer later.
    """
    found = confidence.copy()
    for i, row in enumerate(given):
        if confidence[i] < 1 or (row and np.ptp(np.frombuffer(row, kind))):
            break
        found[i] = np.nan
    return found


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Return what `found` (`reports.load(run).stopping()`) comes to per dataset, strategy and rule.

    Over all classifiers, scalers, resamplers and repeats together. Columns: n (acquisitions),
    stopped (of them), and medians: labels (inf: most never stop), lost (of those that stopped and
    were tested by then), to_target (labels; inf: most never reach it; NaN: there is no target).
    """
    by = found.groupby(["dataset", "strategy", "rule"], sort=True)
    return by.agg(
        n=("labels", "size"),
        stopped=("labels", lambda labels: int(np.isfinite(labels).sum())),
        labels=("labels", "median"),
        lost=("lost", "median"),
        to_target=("to_target", "median"),
    ).reset_index()


def judged(stopped: pd.DataFrame, points: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return `stopped` (`stops`, with the column curve) with what stopping there would have scored.

    `points` are `reports.curves.points`; those of the default hyperparameters count, which are the
    query model's unless it is another. More columns: score and scored_at (of the last test at or
    before those labels), last_score (of the last test), lost (by stopping: above zero is worse);
    all NaN where nothing was tested, or nothing stopped.
    """
    tested = points[points["series"] == "default"].sort_values("n_labels")
    tested = tested.rename(columns={"n_labels": "scored_at", "value": "score"})
    kinds = {"curve": "int64", "repeat": "int64"}  # a merge wants the same of both
    tested = tested[["curve", "repeat", "scored_at", "score"]].astype(kinds | {"scored_at": float})
    asked = stopped.reset_index(drop=True).astype(kinds).rename_axis("at").reset_index()
    finite = asked[np.isfinite(asked["labels"])].sort_values("labels")
    there = pd.merge_asof(
        finite[["at", "labels", "curve", "repeat"]],
        tested,
        left_on="labels",
        right_on="scored_at",
        by=["curve", "repeat"],
    ).set_index("at")[["score", "scored_at"]]
    last = tested.groupby(["curve", "repeat"])["score"].last().rename("last_score")
    found = asked.join(there, on="at").join(last, on=["curve", "repeat"])
    sign = -1.0 if metric in LOWER_IS_BETTER else 1.0
    found["lost"] = sign * (found["last_score"] - found["score"])
    return found.drop(columns="at")
