"""One run of a plan on machines that are not there: the driver's loop, event by event.

It does what `harness/run.py` and `ray_executor.py` do, in their order: results are taken when the
driver has time for them, all that have come at once; then what they make possible is queued,
longest first; then tasks are handed over, as many as `Lanes` says; Ray begins them where there is
room. A clock of its own says when the driver is done with each of these.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from cluster.forecast.costs import MEASURED, Costs
from cluster.forecast.law import Reals
from cluster.forecast.machines import Machine, Machines, Problem, Process
from cluster.forecast.work import Chain
from cluster.lanes import Lanes, Running
from cluster.resources import Demand, Node
from harness.classifiers.needs import NEURAL
from harness.problem_cache import CAPACITY_BYTES
from harness.run import PRIORITY

DAY_S = 86_400.0


@dataclass(frozen=True)
class Setup:
    """What a simulation assumes, beside the plan."""

    kinds: Sequence[tuple[str, Node, int]]  # of nodes: name, what one offers, how many
    demand: Demand
    is_neural: bool
    segment_s: float
    workers: int | None = None  # tasks on CPUs at the same time
    deaths_a_day: float = 0.0  # of each node
    costs: Costs = MEASURED
    prepare_s: Mapping[tuple[str, str], float] = field(default_factory=dict)  # dataset, scaler
    problem_bytes: Mapping[tuple[str, str], int] = field(default_factory=dict)
    dataset_bytes: Mapping[str, int] = field(default_factory=dict)
    peak_bytes: Mapping[tuple[str, str], int] = field(default_factory=dict)  # dataset, classifier


@dataclass
class Outcome:
    """How one simulated run went."""

    makespan_s: float = 0.0
    driver_s: float = 0.0  # that the driver was busy
    work_s: float = 0.0  # of all tasks, what they had to do anew included
    n_segments: int = 0
    n_trials: int = 0
    n_deaths: int = 0
    most_under_way: int = 0
    busy_s: dict[str, float] = field(default_factory=dict)  # by kind of node, seconds × tasks
    peak_bytes: dict[str, int] = field(default_factory=dict)  # of one node, by kind


@dataclass(slots=True, eq=False)
class _State:
    """How far a chain is."""

    chain: Chain
    done: int  # into the seconds of all units
    end: int
    first: int
    is_queued: bool = False
    n_opened: int = 0
    opened_left: int = 0  # studies that a tuned acquisition waits for


@dataclass(slots=True, eq=False)
class _Task:
    state: _State
    stop: int  # units done by its end
    lane: bool
    machine: Machine | None = None
    life: int = 0
    gpu: int = -1
    process: Process | None = None
    begun: float = 0.0


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
        self._setup, self._costs = setup, setup.costs
        self._machines = Machines(setup.kinds, setup.demand)
        self._sum: list[float] = np.concatenate([[0.0], np.cumsum(seconds)]).tolist()
        self._again: list[float] = [0.0] * len(seconds) if again is None else again.tolist()
        self._states: dict[int, _State] = {}
        at = 0
        for chain in chains:
            self._states[id(chain)] = _State(chain, at, at + len(chain.units), at)
            at += len(chain.units)
        self._ready: dict[str, list[tuple[tuple[int, int], int, _State]]] = {"": [], NEURAL: []}
        self._order = count()
        self._events: list[tuple[float, int, str, object]] = []
        self._waiting: dict[bool, deque[_Task]] = {False: deque(), True: deque()}
        self._arrived: list[tuple[_Task, bool]] = []
        self._running = {False: 0, True: 0}  # handed over and not back
        self._now = 0.0  # the driver's clock
        self._rng = np.random.default_rng(seed)
        self.outcome = Outcome()
        self._look_at_nodes()

    def run(self, chains: Sequence[Chain]) -> Outcome:
        """Do it all."""
        opened = {id(chain) for parent in chains for _, chain in parent.opens}
        for chain in chains:
            state = self._states[id(chain)]
            self._open(state, 0)  # what was passed before, and is not finished
            if id(chain) not in opened and not (chain.gates and state.opened_left):
                self._push(state)
        if self._setup.deaths_a_day:
            for machine in self._machines.all:
                self._plan_death(machine, 0.0)
        self._write(1)  # the datasets and the environment
        while True:
            self._start_some()
            if not any(self._running.values()) and not any(self._ready.values()):
                break
            self._wait()
        out = self.outcome
        out.makespan_s = self._now
        for machine in self._machines.all:
            out.busy_s[machine.kind] = out.busy_s.get(machine.kind, 0.0) + machine.busy_s
            peak = max(machine.peak_bytes, out.peak_bytes.get(machine.kind, 0))
            out.peak_bytes[machine.kind] = peak
        return out

    # The driver.

    def _start_some(self) -> None:
        while True:
            ready = {needs: len(queue) for needs, queue in self._ready.items()}
            running = Running(self._running[True], self._running[False])
            if (needs := self._lanes.next_of(ready, running)) is None:
                return
            _, _, state = heapq.heappop(self._ready[needs])
            state.is_queued = False
            self._running[needs == NEURAL] += 1
            self._spend(self._costs.hand_over_s)
            self._waiting[needs == NEURAL].append(_Task(state, state.done, needs == NEURAL))
            self._begin_waiting(self._now)

    def _wait(self) -> None:
        """Until a result is there, or there is room again for what is ready."""
        lanes = self._lanes
        while not self._arrived and self._lanes is lanes:
            self._now = max(self._now, self._events[0][0])
            self._pass_until(self._now)
        if self._arrived:
            self._take()

    def _take(self) -> None:
        batch, self._arrived = self._arrived, []
        out, n = self.outcome, sum(self._running.values())
        out.most_under_way = max(out.most_under_way, n)
        self._spend(self._costs.ask_s * n)
        for task, _ in batch:
            self._running[task.lane] -= 1
        self._spend(self._costs.get_s * len(batch))
        self._write(sum(task.stop - task.state.done for task, is_lost in batch if not is_lost))
        for task, is_lost in batch:
            if not is_lost:
                if task.state.chain.kind == "study":
                    out.n_trials += task.stop - task.state.done
                task.state.done = task.stop
                out.n_segments += 1
            self._push_next(task.state)

    def _write(self, n_rows: int) -> None:
        self._spend(self._costs.write_s + n_rows * self._costs.row_s)

    def _spend(self, seconds: float) -> None:
        self._now += seconds
        self.outcome.driver_s += seconds
        self._pass_until(self._now)

    def _push(self, state: _State) -> None:
        if state.is_queued:
            return
        state.is_queued = True
        chain = state.chain
        place = (PRIORITY[chain.kind], -chain.labels)
        heapq.heappush(self._ready[chain.needs], (place, next(self._order), state))

    def _push_next(self, state: _State) -> None:
        """What may be started now, as `Driver._push_next` has it."""
        if state.done >= state.end and (opener := state.chain.opener) and opener.gates:
            above = self._states[id(opener)]
            above.opened_left -= 1
            if not above.opened_left and above.done < above.end:
                self._push(above)
        if state.chain.opens:
            self._open(state, state.done - state.first)
        if state.done < state.end and not (state.chain.gates and state.opened_left):
            self._push(state)

    def _open(self, state: _State, n_units: int) -> None:
        """Queue the studies whose labels are bought after `n_units` units."""
        opens = state.chain.opens
        while state.n_opened < len(opens) and opens[state.n_opened][0] <= n_units:
            self._push(self._states[id(opens[state.n_opened][1])])
            state.n_opened += 1
            state.opened_left += 1

    # Ray and the machines.

    def _pass_until(self, now: float) -> None:
        """All that happens elsewhere until then."""
        handlers: Mapping[str, Callable[[float, object], None]] = {
            "end": self._end, "die": self._die, "back": self._back, "lost": self._lost
        }  # fmt: skip
        while self._events and self._events[0][0] <= now:
            at, _, what, of = heapq.heappop(self._events)
            handlers[what](at, of)

    def _event(self, at: float, what: str, of: object) -> None:
        heapq.heappush(self._events, (at, next(self._order), what, of))

    def _begin_waiting(self, now: float) -> None:
        for lane, queue in self._waiting.items():
            while queue and (machine := self._machines.with_room(lane)) is not None:
                self._begin(queue.popleft(), machine, now)

    def _begin(self, task: _Task, machine: Machine, now: float) -> None:
        setup, chain = self._setup, task.state.chain
        task.machine, task.life, task.begun = machine, machine.lives, now
        task.gpu = machine.take(self._machines.asks[task.lane])
        idle = machine.idle[task.lane]
        took = self._costs.task_s
        if idle:
            process = idle.pop()
        else:
            process = Process(task.lane)
            took += self._costs.process_s
        task.process = process
        dataset, scaler, _ = chain.problem
        if dataset not in machine.datasets:
            machine.datasets.add(dataset)
            if len(self._machines.all) > 1:
                took += setup.dataset_bytes.get(dataset, 0) / self._costs.bytes_per_s
            machine.n_bytes += setup.dataset_bytes.get(dataset, 0)
        prepared_s = self._prepare(process, chain.problem)
        extra = process.n_bytes - setup.problem_bytes.get((dataset, scaler), 0)
        machine.grows(process, setup.peak_bytes.get((dataset, chain.classifier), 0) + extra)
        prepared_s += self._again[task.state.done]
        task.stop = self._stop(task.state, prepared_s)
        worked = self._sum[task.stop] - self._sum[task.state.done]
        self._event(now + took + prepared_s + worked, "end", task)

    def _prepare(self, process: Process, problem: Problem) -> float:
        known = process.problems
        if problem in known:
            known.move_to_end(problem)
            return 0.0
        key = problem[:2]
        known[problem] = self._setup.problem_bytes.get(key, 0)
        process.n_bytes += known[problem]
        while len(known) > 1 and process.n_bytes > CAPACITY_BYTES:
            _, n_bytes = known.popitem(last=False)
            process.n_bytes -= n_bytes
        return self._setup.prepare_s.get(key, 0.0)

    def _stop(self, state: _State, spent_s: float) -> int:
        """Units that are done when the segment hands over."""
        chain, end = state.chain, state.end
        if chain.gates:
            ahead = (n for n, _ in chain.opens if state.first + n > state.done)
            end = state.first + next(ahead, end - state.first)
        if chain.is_whole:
            return end
        due = self._sum[state.done] + max(0.0, self._setup.segment_s - spent_s)
        return min(bisect_left(self._sum, due, state.done + 1, end), end)

    def _end(self, at: float, of: object) -> None:
        task = of
        assert isinstance(task, _Task)  # noqa: S101 - for mypy
        machine = task.machine
        assert machine  # noqa: S101
        if machine.lives != task.life:
            return  # it died with its machine
        self._release(task, at)
        if task.process:
            machine.idle[task.lane].append(task.process)
        self._arrived.append((task, False))
        self._begin_waiting(at)

    def _release(self, task: _Task, at: float) -> None:
        machine = task.machine
        assert machine  # noqa: S101
        machine.give_back(self._machines.asks[task.lane], task.gpu)
        machine.busy_s += at - task.begun
        self.outcome.work_s += at - task.begun
        self._machines.may_have_room(machine)

    def _plan_death(self, machine: Machine, now: float) -> None:
        mean = DAY_S / self._setup.deaths_a_day
        self._event(now + self._rng.exponential(mean), "die", machine)

    def _die(self, at: float, of: object) -> None:
        machine = of
        assert isinstance(machine, Machine)  # noqa: S101
        self.outcome.n_deaths += 1
        machine.is_up = False
        dead = [
            task
            for _, _, what, task in self._events
            if what == "end"
            and isinstance(task, _Task)
            and task.machine is machine
            and task.life == machine.lives
        ]
        for task in dead:
            self._release(task, at)
            self._event(at + self._costs.lost_s, "lost", task)
        machine.lives += 1
        self._look_at_nodes()
        self._event(at + self._costs.back_s, "back", machine)

    def _lost(self, at: float, of: object) -> None:  # noqa: ARG002 - as all handlers
        assert isinstance(of, _Task)  # noqa: S101
        self._arrived.append((of, True))

    def _back(self, at: float, of: object) -> None:
        machine = of
        assert isinstance(machine, Machine)  # noqa: S101
        machine.start()
        self._machines.may_have_room(machine)
        self._look_at_nodes()
        self._plan_death(machine, at)
        self._begin_waiting(at)

    def _look_at_nodes(self) -> None:
        there = [machine.node for machine in self._machines.all if machine.is_up]
        setup = self._setup
        self._lanes = Lanes(there, setup.demand, is_neural=setup.is_neural, workers=setup.workers)
