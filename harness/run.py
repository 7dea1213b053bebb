"""The driver: starts what can be started, writes what comes back, and only then counts it."""

from __future__ import annotations

import heapq
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

import pyarrow.compute as pc

from harness import environment
from harness.conflicts import conflicts, missing_seeds
from harness.continuing import fits_of
from harness.corpus import Corpus, dataset_row
from harness.deaths import Deaths
from harness.errors import ClusterError, RunFolderError
from harness.executor import Executor, Finished
from harness.giving_up import give_up
from harness.ledger import Ledger, Standing
from harness.placement import began_with
from harness.plan import Plan
from harness.schema import Row
from harness.segment import (
    ReferenceSegment,
    Rowset,
    Segment,
    StudySegment,
    Task,
    kind,
    needs,
)
from harness.states import round_s
from harness.store import RunFolder

POLL_S = 0.5
PRIORITY = {"reference": 0, "acquisition": 1, "evaluation": 2, "study": 3}  # longest first
LAST = len(PRIORITY)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands, and how fast it goes."""

    standing: Standing
    elapsed_s: float  # since this call of `run` began
    trials_now: int  # done since then
    studying_s: float  # since the first study of this call was started

    @property
    def trials_per_s(self) -> float:
        """Since the first study was started: references and acquisitions come before them."""
        return self.trials_now / self.studying_s if self.studying_s else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds left if trials go on at this rate; None while there is no rate."""
        done, total = self.standing.trials
        return (total - done) / self.trials_per_s if self.trials_per_s else None


@dataclass(frozen=True)
class Watch:
    """What the caller wants to hear, and how it asks for the end."""

    tell: Callable[[Callable[[], Progress]], None]  # calls it if it wants to show something
    should_stop: Callable[[], bool]  # finish what runs, store it, start nothing new


def check_continues(plan: Plan, folder: RunFolder) -> None:
    """Raise `RunFolderError` where the sweep cannot go on in this folder."""
    if lost := missing_seeds(plan, folder):
        raise RunFolderError(
            f"{folder.shown()} holds repeats of more seeds than this sweep names; "
            "give all of them, "
            f"since nobody could tell the others' any more: split.seeds lacks {lost}. Or choose "
            f"another --out."
        )
    if mixed := conflicts(plan, folder):
        shown = "\n".join(f"  {line}" for line in mixed[:5])
        more = f"\n  and {len(mixed) - 5} more" if len(mixed) > 5 else ""  # noqa: PLR2004
        raise RunFolderError(
            f"{folder.shown()} holds results that another sweep made under the same names (other "
            f"data, seed, labelling, parameters, tuning, code of a components file), or under "
            f"other names. Choose another --out, or give what changed another label with `as:` "
            f"and what only changed its label the old one.\n{shown}{more}"
        )
    backend = began_with(folder).get("backend", "") if plan.sweep.is_neural else ""
    now = environment.numeric_versions(backend)
    for row in folder.read("environments", ["versions"]).to_pylist():
        if changed := environment.differences(row["versions"], now, backend):
            raise RunFolderError(
                f"{folder.shown()} was computed with other library versions, "
                "and numbers may differ: "
                f"{'; '.join(changed)}. Install those versions, or choose another --out."
            )


_Place = tuple[tuple[int, int], int, str]  # of work, in a queue: longest first, then in order


