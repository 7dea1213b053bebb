"""`limits.memory_gb`, enforced: the process of a task that takes more ends itself.

Ray only schedules by the memory that a task asks for; its own killer waits until a node is nearly
full and then picks a victim. Here a thread looks at what its process has for itself. It can look
only when it gets Python's lock: a single call that allocates without letting go of that is noticed
when it returns, or by Ray's killer.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from harness import memory

EVERY_S = 0.05
OVER_LIMIT = 1  # the exit code


@contextmanager
def watched(memory_gb: float | None, leave: Callable[[str], None]) -> Iterator[None]:
    """Within the `with` block, end this process once it has more than `memory_gb` for itself.

    `leave` is told why before that. Does nothing without a limit, or where the system does not
    tell what a process has for itself.
    """
    if memory_gb is None or memory.own_bytes() is None:
        yield
        return
    is_over = threading.Event()
    watch = threading.Thread(target=_watch, args=(memory_gb, leave, is_over), daemon=True)
    watch.start()
    try:
        yield
    finally:
        is_over.set()
        watch.join()  # or it would end the process in the middle of the next task


def _watch(memory_gb: float, leave: Callable[[str], None], is_over: threading.Event) -> None:
    while True:
        held_gb = (memory.own_bytes() or 0) / 2**30
        if held_gb > memory_gb:
            try:
                leave(f"its process held {held_gb:.2f} GiB for itself; memory_gb is {memory_gb:g}")
            finally:  # whatever keeps it from being heard, it must not go on
                os._exit(OVER_LIMIT)
        if is_over.wait(EVERY_S):
            return
