"""What of a plan is done: read from the run folder at the start, kept up as results come in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from harness.arrays import Rows
from harness.cell import Acquisition, Params, Reference, Study
from harness.plan import Plan
from harness.schema import LOWER_IS_BETTER, Row
from harness.segment import (
    AcquisitionSegment,
    EvaluationSegment,
    ReferenceSegment,
    Rowset,
    Segment,
    StudySegment,
)
from harness.store import RunFolder
from harness.study import Stored

ROUND_S = ("fit_s", "score_s", "query_s")


def round_s(row: Row) -> float:
    """Seconds that a row of `rounds` took."""
    return float(sum(row[column] for column in ROUND_S))


@dataclass
class AcquisitionState:
    """How far an acquisition is."""

    acquisition: Acquisition
    studies: list[StudyState] = field(default_factory=list)  # by budget, ascending
    batches: list[Rows] = field(default_factory=list)
    n_labels: list[int] = field(default_factory=list)  # after each round
    evaluated: set[int] = field(default_factory=set)  # numbers of labels
    rounds_s: float = 0.0  # spent on all rounds
    row: Row | None = None  # as stored: it ended, at this many labels

    @property
    def bought(self) -> int:
        """Labels so far, holdout included."""
        return self.n_labels[-1] if self.n_labels else 0

    @property
    def ended(self) -> bool:
        """Whether nothing more will be bought: all budgets are passed, or it did not end well."""
        if self.row is None:
            return False
        n_labels: int = self.row["n_labels"]
        return self.row["status"] != "done" or n_labels >= self.acquisition.budgets[-1]

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

    def until(self, budget: int) -> tuple[Rows, ...]:
        """The batches that make up `budget`."""
        return tuple(
            batch for batch, n in zip(self.batches, self.n_labels, strict=True) if n <= budget
        )


@dataclass
class StudyState:
    """How far a study is."""

    study: Study
    trials: list[Stored] = field(default_factory=list)
    trials_s: float = 0.0  # spent on all of them

    @property
    def complete(self) -> bool:
        """Whether no trial is left to do."""
        return len(self.trials) >= self.study.n_trials

    def winner(self) -> Params | None:
        """The hyperparameters of the best trial, ties to the earlier; None: there is none."""
        sign = -1 if self.study.acquisition.setting.tuning.metric in LOWER_IS_BETTER else 1
        scored = [t for t in self.trials if t.status == "done" and t.value is not None]
        if not scored:
            return None
        return max(scored, key=lambda trial: sign * (trial.value or 0.0)).judged().params


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of a plan is done, of how much."""

    acquisitions: tuple[int, int]
    studies: tuple[int, int]
    trials: tuple[int, int]
    references: tuple[int, int]
    badly: Counter[str]  # status -> acquisitions, trials, references that did not end well;
    # `unreachable`: studies whose acquisition ended before their budget; `dropped`: studies of
    # repeats that the split's protocol leaves out

    @property
    def complete(self) -> bool:
        """Whether nothing is left that could be done."""
        done = [self.acquisitions, self.references]
        never = self.badly["unreachable"] + self.badly["dropped"]
        return all(n == total for n, total in done) and self.studies[0] + never == self.studies[1]