class Driver:
    """The only writer of a run folder, which must be open for writing."""

    def __init__(
        self, plan: Plan, corpus: Corpus, folder: RunFolder, executor: Executor, segment_s: float
    ) -> None:
        self.plan = plan
        self.corpus = corpus
        self.folder = folder
        self.executor = executor
        self.segment_s = segment_s
        self.ledger = Ledger.read(plan, folder)
        self.in_flight: set[str] = set()  # ids of acquisitions, studies, references
        # By what the segments need: work for a GPU and work for CPUs never wait in one line.
        self._queues: defaultdict[str, list[_Place]] = defaultdict(list)
        self._queued: set[str] = set()
        self._order = count()
        self._deaths = Deaths()
        self.left: set[str] = set()  # ids of work that this run does no more
        self._environments: set[str] = set()
        self._started = time.monotonic()
        self._studies_started: float | None = None
        self._trials_before = self.ledger.standing().trials[0]

    def begin(self) -> None:
        """Note the datasets and this environment; queue what is ready."""
        stored = self.folder.read("environments", ["environment_id"]).to_pylist()
        self._environments = {row["environment_id"] for row in stored}
        registry, setting = self.plan.sweep.registry, self.plan.sweep.setting
        datasets = [dataset_row(prepared, registry, setting) for prepared in self.corpus.values()]
        stored = self.folder.read("datasets").to_pylist()
        if changed := [row for row in datasets if row not in stored]:
            labels = [row["dataset"] for row in changed]
            self.folder.supersede("datasets", pc.field("dataset").isin(labels), changed)
        self._write({"environments": [environment.describe()]})
        for segment in self.ledger.ready():
            self._push(segment)

    def start_some(self) -> None:
        """Hand tasks to the executor, as many as it can use soon."""
        while (of := self.executor.next_of(self._ready())) is not None:
            _, _, work_id = heapq.heappop(self._queues[of])
            self._queued.discard(work_id)
            # Only ids wait: the rows of a hundred thousand segments would fill the memory.
            segment = self.ledger.segment_of(work_id)
            if segment is None:
                raise RuntimeError(f"nothing is left to do of {work_id}, which waited")
            self.in_flight.add(work_id)
            if self._studies_started is None and isinstance(segment, StudySegment):
                self._studies_started = time.monotonic()
            sweep = self.plan.sweep
            fits = fits_of(segment, sweep.registry) if sweep.limits.trial_s else 1
            device = sweep.device_for(of)
            care = self._deaths.care(segment)
            limit_s = 0.0 if care.singly else self.segment_s
            task = Task(segment, limit_s, sweep.files, device, fits, sweep.limits, care)
            self.executor.start(task)

    def withdraw(self) -> None:
        """Take back from the executor what nobody has begun; the next run will hand it over."""
        for task in self.executor.withdraw():
            self.in_flight.discard(task.segment.work.id)

    @property
    def waits(self) -> bool:
        """Whether there is work that has not been handed over."""
        return any(self._queues.values())

    def _ready(self) -> dict[str, int]:
        """How much waits, by what it needs."""
        return {of: len(queue) for of, queue in self._queues.items()}

    def take(self, batch: Sequence[Finished]) -> None:
        """Write what came back, count it, queue what it makes possible."""
        found: Rowset = {}
        refused: ClusterError | None = None
        for finished in batch:
            try:
                rows = self._checked(finished)
            except ClusterError as error:  # the others' rows are good
                refused = error
                continue
            for table, of_table in rows.items():
                found.setdefault(table, []).extend(of_table)
        with self.folder.together():
            self._write(found)
        self.ledger.count(found)
        if refused:
            raise refused
        for finished in batch:
            work_id = finished.task.segment.work.id
            self.in_flight.discard(work_id)
            if work_id not in self.left:
                self._push_next(finished.task.segment)

    def _checked(self, finished: Finished) -> Rowset:
        """Rows that can be kept. Raises `ClusterError` for those of another environment."""
        if finished.rows is None:
            return self._after_death(finished)
        sweep = self.plan.sweep
        for row in finished.rows.get("environments", ()):
            if row["environment_id"] not in self._environments:
                _must_be_alike(row, sweep.setting.neural.backend if sweep.is_neural else "")
        return finished.rows

    def progress(self) -> Progress:
        """Where the run stands."""
        standing = self.ledger.standing()
        now = standing.trials[0] - self._trials_before
        clock = time.monotonic()
        studying_s = clock - self._studies_started if self._studies_started else 0.0
        return Progress(standing, clock - self._started, now, studying_s)

    def _push(self, segment: Segment) -> None:
        work_id = segment.work.id  # an acquisition and its evaluations share it: one at a time
        if work_id in self.in_flight or work_id in self._queued:
            return
        labels = segment.study.budget if isinstance(segment, StudySegment) else 0
        self._queued.add(work_id)
        # What needs a node of its own goes last: a node is free when little else is left to do.
        is_alone = self._deaths.care(segment).alone
        place = (PRIORITY[kind(segment)] + (LAST if is_alone else 0), -labels)
        heapq.heappush(self._queues[needs(segment)], (place, next(self._order), work_id))

    def _push_next(self, segment: Segment) -> None:
        """What may be started now that `segment` is counted."""
        if isinstance(segment, ReferenceSegment):
            if segment.reference.id not in self.ledger.done_references:
                self._push(segment)
            return
        if isinstance(segment, StudySegment):
            state = self.ledger.studies[segment.study.id]
            if not state.complete:
                self._push(self.ledger.study_segment(state))
                return
            if not segment.study.acquisition.is_tuned:
                return
            work = segment.study.acquisition
        else:
            work = segment.acquisition
        for ready in self.ledger.ready_of(self.ledger.acquisitions[work.id]):
            self._push(ready)

    def _write(self, found: Rowset) -> None:
        """In an order that a kill cannot turn into a claim of work that is not stored."""
        for row in found.get("environments", ()):
            if row["environment_id"] not in self._environments:
                self.folder.append("environments", [row])
                self._environments.add(row["environment_id"])
        for table in ("attempts", "rounds", "evaluations", "trials", "references"):
            self.folder.append(table, found.get(table, ()))
        spent: defaultdict[str, float] = defaultdict(float)
        for row in found.get("rounds", ()):
            spent[row["acquisition_id"]] += round_s(row)
        new: list[Row] = []
        again: list[Row] = []
        for row in found.get("acquisitions", ()):
            state = self.ledger.acquisitions[row["acquisition_id"]]
            row["wall_s"] = state.rounds_s + spent[row["acquisition_id"]]
            (again if state.status else new).append(row)
        self.folder.append("acquisitions", new)
        if again:
            ids = [row["acquisition_id"] for row in again]
            self.folder.supersede("acquisitions", pc.field("acquisition_id").isin(ids), again)

    def _after_death(self, finished: Finished) -> Rowset:
        """Note the attempt; what is given up gets its row."""
        segment, verdict = finished.task.segment, self._deaths.note(finished)
        if verdict.is_left:
            self.left.add(segment.work.id)
        attempt: Row = {
            "work_id": segment.work.id,
            "kind": kind(segment),
            "unit": segment.unit,
            "cause": finished.cause or "crashed",
            "error": finished.error,
            "action": verdict.action,
            "at": datetime.now(UTC),
        }
        if not verdict.status:
            return {"attempts": [attempt]}
        given_up = give_up(segment, verdict.status, finished.error, finished.took_s)
        return {"attempts": [attempt], **given_up}


def run(driver: Driver, watch: Watch) -> Progress:
    """Do what of the driver's plan is not stored yet; return where it stands at the end.

    Ends early when `watch.should_stop()` says so, with all that was finished stored.
    """
    driver.begin()
    while True:
        if stops := watch.should_stop():
            driver.withdraw()
        else:
            driver.start_some()
        if not driver.in_flight and (stops or not driver.waits):
            break
        driver.take(driver.executor.wait(POLL_S))
        watch.tell(driver.progress)
    return driver.progress()


def _must_be_alike(environment_row: Row, backend: str) -> None:
    """Raise `ClusterError` for a worker whose numeric libraries are others than the driver's."""
    now = environment.numeric_versions(backend)
    if changed := environment.differences(environment_row["versions"], now, backend):
        raise ClusterError(
            f"a worker has other library versions than this machine: {'; '.join(changed)} here. "
            f"Its results were not kept; install the same versions everywhere."
        )
