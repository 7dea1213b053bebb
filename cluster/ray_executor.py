"""Segments on a local Ray or on a cluster.

A segment is one plain task, or one call of a process that is kept for networks (`processes.py`);
Ray retries neither: what happens after a death is the driver's decision. Datasets go into the
object store once, to be read there without copying, and so do prepared problems (`problems.py`).
What Ray does not tell, workers report to the roll (`roll.py`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any
from uuid import uuid4

import ray
from ray import exceptions

from cluster import connection
from cluster.autoscaler import RayAutoscaler
from cluster.flights import Flight
from cluster.growth import Growth, Wanted, could_start
from cluster.lanes import Lanes, Running, must_have_room
from cluster.lookout import AGAIN, Lookout
from cluster.problems import SharedProblems
from cluster.processes import Done, Processes
from cluster.resources import Ask, Demand, Node
from cluster.roll import Entry, Roll
from cluster.worker import CorpusRefs, Errand, do
from harness.classifiers.needs import NEURAL
from harness.corpus import Corpus
from harness.errors import ClusterError, HarnessError
from harness.executor import Finished
from harness.segment import Task, needs
from harness.sweep import Sweep

LOOK_S = 2.0  # between two looks at the nodes and at the roll
GONE_S = 5.0  # that Ray has to report the tasks of a node that it calls dead
NO_ROOM_S = 60.0  # that a run waits for a node when none is left that could do any of its work
GROWTH_S = 1200.0  # the same where an autoscaler starts nodes, which have to boot and fetch images
CAUSES = (
    (exceptions.OutOfMemoryError, "oom"),
    (exceptions.NodeDiedError, "node"),
    (exceptions.ObjectLostError, "node"),
    (exceptions.ActorUnschedulableError, "node"),
    (exceptions.ActorUnavailableError, "node"),
    (exceptions.WorkerCrashedError, "crashed"),
    (exceptions.TaskCancelledError, "timeout"),
    (exceptions.RayError, "crashed"),
)
NODE_DIED = "its node has died"  # in what Ray says of an actor

_segment = ray.remote(do)
_last_segment = ray.remote(max_calls=1)(do)  # its process ends with it


class RayExecutor:
    """An `Executor` of the Ray that this process is connected to."""

    def __init__(self, corpus: Corpus, sweep: Sweep, workers: int | None = None) -> None:
        """`workers` limits the tasks on CPUs at the same time; default: as many as fit.

        Raises `ClusterError` where no node can give what one task asks for, and none that the
        cluster's autoscaler could start.
        """
        self._demand = Demand.of(sweep)
        self._is_neural, self._workers = sweep.is_neural, workers
        autoscaler = RayAutoscaler.find()
        must_have_room(
            list(connection.nodes().values()),
            self._demand,
            is_neural=self._is_neural,
            could_start=could_start(autoscaler) if autoscaler else None,
        )
        self._growth = Growth(autoscaler, self._demand) if autoscaler else None
        self._lookout = Lookout(connection.nodes)
        self._roll = Roll()
        self._processes = Processes(self._demand.neural, sweep.setting.threads)
        self._where = CorpusRefs.put(corpus)
        self._problems = SharedProblems(corpus, self._where, self._demand.plain.memory_gb)
        self._flights: dict[ray.ObjectRef[Any], Flight] = {}
        self._tokens = count()
        self._next_look = time.monotonic()
        self._dealt_with: set[str] = set()  # nodes that have gone
        self._idle_since: float | None = None
        self._incarnation: str | None = None  # of the roll
        self._reborn = -math.inf  # when it was last seen to be another one
        self._failure: HarnessError | None = None
        self._nodes: Mapping[str, Node] = {}
        self._see(self._lookout.nodes())

    def next_of(self, ready: Mapping[str, int]) -> str | None:
        """Networks first, where they do not have a lane of their own."""
        running = self._running()
        if self._growth:
            self._processes.rest(time.monotonic(), is_wanted=bool(ready.get(NEURAL)))
            neural, plain = ready.get(NEURAL, 0), ready.get("", 0)
            wanted = Wanted(running.neural + neural, running.plain + plain)
            self._growth.want(wanted.limited(self._workers, self._demand))
        return self.lanes.next_of(ready, running)

    def _running(self) -> Running:
        return Running(self._processes.busy, len(self._flights) - self._processes.busy)

    def start(self, task: Task) -> None:
        """Submit the task; Ray starts it when there is room on a node."""
        is_neural = needs(task.segment) == NEURAL
        asked = self._demand.neural if is_neural else self._demand.plain
        ask = asked
        if task.care.alone:
            ask = asked.whole(list(self._nodes.values()))
            while self._processes.idle:  # they hold what it asks for
                self._processes.retire()
        token, is_timed = next(self._tokens), self._demand.trial_s is not None
        entry = Entry(self._roll.name, token)
        # An actor keeps its CPUs while it waits, maybe all that preparing would need.
        problem = None if is_neural else self._problems.of(task)
        errand = Errand(task, self._where, entry, asked.memory_gb, is_timed, problem)
        ref = self._processes.start(errand, ask) if is_neural else self._start_plain(errand, ask)
        self._flights[ref] = Flight(task, token, is_neural, time.monotonic())
        self._idle_since = None

    def _start_plain(self, errand: Errand, ask: Ask) -> ray.ObjectRef[Any]:
        plain = self._running().plain
        while self._processes.idle and plain >= self.lanes.plain_beside(self._processes.alive):
            self._processes.retire()  # it holds the CPUs that this task was promised
        options: dict[str, Any] = {**ask.options(), "max_retries": 0}
        remote = _segment
        if errand.task.care.fresh:
            remote = _last_segment
            # Ray gives a process to one environment only, so a new one means a new process.
            options["runtime_env"] = {"env_vars": {"FEWLABELS_FRESH": uuid4().hex}}
        return remote.options(**options).remote(errand)

    def wait(self, timeout_s: float) -> Sequence[Finished]:
        """Everything that is ready, after waiting for the first.

        Raises `ClusterError` where the cluster is gone, or has had no room for long.
        """
        if self._failure:
            raise self._failure
        finished: list[Finished] = []
        try:
            for ref in self._ready(timeout_s):
                finished.append(self._finished(ref))  # noqa: PERF401 - kept if the next one raises
            if time.monotonic() >= self._next_look:
                finished += self._look()
                self._next_look = time.monotonic() + LOOK_S
        except HarnessError as error:
            if not finished:
                raise
            self._failure = error  # once what has come is stored
        return finished

    def _ready(self, timeout_s: float) -> list[ray.ObjectRef[Any]]:
        if not self._flights:  # there is no room
            time.sleep(timeout_s)
            return []
        refs = list(self._flights)
        ready, _ = ray.wait(refs, num_returns=1, timeout=timeout_s)
        if ready:
            ready, _ = ray.wait(refs, num_returns=len(refs), timeout=0)
        return ready

    def _finished(self, ref: ray.ObjectRef[Any]) -> Finished:
        flight = self._flights.pop(ref)
        try:
            found = ray.get(ref)
        except exceptions.RayError as error:
            if flight.is_neural:
                self._processes.end(ref)
            cause, text = _why(error)
            if cause == "node":
                self._see(self._lookout.look_again())
            took_s = flight.took_s(time.monotonic())
            if cause == "crashed" and (last_words := self._roll.last_words(flight.token)):
                return Finished(flight.task, None, "oom", last_words, True, took_s)  # noqa: FBT003
            return Finished(flight.task, None, cause, text, took_s=took_s)
        if isinstance(found, Done):
            self._processes.came_back(ref, found)
            found = found.rows
        return Finished(flight.task, found)

    def _look(self) -> list[Finished]:
        """Ask the lookout and the roll; end what they show to be lost or late."""
        self._see(self._lookout.nodes())
        self._must_have_room()
        is_known = self._ask_roll()
        lost = [*self._lost(), *self._overdue()]
        return [*lost, *self._take_back()] if is_known else lost

    def _see(self, nodes: Mapping[str, Node]) -> None:
        if nodes != self._nodes:
            self._nodes, there = nodes, list(nodes.values())
            self.lanes = Lanes(
                there, self._demand, is_neural=self._is_neural, workers=self._workers
            )

    def _must_have_room(self) -> None:
        """Raise `ClusterError` when nothing has been under way for long: there was work."""
        now = time.monotonic()
        if self._flights:
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = now
        elif now - self._idle_since > (GROWTH_S if self._grows() else NO_ROOM_S):
            try:
                must_have_room([*self._nodes.values()], self._demand, is_neural=self._is_neural)
            except ClusterError as error:
                why = (
                    f"the autoscaler has started no node for {GROWTH_S / 60:.0f} minutes that "
                    f"could do what is left (`ray status` on the head may say why): {error}"
                    if self._grows()
                    else f"nodes have gone, and now {error}"
                )
                raise ClusterError(f"{why} {AGAIN}") from None

    def _grows(self) -> bool:
        return self._growth is not None and self._growth.is_promised

    def _ask_roll(self) -> bool:
        """Note what has begun; say whether the roll has answered."""
        now = time.monotonic()
        flights = {flight.token: flight for flight in self._flights.values()}
        called = self._roll.called(flights)
        if called and self._incarnation not in {None, called.incarnation}:
            self._reborn = now
        for flight in flights.values():
            flight.is_unknown = called is None or flight.handed_over <= self._reborn
        if called is None:
            return False
        self._incarnation = called.incarnation
        for token, begun in called.begun.items():
            flights[token].note(begun, now)
        return True

    def _lost(self) -> list[Finished]:
        """Segments on nodes that have gone, of which Ray has had the time to tell and has not."""
        gone = {node for node, for_s in self._lookout.gone().items() if for_s > GONE_S}
        return [
            Finished(self._end(ref).task, None, "node", f"its node {flight.node} has gone")
            for ref, flight in list(self._flights.items())
            if flight.node in gone
        ]

    def _take_back(self) -> list[Finished]:
        """What had not begun when a node went, with no rows: it may wait there for ever."""
        gone = {node for node, for_s in self._lookout.gone().items() if for_s > GONE_S}
        if gone <= self._dealt_with:
            return []
        self._dealt_with = gone
        return [Finished(self._end(ref).task, {}) for ref, _ in self._waiting()]

    def withdraw(self) -> Sequence[Task]:
        """Take back what has not begun, if the roll can tell; nothing more is to come."""
        if self._growth:
            running = self._running()
            self._growth.want(Wanted(running.neural, running.plain))
        if not self._flights or not self._ask_roll():
            return []
        return [self._end(ref).task for ref, _ in self._waiting()]

    def _waiting(self) -> list[tuple[ray.ObjectRef[Any], Flight]]:
        return [(ref, flight) for ref, flight in self._flights.items() if flight.waits]

    def _overdue(self) -> list[Finished]:
        if (limit := self._demand.trial_s) is None:
            return []
        now = time.monotonic()
        why = f"longer than limits.trial_s = {limit} s"
        return [
            Finished(self._end(ref).task, None, "timeout", why, took_s=flight.took_s(now))
            for ref, flight in list(self._flights.items())
            if (deadline := flight.deadline(limit)) is not None and deadline < now
        ]

    def _end(self, ref: ray.ObjectRef[Any]) -> Flight:
        """End a segment, or forget it: whatever becomes of it, nobody will hear of it."""
        flight = self._flights.pop(ref)
        if flight.is_neural:
            self._processes.end(ref)
        else:
            ray.cancel(ref, force=True)
        return flight

    def close(self) -> None:
        """End what still runs."""
        if self._growth:
            self._growth.close()
        self._lookout.close()
        for ref in list(self._flights):
            self._end(ref)
        self._processes.close()
        self._roll.close()


def _why(error: exceptions.RayError) -> tuple[str, str]:
    """The cause of a death and what Ray says of it. Raises what is no death but a mistake."""
    if isinstance(error, exceptions.RayTaskError):
        if isinstance(error.cause, HarnessError):
            raise error.cause from None  # such as a framework that sees no GPU
        if not isinstance(error.cause, exceptions.RayError):
            raise error  # a bug of ours: `work` turns all that components raise into rows
        return "node", f"{type(error.cause).__name__}: {error.cause}"
    if isinstance(error, exceptions.LocalRayletDiedError):
        raise ClusterError(f"Ray has died on this machine ({error}). {AGAIN}") from error
    cause = next(cause for kind, cause in CAUSES if isinstance(error, kind))
    if isinstance(error, exceptions.ActorDiedError) and NODE_DIED in str(error):
        cause = "node"
    return cause, f"{type(error).__name__}: {error}"
