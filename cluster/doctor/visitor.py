"""What looks at a node from within; needs nothing of fewlabels there.

Ray is sent this code and not its names (`visits.py`), since a node may have another fewlabels, or
none: so it imports what Python and Ray bring, and gives back plain values.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ASKED_S = 3.0  # that a door has to answer
SAID_S = 20.0  # that nvidia-smi has, which takes its time where no daemon keeps the driver loaded


class Visitor:
    """A process on a node."""

    def look(
        self,
        tell: Callable[[Mapping[str, Sequence[str]]], Mapping[str, str | None]],
        distributions: Mapping[str, Sequence[str]],
        doors: Mapping[str, str],
    ) -> dict[str, Any]:
        """What is there; `doors` are URLs by name, `tell` is a `question.question`."""
        import ray
        from ray._raylet import (  # type: ignore[attr-defined]
            AuthenticationMode,
            get_authentication_mode,
        )

        has_token = get_authentication_mode() == AuthenticationMode.TOKEN
        gpus, how = gpus_seen()
        return {
            "told": dict(tell(distributions)),
            "gpus": gpus,
            "gpus_by": how,
            "temp": free_of(ray.get_runtime_context().get_temp_dir()),
            "shm": free_of("/dev/shm"),  # noqa: S108 - where Ray keeps objects on Linux
            "memory_bytes": memory_bytes(),
            "auth": "token" if has_token else "no token",
            "doors": {name: answer_of(url) for name, url in doors.items()},
        }

    def now(self) -> float:
        """Seconds since 1970 by this node's clock."""
        return time.time()

    def fetched(self, data: bytes) -> str:
        """The SHA-256 of what came through Ray's object store."""
        return hashlib.sha256(data).hexdigest()


def gpus_seen() -> tuple[int, str]:
    """NVIDIA's GPUs on this machine, and how they were found: not what one process may use."""
    program = shutil.which("nvidia-smi")
    if program:
        try:
            said = subprocess.run(  # noqa: S603 - fixed arguments
                [program, "-L"], capture_output=True, text=True, timeout=SAID_S, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return 0, "nvidia-smi fails"
        return sum(line.startswith("GPU ") for line in said.stdout.splitlines()), "nvidia-smi"
    names = os.listdir("/dev") if os.path.isdir("/dev") else []  # noqa: PTH112, PTH208
    return sum(n.removeprefix("nvidia").isdigit() for n in names if n.startswith("nvidia")), "/dev"


def free_of(folder: str) -> tuple[str, int, int] | None:
    """The folder, and the free and all bytes of its disk; None: there is no such folder."""
    try:
        found = shutil.disk_usage(folder)
    except OSError:
        return None
    return folder, found.free, found.total


def memory_bytes() -> int | None:
    """All of this machine's, or of its container's; None: it does not say."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return whole
    return min(whole, int(limit)) if limit.isdigit() else whole


def answer_of(url: str) -> int | None:
    """The HTTP status that a stranger gets; None: nobody answers."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=ASKED_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return int(refused.code)
    except (OSError, ValueError, http.client.HTTPException):  # the latter for what is no HTTP
        return None
