"""The roll: which segments have begun, where, and since when.

Ray tells a driver what became of a task, but not where it runs or whether it has begun. So workers
report to a small actor beside the driver, without waiting for it, and the driver asks it now and
then. All times are ages that the roll itself measures: no two machines' clocks are compared.

The roll may die: Ray starts it again, empty. Then what the driver has asked before is still known
to it, and what began in between has no place and no age until it ends.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import uuid4

import ray
from ray import exceptions
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

ANSWER_S = 5.0  # that the roll has to answer the driver
LAST_WORDS_S = 0.5  # that a worker waits for it before it ends itself: its memory goes on growing


@dataclass(frozen=True, slots=True)
class Begun:
    """A segment that a worker has begun."""

    node: str  # Ray's id of it
    since_s: float  # seconds ago when the roll was asked
    working_s: float | None  # seconds since its data were ready; None: they are not yet


@dataclass(frozen=True, slots=True)
class Called:
    """What the roll says of the segments that the driver asked about."""

    begun: Mapping[int, Begun]  # token -> where and since when
    incarnation: str  # another one than before: what was reported in between may be lost


class _Roll:
    def __init__(self) -> None:
        self._incarnation = uuid4().hex
        self._begun: dict[int, tuple[str, float]] = {}
        self._working: dict[int, float] = {}
        self._last_words: dict[int, str] = {}

    def begins(self, token: int, node: str) -> None:
        self._begun[token] = node, time.monotonic()

    def works(self, token: int) -> None:
        self._working[token] = time.monotonic()

    def says(self, token: int, last_words: str) -> None:
        self._last_words[token] = last_words

    def last_words(self, token: int) -> str | None:
        return self._last_words.get(token)

    def called(self, tokens: Collection[int]) -> Called:
        """Those of `tokens` that have begun; what is known of all others is forgotten."""
        for known in (self._begun, self._working, self._last_words):
            for token in known.keys() - set(tokens):
                del known[token]
        now = time.monotonic()
        begun = {
            token: Begun(
                node, now - at, now - self._working[token] if token in self._working else None
            )
            for token, (node, at) in self._begun.items()
        }
        return Called(begun, self._incarnation)


class Roll:
    """The driver's side."""

    def __init__(self) -> None:
        """Start one on this machine."""
        self.name = f"fewlabels-roll-{uuid4().hex}"
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        options: dict[str, Any] = {"num_cpus": 0, "max_restarts": -1, "scheduling_strategy": here}
        self._actor: Any = ray.remote(_Roll).options(name=self.name, **options).remote()

    def called(self, tokens: Collection[int]) -> Called | None:
        """Those of `tokens` that have begun, of all that have not ended; None: it does not say."""
        found: Called | None = self._ask(self._actor.called, tuple(tokens))
        return found

    def last_words(self, token: int) -> str | None:
        """Why a worker has ended itself; None: it has not, or nobody knows."""
        found: str | None = self._ask(self._actor.last_words, token)
        return found

    def close(self) -> None:
        """End it."""
        ray.kill(self._actor)

    @staticmethod
    def _ask(what: Any, about: Any) -> Any:
        try:
            return ray.get(what.remote(about), timeout=ANSWER_S)
        except exceptions.RayError:  # the roll is a help, whatever ails Ray
            return None


@lru_cache(maxsize=1)
def _found(name: str) -> Any:
    return ray.get_actor(name)


@lru_cache(maxsize=1)
def _node() -> str:
    return str(ray.get_runtime_context().get_node_id())


@dataclass(frozen=True, slots=True)
class Entry:
    """A worker's side: where it reports on the one segment that it does. Does without a roll."""

    roll: str  # its name
    token: int

    def begins(self) -> None:
        """Say so, and go on."""
        with suppress(ValueError):  # there is no actor of that name
            _found(self.roll).begins.options(num_returns=0).remote(self.token, _node())

    def works(self) -> None:
        """Say that its data are ready, and go on."""
        with suppress(ValueError):
            _found(self.roll).works.options(num_returns=0).remote(self.token)

    def leave(self, last_words: str) -> None:
        """Say why this process is about to end itself, and wait a moment for it to be heard."""
        with suppress(ValueError):
            heard = _found(self.roll).says.remote(self.token, last_words)
            ray.wait([heard], timeout=LAST_WORDS_S)
