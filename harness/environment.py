"""Where a number was computed: versions, code, machine. Imports none of what it describes."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from harness.schema import FRAMEWORKS, NUMERIC, Row

_OTHERS = ("ray", "pandas", "pyarrow", "threadpoolctl", "scikit-activeml", "fewlabels")
_FRAMEWORKS = tuple(dict.fromkeys(name for names in FRAMEWORKS.values() for name in names))
_ALSO_NAMED = {"xgboost": "xgboost-cpu", "tensorflow": "tensorflow-cpu"}  # same import name


def describe() -> Row:
    """The row of `environments/` for this process; read once for what GPUs it may see."""
    return dict(_described(os.environ.get("CUDA_VISIBLE_DEVICES")))


@functools.cache
def _described(visible: str | None) -> Row:  # noqa: ARG001 - `gpu` looks at it
    row: Row = {
        "python": platform.python_version(),
        "versions": json.dumps(_versions((*NUMERIC, *_OTHERS, *_FRAMEWORKS)), sort_keys=True),
        "git_commit": _git_commit(Path(__file__).parent.parent),
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpu": _cpu(),
        "gpu": gpu(),
    }
    digest = hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()
    return {"environment_id": digest[:12], **row}


def numeric_versions(backend: str = "") -> dict[str, str]:
    """Installed versions of the libraries that can change a number; networks' with a `backend`."""
    return _versions(_numeric(backend))


def distributions(backend: str = "") -> dict[str, tuple[str, ...]]:
    """What `numeric_versions` tells of, and Ray, with the names that each may be installed under.

    For processes that have no fewlabels to ask.
    """
    return {
        package: (package, *filter(None, [_ALSO_NAMED.get(package)]))
        for package in ("ray", *_numeric(backend))
    }


def differences(stored_versions: str, now: Mapping[str, str], backend: str = "") -> list[str]:
    """What changed since the `versions` column of `environments/`, as "scipy 1.17, now 1.18"."""
    stored = json.loads(stored_versions)
    return [
        f"{name} {stored.get(name, 'not installed')}, now {now.get(name, 'not installed')}"
        for name in _numeric(backend)
        if stored.get(name) != now.get(name)
    ]


def _numeric(backend: str) -> tuple[str, ...]:
    return (*NUMERIC, *FRAMEWORKS.get(backend, ()))


def host() -> str:
    """The name of this machine."""
    return platform.node()


def _versions(packages: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for package in packages:
        for name in (package, _ALSO_NAMED.get(package, package)):
            try:
                found[package] = metadata.version(name)
            except metadata.PackageNotFoundError:
                continue
            break
    return found


def _git_commit(checkout: Path) -> str | None:
    """The commit of `checkout`, "-dirty" behind it if files differ from it; None: not known."""
    if not (checkout / ".git").exists():
        return None
    return _said(
        "git", "-C", str(checkout), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"
    )


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    apple = _said("sysctl", "-n", "machdep.cpu.brand_string") if sys.platform == "darwin" else None
    return next(iter(names), None) or apple or platform.machine()


def gpu() -> str | None:
    """Model names of the GPUs, unless this process may use none."""
    if os.environ.get("CUDA_VISIBLE_DEVICES") in {"", "-1"}:
        return None
    names = _said("nvidia-smi", "--query-gpu=name", "--format=csv,noheader")
    return ", ".join(sorted(set(names.splitlines()))) if names else None


def _said(program: str, *arguments: str) -> str | None:
    """What `program` prints; None where it is absent, fails, hangs or says nothing."""
    path = shutil.which(program)
    if path is None:
        return None
    quiet = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        run = subprocess.run(  # noqa: S603 (fixed arguments)
            [path, *arguments], capture_output=True, text=True, timeout=20, check=True, env=quiet
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return run.stdout.strip() or None
