"""Has a cluster's autoscaler start nodes for the work that waits, as many as it can.

Tasks that wait at Ray would show it some of that, but of networks none is ever handed over before
it fits, and of all else two for each slot. So it is told, every few seconds and by a thread, how
many tasks there are, running and waiting: when they get fewer, it may end nodes.

What exceeds its limits it refuses as a whole. So the largest number that it grants is searched for,
of networks first.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread

from ray.exceptions import RayError

from cluster.autoscaler import Autoscaler
from cluster.resources import Ask, Demand
from harness.errors import ClusterError

EVERY_S = 5.0  # as often as the autoscaler looks
MOST = 1000  # tasks of a kind in one request: it takes its time over long ones
AGAIN_S = 300.0  # after which what was refused is asked for again: its limits may be others now
CLOSE_S = 15.0  # that the thread has to end
AWAY = (RayError, OSError, RuntimeError)  # what Ray raises while its head is; TimeoutError, too


@dataclass(slots=True)
class Search:
    """The largest number of tasks that is granted, as far as is known."""

    granted: int = 0
    refused: int | None = None  # the smallest number that was
    is_doubted: bool = False  # more may be granted now than once was

    @property
    def is_promised(self) -> bool:
        """Whether any is granted, or it is still searched for how few are."""
        return self.granted > 0 or (self.refused or 0) > 1

    def doubt(self) -> None:
        """Ask again, first for one more than is granted: a refusal leaves nothing asked for."""
        if self.refused is not None:
            self.refused, self.is_doubted = None, True

    def next(self, wanted: int) -> int:
        """What to ask for where `wanted` would be best: halfway between granted and refused."""
        if self.refused is None:
            return min(wanted, self.granted + 1) if self.is_doubted else wanted
        if wanted < self.refused:
            return wanted
        return (self.granted + self.refused) // 2

    def note(self, asked: int, *, is_granted: bool) -> None:
        """Take in the answer."""
        if asked > self.granted:
            self.is_doubted = False
        if is_granted:
            self.granted = max(self.granted, asked)
        else:
            self.refused = asked
            if self.granted >= asked:  # limits have changed, or other work has taken the nodes
                self.granted = asked // 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """Tasks that could run at the same time, if there were room."""

    neural: int = 0
    plain: int = 0

    def limited(self, workers: int | None, demand: Demand) -> Wanted:
        """With at most so many `workers` on CPUs, of which networks without a GPU come first."""
        if workers is None:
            return self
        if demand.neural.gpus:
            return Wanted(self.neural, min(self.plain, workers))
        neural = min(self.neural, workers)
        return Wanted(neural, min(self.plain, workers - neural))


class Requests:
    """What one autoscaler was asked for, and answered."""

    def __init__(self, autoscaler: Autoscaler, demand: Demand) -> None:
        self._autoscaler = autoscaler
        self._neural, self._plain = demand.neural.bundle(), demand.plain.bundle()
        self.neural, self.plain = Search(), Search()
        self._last = Wanted()
        self._refused_at: float | None = None

    def request(self, wanted: Wanted, now: float, over: Event) -> None:
        """Ask for what is best of `wanted`, unless that is what was asked for last.

        Where it is refused, at once for less: until then nothing is asked for. `now` is of a
        steady clock. Raises what `Autoscaler.gives` does.
        """
        if self._refused_at is not None and now - self._refused_at > AGAIN_S:
            self._refused_at = None
            self.neural.doubt()
            self.plain.doubt()
        while self._is_refused(wanted, over):
            self._refused_at = now

    def _is_refused(self, wanted: Wanted, over: Event) -> bool:
        neural = self.neural.next(min(wanted.neural, MOST))
        plain = self.plain.next(min(wanted.plain, MOST))
        is_more = neural > self.neural.granted
        if is_more:  # one kind at a time, or nobody knows which was refused
            plain = min(plain, self.plain.granted)
        ask = Wanted(neural, plain)
        if ask == self._last:
            return False
        bundles = [self._neural] * neural + [self._plain] * plain
        is_granted = self._autoscaler.gives(bundles, over)
        self._last = ask
        if is_granted:
            self.neural.note(neural, is_granted=True)
            self.plain.note(plain, is_granted=True)
        else:
            search, refused = (self.neural, neural) if is_more or not plain else (self.plain, plain)
            search.note(refused, is_granted=False)
        return not is_granted


class Growth:
    """Asks until it is closed."""

    def __init__(self, autoscaler: Autoscaler, demand: Demand, every_s: float = EVERY_S) -> None:
        self._autoscaler = autoscaler
        self._requests = Requests(autoscaler, demand)
        self._every_s = every_s
        self._wanted = Wanted()
        self._is_closed = Event()
        self._thread = Thread(target=self._run, name="growth", daemon=True)
        self._thread.start()

    @property
    def is_promised(self) -> bool:
        """Whether the autoscaler has room for any of the work, could have it, or may say so yet."""
        return self._requests.neural.is_promised or self._requests.plain.is_promised

    def want(self, wanted: Wanted) -> None:
        """Note what there is to do; returns at once."""
        self._wanted = wanted

    def close(self) -> None:
        """Ask for nothing any more: Ray keeps what was asked last for ever."""
        self._is_closed.set()
        self._thread.join(CLOSE_S)
        try:
            self._autoscaler.release()
        except Exception:  # noqa: BLE001 - a head that is gone asks nobody for nodes
            return

    def _run(self) -> None:
        while not self._is_closed.wait(self._every_s):
            try:
                self._requests.request(self._wanted, time.monotonic(), self._is_closed)
            except AWAY:
                continue


def could_start(autoscaler: Autoscaler) -> Callable[[Ask], bool]:
    """Tells whether a node could be started that one such task fits on.

    What it gives raises `ClusterError` where the autoscaler does not answer.
    """

    def could(ask: Ask) -> bool:
        try:
            return autoscaler.gives([ask.bundle()], Event())
        except TimeoutError as error:
            raise ClusterError(
                f"a task asks for {ask}, no node has that, and whether one could be started "
                f"is not known: {error}. `ray status` on the head may say why. Or ask for less "
                "in the sweep (threads, limits.memory_gb, resources.neural, neural.device)."
            ) from error
        finally:
            autoscaler.release()  # the run may be refused for another reason

    return could
