"""What goes on away from the driver, event by event.

Ray begins tasks where there is room, they end, and nodes die and come back.
"""

from __future__ import annotations

import heapq
from collections import deque
from itertools import count
from typing import NamedTuple

import numpy as np

from cluster.forecast.durations import Durations
from cluster.forecast.machines import Machine, Machines, Problem, Process
from cluster.forecast.setup import Setup
from cluster.forecast.tasks import Arrival, Task
from cluster.lanes import Lanes
from harness.problem_cache import CAPACITY_BYTES

DAY_S = 86_400.0


class _Event(NamedTuple):
    at: float
    order: int
    what: str  # end, lost, die or back
    task: Task | None  # of an end or a loss
    machine: Machine


class Workers:
    """Takes tasks; `arrived` are those that are back and that the driver has not taken."""

    def __init__(self, setup: Setup, durations: Durations, seed: int) -> None:
        """All nodes are up, and empty; `seed` is for when they die."""
        self.machines = Machines(setup.kinds, setup.demand)
        self.arrived: list[Arrival] = []
        self.work_s = 0.0  # of all tasks, what they had to do anew included
        self.n_deaths = 0
        self._setup, self._costs, self._durations = setup, setup.costs, durations
        self._waiting: dict[bool, deque[Task]] = {False: deque(), True: deque()}
        self._events: list[_Event] = []
        self._order = count()
        self._rng = np.random.default_rng(seed)
        self._look_at_nodes()
        if setup.deaths_a_day:
            for machine in self.machines.all:
                self._plan_death(machine, 0.0)

    @property
    def next_at(self) -> float:
        """When something happens next."""
        return self._events[0].at

    def take(self, task: Task, now: float) -> None:
        """Queue it, and begin it where there is room."""
        self._waiting[task.is_neural].append(task)
        self._begin_waiting(now)

    def pass_until(self, now: float) -> None:
        """Let all happen until then."""
        while self._events and self._events[0].at <= now:
            event = heapq.heappop(self._events)
            if event.task is None:
                (self._die if event.what == "die" else self._back)(event.at, event.machine)
            elif event.what == "lost":
                self.arrived.append(Arrival(event.task, is_lost=True))
            elif event.machine.lives == event.task.life:  # else it died with its machine
                self._end(event.at, event.task, event.machine)

    def _event(self, at: float, what: str, machine: Machine, task: Task | None = None) -> None:
        heapq.heappush(self._events, _Event(at, next(self._order), what, task, machine))

    def _begin_waiting(self, now: float) -> None:
        for is_neural, queue in self._waiting.items():
            while queue and (machine := self.machines.with_room(is_neural)) is not None:
                self._begin(queue.popleft(), machine, now)

    def _begin(self, task: Task, machine: Machine, now: float) -> None:
        setup, state = self._setup, task.state
        dataset, scaler, _ = problem = state.chain.problem
        task.machine, task.life, task.begun = machine, machine.lives, now
        task.gpu = machine.take(self.machines.asks[task.is_neural])
        idle = machine.idle[task.is_neural]
        took = self._costs.task_s + (0.0 if idle else self._costs.process_s)
        process = task.process = idle.pop() if idle else Process(task.is_neural)
        if dataset not in machine.datasets:
            machine.datasets.add(dataset)
            n_bytes = setup.dataset_bytes.get(dataset, 0)
            machine.n_bytes += n_bytes
            if len(self.machines.all) > 1:
                took += n_bytes / self._costs.bytes_per_s
        # Of the segment's own seconds, as `harness/work.py` counts them.
        prepared_s = self._prepare(process, problem) + self._durations.again(state.done)
        extra = process.n_bytes - setup.problem_bytes.get((dataset, scaler), 0)
        peak = setup.peak_bytes.get((dataset, state.chain.classifier), 0)
        machine.grows(process, peak + extra)
        task.stop = self._durations.stop(state, setup.segment_s - prepared_s)
        worked = self._durations.between(state.done, task.stop)
        self._event(now + took + prepared_s + worked, "end", machine, task)

    def _prepare(self, process: Process, problem: Problem) -> float:
        """Seconds that it takes, as `harness/problem_cache.py` keeps what was prepared."""
        known = process.problems
        if problem in known:
            known.move_to_end(problem)
            return 0.0
        names = problem[:2]
        known[problem] = self._setup.problem_bytes.get(names, 0)
        process.n_bytes += known[problem]
        while len(known) > 1 and process.n_bytes > CAPACITY_BYTES:
            _, n_bytes = known.popitem(last=False)
            process.n_bytes -= n_bytes
        return self._setup.prepare_s.get(names, 0.0)

    def _end(self, at: float, task: Task, machine: Machine) -> None:
        self._release(task, machine, at)
        if task.process:
            machine.idle[task.is_neural].append(task.process)
        self.arrived.append(Arrival(task, is_lost=False))
        self._begin_waiting(at)

    def _release(self, task: Task, machine: Machine, at: float) -> None:
        machine.give_back(self.machines.asks[task.is_neural], task.gpu)
        machine.busy_s += at - task.begun
        self.work_s += at - task.begun
        self.machines.may_have_room(machine)

    def _plan_death(self, machine: Machine, now: float) -> None:
        mean = DAY_S / self._setup.deaths_a_day
        self._event(now + self._rng.exponential(mean), "die", machine)

    def _die(self, at: float, machine: Machine) -> None:
        self.n_deaths += 1
        machine.is_up = False
        dead = [
            event.task
            for event in self._events
            if event.what == "end"
            and event.task
            and event.machine is machine
            and event.task.life == machine.lives
        ]
        for task in dead:
            self._release(task, machine, at)
            self._event(at + self._costs.lost_s, "lost", machine, task)
        machine.lives += 1
        self._look_at_nodes()
        self._event(at + self._costs.back_s, "back", machine)

    def _back(self, at: float, machine: Machine) -> None:
        machine.start()
        self.machines.may_have_room(machine)
        self._look_at_nodes()
        self._plan_death(machine, at)
        self._begin_waiting(at)

    def _look_at_nodes(self) -> None:
        there = [machine.node for machine in self.machines.all if machine.is_up]
        setup = self._setup
        self.lanes = Lanes(there, setup.demand, is_neural=setup.is_neural, workers=None)
