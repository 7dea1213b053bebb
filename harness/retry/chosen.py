"""What of a run is to be done again, and what hangs on it and goes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from harness.retry.asked import Asked, Frames, ask
from harness.retry.left_alone import LeftAlone, divided
from harness.retry.wanted import Wanted
from harness.schema import AXES, RETRIED
from harness.store import RunFolder

_OUTCOME = ["repeat", "status", "error", "wall_s"]
_COLUMNS = {  # of what has a status
    "references": ["reference_id", *AXES[:-1], *_OUTCOME],
    "acquisitions": ["acquisition_id", *AXES, *_OUTCOME, "n_labels", "n_rounds"],
    "evaluations": ["acquisition_id", *AXES, *_OUTCOME, "n_labels"],
    "trials": ["study_id", "acquisition_id", *AXES, *_OUTCOME, "budget", "number"],
}
_ROUNDS = ["acquisition_id", "round", "n_labels", "fit_s", "score_s", "query_s"]


@dataclass(frozen=True)
class Chosen:
    """Rows of a run, by table."""

    asked: Asked
    offered: Frames  # whatever ended badly and would be computed again
    rounds: pd.DataFrame  # all of them
    matched: Frames  # what was asked for
    goes: Frames  # with what hangs on it; of `rounds`, too
    later: pd.DataFrame  # of the trials that go: of budgets after the first one of a tuned curve
    left_alone: tuple[LeftAlone, ...]  # of what was asked for

    @property
    def more(self) -> Mapping[str, int]:
        """How many rows go, by table, that were not asked for."""
        return {
            table: len(rows) - len(self.matched.get(table, ())) for table, rows in self.goes.items()
        }


def choose(folder: RunFolder, statuses: Sequence[str], where: Sequence[str]) -> Chosen:
    """Find what is asked for, and what came of it.

    A trial goes with those after it in its study, whose hyperparameters were proposed from it.
    Where acquisitions take over winners (`tuning.acquisition: tuned`), so does all that was bought
    after its budget, and every study and test of it. The rounds of an acquisition that ended badly
    stay. Nothing goes that the stored sweep does not ask for, nor what such a thing hangs on: the
    next run would not bring it back. Raises `CannotRetry` for what cannot be asked for, and
    `RunFolderError`.
    """
    wanted = Wanted.of(folder)
    frames = {table: folder.frame(table, columns) for table, columns in _COLUMNS.items()}
    rounds = folder.frame("rounds", _ROUNDS)
    offered, _ = divided(Asked(RETRIED, {}), frames, wanted)
    asked = ask(frames, offered, statuses, where)
    matched, left_alone = divided(asked, frames, wanted)
    trials, acquisitions, evaluations = (
        frames[table] for table in ("trials", "acquisitions", "evaluations")
    )
    retried = matched["trials"]
    first = trials["study_id"].map(retried.groupby("study_id")["number"].min())
    # Labels at which a winner may change; what came after is no more what the sweep asks for.
    change = retried.groupby("acquisition_id")["budget"].min()
    change = change if wanted.is_tuned else change.iloc[:0]

    def is_after(rows: pd.DataFrame, labels: str) -> pd.Series[bool]:
        return rows[labels] > rows["acquisition_id"].map(change).astype(float)

    is_later = is_after(trials, "budget")
    has_change = acquisitions["acquisition_id"].isin(change.index)
    goes = {
        "references": matched["references"],
        "acquisitions": acquisitions[
            is_after(acquisitions, "n_labels")
            | (has_change & (acquisitions["status"] != "done"))
            | acquisitions.index.isin(matched["acquisitions"].index)
        ],
        "evaluations": evaluations[
            is_after(evaluations, "n_labels") | evaluations.index.isin(matched["evaluations"].index)
        ],
        "rounds": rounds[is_after(rounds, "n_labels")],
        "trials": trials[is_later | (trials["number"] >= first.astype(float))],
    }
    return Chosen(asked, offered, rounds, matched, goes, trials[is_later], left_alone)
