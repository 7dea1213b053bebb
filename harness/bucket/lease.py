"""One writer at a time, as far as one can know: who writes, and a sign of life every few seconds.

This is for the message to the second one, and decides nothing: what keeps two writers apart is the
manifest, which only one of them can change (`published`). Clocks of two machines are compared
nowhere. How old a sign of life is, the store tells by its own clock, and waiting shows whether
another one comes.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from datasets.visible import say
from harness.bucket.manifest import OWN
from harness.bucket.objects import Found, Objects
from harness.bucket.probe import must_keep_conditions
from harness.environment import host
from harness.errors import BucketError, NoObject, Overtaken, RunFolderError
from harness.lock import is_gone

WRITER = f"{OWN}writer"
BEAT_S = 10.0
DEAD_S = 45.0  # without a sign of life; so long a killed driver on another host holds others up
LOOK_S = 2.0
MOST_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class _Sign:
    """That `who` writes; `beat` counts the signs of life. Free: nobody does."""

    token: str
    who: str
    beat: int = 0
    is_free: bool = False

    def encode(self) -> bytes:
        known = {"token": self.token, "who": self.who, "beat": self.beat, "is_free": self.is_free}
        return json.dumps(known).encode()


@contextlib.contextmanager
def holding(objects: Objects, token: str) -> Iterator[None]:
    """Be the one who writes, until the end of the block or of the process.

    Raises `RunFolderError` where somebody else is. Takes up to `DEAD_S` where one was killed on
    another host, or is cut off.
    """
    mine = _Sign(token, f"process {os.getpid()} on {host()}")
    etag = _taken(objects, mine)
    must_keep_conditions(objects, WRITER, mine.encode())
    over = threading.Event()
    beats = _Beats(objects, mine, etag)
    thread = threading.Thread(target=beats.go_on, args=[over], daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        beats.end()


def _taken(objects: Objects, mine: _Sign) -> str:
    before: bytes | None = None
    began = time.monotonic()
    while True:
        found = _found(objects)
        is_alive = before is not None and found is not None and found.content != before
        if found and is_alive and not _sign(found).is_free:
            raise RunFolderError(
                f"{objects.address} is being written by {_sign(found).who}; wait for it, or stop "
                "it first"
            )
        waited_s = time.monotonic() - began  # for stores whose answers tell no time
        if found is None or _may_be_taken(found) or waited_s > DEAD_S:
            with contextlib.suppress(Overtaken):  # by another one who waited, too: look again
                return objects.swap(WRITER, mine.encode(), found.etag if found else None)
            continue
        if before is None:
            say(
                f"waiting for a sign of life of {_sign(found).who}, which wrote {objects.address} "
                f"{found.age_s:.0f} s ago",
                err=True,
            )
        before = found.content
        time.sleep(LOOK_S)


def _found(objects: Objects) -> Found | None:
    try:
        return objects.get(WRITER, MOST_BYTES)
    except NoObject:
        return None


def _sign(found: Found) -> _Sign:
    """What it says; what cannot be read is somebody's who can still be alive."""
    try:
        said = json.loads(found.content)
        return _Sign(str(said["token"]), str(said["who"]), 0, said["is_free"] is True)
    except (ValueError, TypeError, KeyError, RecursionError):
        return _Sign("", "somebody")


def _may_be_taken(found: Found) -> bool:
    sign = _sign(found)
    return sign.is_free or is_gone(sign.who) or found.age_s > DEAD_S


class _Beats:
    """Signs of life."""

    def __init__(self, objects: Objects, sign: _Sign, etag: str) -> None:
        self._objects, self._sign, self._etag = objects, sign, etag
        self._is_lost = False

    def go_on(self, over: threading.Event) -> None:
        while not over.wait(BEAT_S):
            self._give(is_free=False)

    def end(self) -> None:
        """Say that nobody writes any more."""
        self._give(is_free=True)

    def _give(self, *, is_free: bool) -> None:
        """Failing is no matter: the next one may come through, and the manifest decides."""
        if self._is_lost:
            return
        self._sign = replace(self._sign, beat=self._sign.beat + 1, is_free=is_free)
        try:
            self._etag = self._objects.swap(WRITER, self._sign.encode(), self._etag)
        except Overtaken:
            # By an earlier sign of ours that seemed to have failed, or by a successor.
            with contextlib.suppress(BucketError):
                found = self._objects.get(WRITER, MOST_BYTES)
                self._is_lost = _sign(found).token != self._sign.token
                self._etag = found.etag
        except BucketError:
            pass
