"""How far an acquisition or a study is, in little memory: a run may have a hundred thousand."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from harness.arrays import Rows
from harness.cell import Acquisition, Params, Study
from harness.schema import LOWER_IS_BETTER, Row
from harness.segment import Batches
from harness.study import Stored

ROUND_S = ("fit_s", "score_s", "query_s")


def round_s(row: Row) -> float:
    """Seconds that a row of `rounds` took."""
    return float(sum(row[column] for column in ROUND_S))


@dataclass(slots=True)
class AcquisitionState:
    """How far an acquisition is."""

    acquisition: Acquisition
    studies: list[StudyState] = field(default_factory=list)  # by budget, ascending
    n_labels: array[int] = field(default_factory=lambda: array("q"))  # after each round
    evaluated: set[int] = field(default_factory=set)  # numbers of labels
    rounds_s: float = 0.0  # spent on all rounds
    status: str | None = None  # as stored: it ended so, at `ended_at` labels
    ended_at: int = 0
    _rows: array[int] = field(default_factory=lambda: array("q"))  # bought, one batch after another
    _ends: array[int] = field(default_factory=lambda: array("q", [0]))  # of the batches in them

    def count_round(self, row: Row) -> None:
        """Take in a row of `rounds`; they come in order."""
        self._rows.extend(row["batch"])
        self._ends.append(len(self._rows))
        self.n_labels.append(row["n_labels"])
        self.rounds_s += round_s(row)

    @property
    def bought(self) -> int:
        """Labels so far, holdout included."""
        return self.n_labels[-1] if self.n_labels else 0

    @property
    def ended(self) -> bool:
        """Whether nothing more will be bought: all budgets are passed, or it did not end well."""
        if self.status is None:
            return False
        return self.status != "done" or self.ended_at >= self.acquisition.budgets[-1]

    @property
    def next_stop(self) -> int | None:
        """Labels to buy until, as far as may be bought now; None: wait, or ended."""
        if self.ended:
            return None
        if not self.acquisition.is_tuned:
            return self.acquisition.budgets[-1]
        for study in self.studies:
            if study.study.budget > self.bought or self.bought == 0:
                return study.study.budget
            if not study.complete:
                return None
        return self.acquisition.budgets[-1]

    @property
    def untested(self) -> list[int]:
        """The rounds after which the defaults were not tested."""
        return [i for i, n in enumerate(self.n_labels) if n not in self.evaluated]

    def query_params(self) -> Params:
        """Of a tuned acquisition: the last winner's hyperparameters, the defaults before."""
        params: Params = {}
        if self.acquisition.is_tuned:
            for state in self.studies:
                if state.study.budget <= self.bought:
                    params = state.winner() or params
        return params

    def passed(self, budget: int) -> bool:
        """Whether the rows of `budget` are bought."""
        return self.bought >= budget

    @property
    def batches(self) -> Batches:
        """All that was bought."""
        return self.until(self.bought)

    def until(self, budget: int) -> Batches:
        """The batches that make up `budget`."""
        n_rounds = sum(n <= budget for n in self.n_labels)
        rows: Rows = np.array(self._rows, dtype=np.intp)
        return tuple(rows[start:end] for start, end in pairwise(self._ends[: n_rounds + 1]))


@dataclass(slots=True)
class StudyState:
    """How far a study is."""

    study: Study
    n_trials: int = 0  # stored
    trials_s: float = 0.0  # spent on all of them
    trials: list[Stored] = field(default_factory=list)  # while any is missing
    _best: Stored | None = None

    def count_trial(self, row: Row) -> None:
        """Take in a row of `trials`; they come in order. Raises `RunFolderError` for nonsense."""
        trial = Stored.of(row)
        self.n_trials += 1
        self.trials_s += row["wall_s"]
        if trial.status == "done" and trial.value is not None and self._beats(trial.value):
            self._best = trial
        if self.complete:
            self.trials.clear()  # nobody will ask
        else:
            self.trials.append(trial)

    def _beats(self, value: float) -> bool:
        """Whether it is better than all before: ties go to the earlier."""
        if self._best is None or self._best.value is None:
            return True
        is_lower = self.study.acquisition.setting.tuning.metric in LOWER_IS_BETTER
        return value < self._best.value if is_lower else value > self._best.value

    @property
    def n_missing(self) -> int:
        """Trials that are left to do."""
        return max(0, self.study.n_trials - self.n_trials)

    @property
    def complete(self) -> bool:
        """Whether none is."""
        return not self.n_missing

    def winner(self) -> Params | None:
        """The hyperparameters of the best trial, ties to the earlier; None: there is none."""
        return self._best.judged().params if self._best else None
