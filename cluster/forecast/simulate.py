"""One run of a plan on machines that are not there: the driver's loop, event by event.

It does what `harness/run.py` and `ray_executor.py` do, in their order: results are taken when the
driver has time for them, all that have come at once; then what they make possible is queued,
longest first; then tasks are handed over, as many as `Lanes` says. `workers.py` does the rest. A
clock of its own says when the driver is done with each of these.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from cluster.forecast.durations import Durations
from cluster.forecast.law import Reals
from cluster.forecast.setup import Setup
from cluster.forecast.tasks import State, Task
from cluster.forecast.work import Chain
from cluster.forecast.workers import Workers
from cluster.lanes import Running
from harness.classifiers.needs import NEURAL
from harness.run import PRIORITY


@dataclass
class Outcome:
    """How one simulated run went."""

    makespan_s: float = 0.0
    driver_s: float = 0.0  # that the driver was busy
    work_s: float = 0.0  # of all tasks, what they had to do anew included
    n_segments: int = 0
    n_trials: int = 0
    n_deaths: int = 0
    busy_s: dict[str, float] = field(default_factory=dict)  # by kind of node, seconds × tasks
    peak_bytes: dict[str, int] = field(default_factory=dict)  # of one node, by kind


class Simulation:
    """Made for one run."""

    def __init__(
        self,
        chains: Sequence[Chain],
        seconds: Sequence[float] | Reals,
        setup: Setup,
        seed: int,
        again: Reals | None = None,
    ) -> None:
        """`seconds` are those of all units of all chains, one chain after the other.

        `again` is what each takes on top where a segment begins with it.
        """
        self._costs = setup.costs
        self._workers = Workers(setup, Durations(seconds, again), seed)
        self._states: dict[int, State] = {}
        at = 0
        for chain in chains:
            self._states[id(chain)] = State(chain, first=at, end=at + len(chain.units), done=at)
            at += len(chain.units)
        self._ready: dict[str, list[tuple[tuple[int, int], int, State]]] = {"": [], NEURAL: []}
        self._order = count()
        self._running = {False: 0, True: 0}  # handed over and not back; networks or not
        self._now = 0.0  # the driver's clock
        self.outcome = Outcome()

    def run(self, chains: Sequence[Chain]) -> Outcome:
        """Do it all."""
        opened = {id(chain) for parent in chains for _, chain in parent.opens}
        for chain in chains:
            state = self._states[id(chain)]
            self._open(state)  # what was passed before, and is not finished
            if id(chain) not in opened and state.may_go_on:
                self._push(state)
        self._write(1)  # the datasets and the environment
        while True:
            self._start_some()
            if not any(self._running.values()) and not any(self._ready.values()):
                break
            self._wait()
        out, workers = self.outcome, self._workers
        out.makespan_s, out.work_s, out.n_deaths = self._now, workers.work_s, workers.n_deaths
        for machine in workers.machines.all:
            out.busy_s[machine.kind] = out.busy_s.get(machine.kind, 0.0) + machine.busy_s
            peak = max(machine.peak_bytes, out.peak_bytes.get(machine.kind, 0))
            out.peak_bytes[machine.kind] = peak
        return out

    def _start_some(self) -> None:
        while True:
            ready = {needs: len(queue) for needs, queue in self._ready.items()}
            running = Running(self._running[True], self._running[False])
            if (needs := self._workers.lanes.next_of(ready, running)) is None:
                return
            _, _, state = heapq.heappop(self._ready[needs])
            state.is_queued = False
            self._running[needs == NEURAL] += 1
            self._spend(self._costs.hand_over_s)
            self._workers.take(Task(state, needs == NEURAL), self._now)

    def _wait(self) -> None:
        """Until a result is there, or there is room again for what is ready."""
        workers, lanes = self._workers, self._workers.lanes
        while not workers.arrived and workers.lanes is lanes:
            self._now = max(self._now, workers.next_at)
            workers.pass_until(self._now)
        if workers.arrived:
            self._take()

    def _take(self) -> None:
        batch, self._workers.arrived = self._workers.arrived, []
        self._spend(self._costs.ask_s * sum(self._running.values()))
        for arrival in batch:
            self._running[arrival.task.is_neural] -= 1
        self._spend(self._costs.get_s * len(batch))
        finished = [arrival.task for arrival in batch if not arrival.is_lost]
        self._write(sum(task.stop - task.state.done for task in finished))
        for arrival in batch:
            if not arrival.is_lost:
                self._count(arrival.task)
            self._push_next(arrival.task.state)

    def _count(self, task: Task) -> None:
        self.outcome.n_segments += 1
        if task.state.chain.kind == "study":
            self.outcome.n_trials += task.stop - task.state.done
        task.state.done = task.stop

    def _write(self, n_rows: int) -> None:
        self._spend(self._costs.write_s + n_rows * self._costs.row_s)

    def _spend(self, seconds: float) -> None:
        self._now += seconds
        self.outcome.driver_s += seconds
        self._workers.pass_until(self._now)

    def _push(self, state: State) -> None:
        if state.is_queued:
            return
        state.is_queued = True
        chain = state.chain
        place = (PRIORITY[chain.kind], -chain.labels)
        heapq.heappush(self._ready[chain.needs], (place, next(self._order), state))

    def _push_next(self, state: State) -> None:
        """What may be started now, as `Driver._push_next` has it."""
        if state.done >= state.end and (opener := state.chain.opener) and opener.gates:
            above = self._states[id(opener)]
            above.opened_left -= 1
            if above.may_go_on:
                self._push(above)
        self._open(state)
        if state.may_go_on:
            self._push(state)

    def _open(self, state: State) -> None:
        """Queue the studies whose labels are bought by now."""
        opens = state.chain.opens
        while state.n_opened < len(opens) and opens[state.n_opened][0] <= state.done - state.first:
            self._push(self._states[id(opens[state.n_opened][1])])
            state.n_opened += 1
            state.opened_left += 1
