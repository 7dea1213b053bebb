"""Ctrl-C once: finish what runs, store it, start nothing new. Twice: stop now."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def on_signals(say: Callable[[str], None]) -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether SIGINT or SIGTERM has come.

    The second signal raises `KeyboardInterrupt`. The handlers before are put back at the end.
    """
    seen = 0

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature
        nonlocal seen
        seen += 1
        if seen > 1:
            raise KeyboardInterrupt
        say("finishing what runs; once more to stop now")

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: seen > 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
