"""How much memory this process has, and had at most."""

from __future__ import annotations

import contextlib
import resource
import sys
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_STATM = Path("/proc/self/statm")


def forget_peak() -> None:
    """Measure from now on; does nothing where only the peak of the whole process is known."""
    # 5 sets the high-water mark back to the present size (proc(5), since Linux 4.0), in some
    # 20 microseconds: nothing else of the process is touched.
    with contextlib.suppress(OSError):
        _CLEAR.write_text("5", encoding="ascii")


def peak_bytes() -> int:
    """Highest resident size, bytes: since `forget_peak` on Linux, elsewhere of the process."""
    with contextlib.suppress(OSError):
        for line in _STATUS.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # bytes there, KiB elsewhere


def rss_bytes() -> int:
    """Resident size of this process now; where the system does not say, the highest so far."""
    try:
        pages = int(_STATM.read_text(encoding="ascii").split()[1])
    except OSError:
        return peak_bytes()
    return pages * resource.getpagesize()
