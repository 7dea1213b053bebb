"""Has a cluster's autoscaler start nodes for the work that waits, as many as it can.

Tasks that wait at Ray would show it some of that, but of networks none is ever handed over before
it fits, and of all else two for each slot. So it is told, every few seconds and by a thread, how
many tasks there are, running and waiting: when they get fewer, it may end nodes.

What exceeds its limits it refuses as a whole. So the largest number that it grants is searched for,
of networks first.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from cluster.autoscaler import Autoscaler
from cluster.resources import Ask, Demand

EVERY_S = 5.0  # as often as the autoscaler looks
MOST = 1000  # tasks of a kind in one request: it takes its time over long ones
AGAIN_S = 300.0  # after which what was refused is asked for again: its limits may be others now
CLOSE_S = 15.0  # that the thread has to end


@dataclass(slots=True)
class Search:
    """The largest number of tasks that is granted, as far as is known."""

    granted: int = 0
    refused: int | None = None  # the smallest number that was

    def next(self, wanted: int) -> int:
        """What to ask for where `wanted` would be best: halfway between granted and refused."""
        if self.refused is None or wanted < self.refused:
            return wanted
        return (self.granted + self.refused) // 2

    def note(self, asked: int, *, is_granted: bool) -> None:
        """Take in the answer."""
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


class Requests:
    """What one autoscaler was asked for, and answered."""

    def __init__(self, autoscaler: Autoscaler, demand: Demand) -> None:
        self._autoscaler = autoscaler
        self._neural, self._plain = demand.neural.bundle(), demand.plain.bundle()
        self._last = Wanted()
        self._refused_at: float | None = None
        self._forget()

    def _forget(self) -> None:
        self.neural, self.plain = Search(), Search()

    def request(self, wanted: Wanted, now: float) -> None:
        """Ask for what is best of `wanted`, unless that is what was asked for last.

        `now` is of a steady clock. Raises what `Autoscaler.gives` does.
        """
        if self._refused_at is not None and now - self._refused_at > AGAIN_S:
            self._refused_at = None
            self._forget()
        neural = self.neural.next(min(wanted.neural, MOST))
        plain = self.plain.next(min(wanted.plain, MOST))
        is_more = neural > self.neural.granted
        if is_more:  # one kind at a time, or nobody knows which was refused
            plain = min(plain, self.plain.granted)
        ask = Wanted(neural, plain)
        if ask == self._last:
            return
        is_granted = self._autoscaler.gives([self._neural] * neural + [self._plain] * plain)
        self._last = ask
        if is_granted:
            self.neural.note(neural, is_granted=True)
            self.plain.note(plain, is_granted=True)
        else:
            self._refused_at = now
            search, refused = (self.neural, neural) if is_more or not plain else (self.plain, plain)
            search.note(refused, is_granted=False)


class Growth:
    """Asks until it is closed."""

    def __init__(self, autoscaler: Autoscaler, demand: Demand, every_s: float = EVERY_S) -> None:
        self._autoscaler = autoscaler
        self._requests = Requests(autoscaler, demand)
        self._every_s = every_s
        self._wanted = Wanted()
        self._is_closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="growth", daemon=True)
        self._thread.start()

    @property
    def is_promised(self) -> bool:
        """Whether the autoscaler has said that it has, or could have, room for any of the work."""
        return bool(self._requests.neural.granted or self._requests.plain.granted)

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
                self._requests.request(self._wanted, time.monotonic())
            except Exception:  # noqa: BLE001, S112 - Ray raises all sorts while its head is away
                continue


def could_start(autoscaler: Autoscaler) -> Callable[[Ask], bool]:
    """Tells whether a node could be started that one such task fits on."""

    def could(ask: Ask) -> bool:
        try:
            return autoscaler.gives([ask.bundle()])
        except TimeoutError:
            return False
        finally:
            autoscaler.release()  # the run may be refused for another reason

    return could