class Ledger:
    """The state of all work of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.tests_every_round = plan.sweep.evaluate == "every_round"
        self.acquisitions = {a.id: AcquisitionState(a) for a in plan.acquisitions}
        self.studies = {s.id: StudyState(s) for s in plan.studies}
        for state in self.studies.values():
            self.acquisitions[state.study.acquisition.id].studies.append(state)
        self.references: dict[str, Reference] = {r.id: r for r in plan.references}
        self.done_references: dict[str, str] = {}  # id -> status
        self.statuses: Counter[str] = Counter()  # of trials and evaluations

    @classmethod
    def read(cls, plan: Plan, folder: RunFolder | None) -> Ledger:
        """With what the run folder already holds of the plan."""
        ledger = cls(plan)
        if folder is None:
            return ledger
        metric = plan.sweep.setting.tuning.metric
        columns = {
            "rounds": ["acquisition_id", "round", "n_labels", "batch", *ROUND_S],
            "evaluations": ["acquisition_id", "n_labels", "status"],
            "acquisitions": None,
            "trials": [
                "study_id",
                "number",
                "params",
                "metric",
                "status",
                f"val_{metric}",
                "wall_s",
            ],
            "references": ["reference_id", "status"],
        }
        order = {"rounds": "round", "trials": "number"}
        for table, names in columns.items():
            found = folder.read(table, names)
            if table in order:
                found = found.sort_by(order[table])
            ledger.count({table: found.to_pylist()})
        return ledger

    def count(self, rows: Rowset) -> None:
        """Take in rows that are stored; those of other plans are passed over."""
        for table, take in (
            ("rounds", self._count_round),
            ("evaluations", self._count_evaluation),
            ("acquisitions", self._count_acquisition),
            ("trials", self._count_trial),
            ("references", self._count_reference),
        ):
            for row in rows.get(table, ()):
                take(row)

    def _count_round(self, row: Row) -> None:
        if state := self.acquisitions.get(row["acquisition_id"]):
            state.batches.append(np.asarray(row["batch"], dtype=np.intp))
            state.n_labels.append(row["n_labels"])
            state.rounds_s += round_s(row)

    def _count_evaluation(self, row: Row) -> None:
        if state := self.acquisitions.get(row["acquisition_id"]):
            state.evaluated.add(row["n_labels"])
            self.statuses[row["status"]] += 1

    def _count_acquisition(self, row: Row) -> None:
        if state := self.acquisitions.get(row["acquisition_id"]):
            state.row = row

    def _count_trial(self, row: Row) -> None:
        if state := self.studies.get(row["study_id"]):
            state.trials.append(Stored.of(row))
            state.trials_s += row["wall_s"]
            self.statuses[row["status"]] += 1

    def _count_reference(self, row: Row) -> None:
        if row["reference_id"] in self.references:
            self.done_references[row["reference_id"]] = row["status"]

    def ready(self) -> Iterator[Segment]:
        """Everything that could be started now."""
        for reference in self.references.values():
            if reference.id not in self.done_references:
                yield ReferenceSegment(reference)
        for acquisition in self.acquisitions.values():
            yield from self.ready_of(acquisition)

    def ready_of(self, state: AcquisitionState) -> Iterator[Segment]:
        """What could be started now of an acquisition and its studies."""
        acquisition = state.acquisition
        if (until := state.next_stop) is not None:
            yield AcquisitionSegment(
                acquisition,
                tuple(state.batches),
                until,
                self.tests_every_round,
                state.query_params(),
                state.rounds_s,
            )
        elif self.tests_every_round and (missing := state.untested):
            yield EvaluationSegment(acquisition, tuple(state.batches), tuple(missing))
        for study in state.studies:
            if not study.complete and state.passed(study.study.budget):
                yield self.study_segment(study)

    def study_segment(self, state: StudyState) -> StudySegment:
        """The rest of a study."""
        acquisition = self.acquisitions[state.study.acquisition.id]
        batches = acquisition.until(state.study.budget)
        return StudySegment(
            state.study, batches, tuple(trial.judged() for trial in state.trials), state.trials_s
        )

    def standing(self) -> Standing:
        """How much is done, and what did not end well."""
        acquisitions, studies = self.acquisitions.values(), self.studies.values()
        badly: Counter[str] = Counter(self.statuses)
        badly.update(a.row["status"] for a in acquisitions if a.row)
        badly.update(self.done_references.values())
        del badly["done"]
        badly.update(self._never_begun())
        return Standing(
            acquisitions=(sum(self._is_done(a) for a in acquisitions), len(acquisitions)),
            studies=(sum(s.complete for s in studies), len(studies)),
            trials=(
                sum(min(len(s.trials), s.study.n_trials) for s in studies),
                sum(s.study.n_trials for s in studies),
            ),
            references=(len(self.done_references), len(self.references)),
            badly=+badly,
        )

    def _is_done(self, state: AcquisitionState) -> bool:
        return state.ended and not (self.tests_every_round and state.untested)

    def _never_begun(self) -> Iterator[str]:
        """A word for each study whose acquisition ended before its budget."""
        for acquisition in self.acquisitions.values():
            for study in acquisition.studies:
                if acquisition.ended and not acquisition.passed(study.study.budget):
                    is_dropped = acquisition.row and acquisition.row["status"] == "skipped"
                    yield "dropped" if is_dropped else "unreachable"
