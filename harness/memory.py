"""The resident size of this process: now, and at its highest since some moment."""

from __future__ import annotations

import contextlib
import ctypes
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_STATM = Path("/proc/self/statm")
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # in glibc's malloc.h


def forget_peak() -> None:
    """Measure from now on; does nothing where only the peak of the whole process is known."""
    # 5 sets the high-water mark back to the present size (proc(5), since Linux 4.0), in some
    # 20 microseconds: nothing else of the process is touched.
    with contextlib.suppress(OSError):
        _CLEAR.write_text("5", encoding="ascii")


def peak_bytes() -> int:
    """Highest resident size, bytes: since `forget_peak` on Linux, elsewhere of the process."""
    if (found := _status("VmHWM")) is not None:
        return found
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # bytes there, KiB elsewhere


def now_bytes() -> int:
    """Resident size, bytes; where the system cannot tell, the highest so far."""
    found = _status("VmRSS")
    return peak_bytes() if found is None else found


def own_bytes() -> int | None:
    """Resident memory that is this process's alone, bytes; None where the system does not tell.

    Datasets that lie in an object store, and all other shared memory and mapped files, do not
    count; what the libraries allocate does.
    """
    try:
        _, resident, shared, *_ = _STATM.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    return (int(resident) - int(shared)) * resource.getpagesize()


@contextlib.contextmanager
def returned() -> Iterator[None]:
    """Arrays of 1 MiB and more that are made meanwhile go back to the system once they are freed.

    Otherwise glibc may keep some 50 MiB of them, in a process that then waits for other work
    (mallopt(3)). Where the C library is another one, this does nothing.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is None:
        yield
        return
    set_option(_MMAP_THRESHOLD, 2**20)
    try:
        yield
    finally:  # what glibc itself comes to where large arrays are made and freed
        set_option(_MMAP_THRESHOLD, 2**25)
        set_option(_TRIM_THRESHOLD, 2**26)


def _status(name: str) -> int | None:
    with contextlib.suppress(OSError):
        for line in _STATUS.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return None
