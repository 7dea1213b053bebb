"""What of a plan is done: read from the run folder at the start, kept up as results come in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from harness.cell import Reference
from harness.plan import Plan
from harness.schema import Row
from harness.segment import (
    AcquisitionSegment,
    EvaluationSegment,
    ReferenceSegment,
    Rowset,
    Segment,
    StudySegment,
)
from harness.states import ROUND_S, AcquisitionState, StudyState
from harness.store import RunFolder

AT_A_TIME = 10_000  # rows of a table, when a run folder is read


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
                *(["fold_scores"] if plan.sweep.setting.tuning.pruning else []),
            ],
            "references": ["reference_id", "status"],
        }
        order = {"rounds": "round", "trials": "number"}
        for table, names in columns.items():
            found = folder.read(table, names)
            if table in order:
                found = found.sort_by(order[table])
            for few in found.to_batches(max_chunksize=AT_A_TIME):  # as Python's they take ten times
                ledger.count({table: few.to_pylist()})
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
            state.count_round(row)

    def _count_evaluation(self, row: Row) -> None:
        if state := self.acquisitions.get(row["acquisition_id"]):
            state.evaluated.add(row["n_labels"])
            self.statuses[row["status"]] += 1

    def _count_acquisition(self, row: Row) -> None:
        if state := self.acquisitions.get(row["acquisition_id"]):
            state.status, state.ended_at = row["status"], row["n_labels"]

    def _count_trial(self, row: Row) -> None:
        if state := self.studies.get(row["study_id"]):
            state.count_trial(row)
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
        if segment := self.acquisition_segment(state):
            yield segment
        for study in state.studies:
            if not study.complete and state.passed(study.study.budget):
                yield self.study_segment(study)

    def segment_of(self, work_id: str) -> Segment | None:
        """What could be started now of an acquisition, a study or a reference."""
        if state := self.acquisitions.get(work_id):
            return self.acquisition_segment(state)
        if study := self.studies.get(work_id):
            return self.study_segment(study)
        return ReferenceSegment(self.references[work_id])

    def acquisition_segment(self, state: AcquisitionState) -> Segment | None:
        """The rest of an acquisition, or of its tests; None: nothing now."""
        acquisition = state.acquisition
        if (until := state.next_stop) is not None:
            return AcquisitionSegment(
                acquisition,
                state.batches,
                until,
                self.tests_every_round,
                state.query_params(),
                state.rounds_s,
            )
        if self.tests_every_round and (missing := state.untested):
            return EvaluationSegment(acquisition, state.batches, tuple(missing))
        return None

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
        badly.update(a.status for a in acquisitions if a.status)
        badly.update(self.done_references.values())
        del badly["done"], badly["pruned"]
        badly.update(self._never_begun())
        return Standing(
            acquisitions=(sum(self._is_done(a) for a in acquisitions), len(acquisitions)),
            studies=(sum(s.complete for s in studies), len(studies)),
            trials=(
                sum(s.study.n_trials - s.n_missing for s in studies),
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
                    is_dropped = acquisition.status == "skipped"
                    yield "dropped" if is_dropped else "unreachable"
