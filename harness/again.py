"""The rows of stored work, computed again in this process by the code that computed them.

The driver's own ledger says what each segment is given, so nothing is asked of a worker here
that a run would not ask of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from harness.cell import Acquisition, Reference, Study
from harness.compare import name_of
from harness.errors import BadQuery, RunFolderError
from harness.ledger import Ledger
from harness.plan import Plan
from harness.problem_cache import ProblemCache
from harness.schema import OF_THE_MACHINE, Row
from harness.segment import (
    AcquisitionSegment,
    EvaluationSegment,
    ReferenceSegment,
    Rowset,
    Segment,
    StudySegment,
    Task,
    needs,
)
from harness.states import AcquisitionState
from harness.stored import Stored
from harness.work import work

SEGMENT_S = 2.0  # between two calls of `tell`, a round or a test longer at most


@dataclass
class Again:
    """What is stored of one piece of work, and what it is now. Call one method, once.

    Raises `RunFolderError` where the rows lack what the work needs.
    """

    stored: Stored
    plan: Plan  # the work need not be in it
    problems: ProblemCache
    tell: Callable[[str], None]
    before: Rowset = field(default_factory=dict)  # only what can be computed here
    now: Rowset = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  # what is left out, and why

    def reference(self, reference: Reference) -> None:
        """Fit it again."""
        if self._comparable("references", self.stored.tables["references"]):
            self.tell("fitting")
            self.now = self._do(ReferenceSegment(reference))

    def study(self, study: Study, only: int | None = None) -> None:
        """Do its stored trials again from the first on; or `only` one, after the stored others."""
        rows = {row["number"]: row for row in self.stored.tables["trials"]}
        numbers = sorted(rows) if only is None else [only]
        if only is not None:
            self._must_have(only, rows)
        if only is None and len(rows) < study.n_trials:
            self.notes.append(f"{len(rows)} of the {study.n_trials} trials asked for are stored")
        study = _with_trials(study, numbers[-1] + 1)
        ledger = self._ledger(study.acquisition, [study])
        ledger.count({"rounds": self.stored.tables["rounds"]})
        bought = ledger.acquisitions[study.acquisition.id].bought
        if bought < study.budget:
            raise RunFolderError(
                f"{self.stored.title} cannot be recomputed: the stored rounds of acquisition "
                f"{study.acquisition.id} bought {bought} labels only"
            )
        wanted = [row for row in self.stored.tables["trials"] if row["number"] in numbers]
        kept = {row["number"] for row in self._comparable("trials", wanted)}
        self.now["trials"] = []
        for number in range(numbers[-1] + 1) if kept else ():
            came = [rows[number]] if number in rows else []
            if number in kept or not came:
                self.tell(f"trial {number}, up to {numbers[-1]}")
                came = self._trial(ledger.study_segment(ledger.studies[study.id]), number)
                self.now["trials"] += came
            ledger.count({"trials": came})

    def acquisition(self, acquisition: Acquisition) -> None:
        """Buy its stored batches again from the first on, and test where tests are stored.

        A tuned one takes over the winners among the stored trials.
        """
        stored = self.stored.tables
        ledger = self._ledger(acquisition, [Study(acquisition, b) for b in acquisition.budgets])
        if acquisition.is_tuned:
            ledger.count({"trials": stored["trials"]})
        state = ledger.acquisitions[acquisition.id]
        if not stored["acquisitions"]:
            self.notes.append("it has not ended yet; its rounds so far are compared")
        ended = next(iter(self._comparable("acquisitions", stored["acquisitions"])), None)
        self.before["rounds"] = stored["rounds"]
        bought = stored["rounds"][-1]["n_labels"] if stored["rounds"] else None
        ends: list[Row] = []
        for stop in _stops(acquisition, bought, ended):
            ends.append(self._buy(ledger, state, stop))
            if ends[-1]["status"] != "done":
                break
        if ended:
            at_its_end = [row for row in ends if _end(row) == _end(ended)]
            self.now["acquisitions"] = [*at_its_end, *ends[-1:]][:1]
        elif ends and ends[-1]["status"] != "done":
            why = ends[-1]["error"].partition("\n")[0]
            self.notes.append(f"now it fails after {state.bought} labels: {why}")
        self._test(state)

    def _must_have(self, only: int, numbers: Collection[int]) -> None:
        """A trial and all before it."""
        lacking = only if only not in numbers else next(n for n in count() if n not in numbers)
        if lacking <= only:
            raise RunFolderError(
                f"{self.stored.title} cannot be recomputed: trial {lacking} is not stored; of the "
                f"study's trials {min(numbers)} to {max(numbers)} are"
            )

    def _buy(self, ledger: Ledger, state: AcquisitionState, stop: int) -> Row:
        """Go on until `stop` labels, and return how that ended: a row of `acquisitions`."""
        while True:
            self.tell(f"{state.bought} labels, up to {stop}")
            batches, params = state.batches, state.query_params()
            segment = AcquisitionSegment(
                state.acquisition, batches, stop, tested=False, params=params
            )
            came = self._do(segment)
            rounds = came.get("rounds", [])
            ledger.count({"rounds": rounds})
            self.now.setdefault("rounds", []).extend(rounds)
            for row in came["acquisitions"]:
                return row

    def _test(self, state: AcquisitionState) -> None:
        """Test again on the batches bought now."""
        kept = self._comparable("evaluations", self.stored.tables["evaluations"])
        tested = {row["n_labels"] for row in kept}
        missing = tuple(i for i, n in enumerate(state.n_labels) if n in tested)
        self.now["evaluations"] = []
        while missing:
            self.tell(f"{len(missing)} evaluations to do")
            came = self._do(EvaluationSegment(state.acquisition, state.batches, missing))
            self.now["evaluations"] += came["evaluations"]
            missing = missing[len(came["evaluations"]) :]

    def _trial(self, segment: StudySegment, number: int) -> list[Row]:
        try:
            found = self._do(segment, limit_s=0.0)
        except BadQuery as error:
            bought_by = segment.study.acquisition.id
            raise RunFolderError(
                f"{self.stored.title} cannot be recomputed: the stored batches of acquisition "
                f"{bought_by} are not what a pool can sell ({error}); rerun {bought_by} tells more"
            ) from error
        return [row for row in found["trials"] if row["number"] == number]

    def _do(self, segment: Segment, limit_s: float = SEGMENT_S) -> Rowset:
        sweep = self.plan.sweep
        task = Task(segment, limit_s, sweep.files, sweep.device_for(needs(segment)))
        return work(task, self.problems.get)

    def _ledger(self, acquisition: Acquisition, studies: Sequence[Study]) -> Ledger:
        one = replace(self.plan, acquisitions=(acquisition,), studies=tuple(studies), references=())
        return Ledger(one)

    def _comparable(self, table: str, rows: Sequence[Row]) -> list[Row]:
        """Those of `rows` that can be computed here; the others are noted."""
        kept = [row for row in rows if row["status"] not in OF_THE_MACHINE]
        self.before[table] = kept
        self.notes += [
            f"{name_of(table, row)} is stored as {row['status']}; not compared"
            for row in rows
            if row["status"] in OF_THE_MACHINE
        ]
        return kept


def _with_trials(study: Study, n_trials: int) -> Study:
    """The same study, long enough: the stored one may have more trials than the sweep now asks."""
    acquisition = study.acquisition
    tuning = acquisition.setting.tuning
    if acquisition.is_tuned or n_trials <= tuning.trials:  # if tuned, the number is in its id
        return study
    setting = replace(acquisition.setting, tuning=replace(tuning, trials=n_trials))
    return replace(study, acquisition=replace(acquisition, setting=setting))


def _stops(acquisition: Acquisition, bought: int | None, ended: Row | None) -> list[int]:
    """Numbers of labels to halt at: what is stored, an end, and where a winner takes over."""
    stops = set() if bought is None else {bought}
    if ended:
        one_more = ended["status"] != "done"  # the round that failed
        stops.add(ended["n_labels"] + one_more)
    if acquisition.is_tuned and stops:
        stops |= {budget for budget in acquisition.budgets if budget < max(stops)}
    return sorted(stops)


def _end(row: Row) -> tuple[str, int]:
    return row["status"], row["n_labels"]
