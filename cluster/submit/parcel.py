"""What a run needs on a machine that has none of it: one zip file, a job's working_dir.

    sweep.yaml                       with all defaults and --set in it
    components/NAME.py               its component files
    cache/datasets/NAME/CONTENT/...  imported datasets, by the checksum of what was read
    cache/datasets/NAME/current      says that CONTENT is the one to use

Equal runs make equal files, which Ray, naming them by their bytes, takes once.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import yaml

from datasets import cache
from harness.corpus import Corpus
from harness.destination import size
from harness.errors import ClusterError
from harness.sweep import Sweep

SWEEP = "sweep.yaml"
CACHE = "cache"
# Larger uploads are refused: DASHBOARD_CLIENT_MAX_SIZE in ray/_private/ray_constants.py, Ray 2.60.
MOST_BYTES = 100 * 2**20
NAMES_BYTES = 1_000  # of a zip file, for each of its members: its descriptions, at most
BEGAN = (1980, 1, 1, 0, 0, 0)  # every member's time

Contents = Mapping[str, bytes | Path]  # by place in the zip file


def contents(sweep: Sweep, corpus: Corpus) -> Contents:
    """What travels. Raises `ClusterError` with all that cannot."""
    text = yaml.safe_dump(dict(sweep.resolved), sort_keys=False, allow_unicode=True)
    found: dict[str, bytes | Path] = {SWEEP: text.encode()}
    found |= {f"components/{file.name}": file.text.encode() for file in sweep.files}
    problems = []
    for label, prepared in corpus.items():
        component = prepared.component
        if path := component.params.get("path"):
            problems.append(f"datasets, {label}: {path} is a file of this machine, by its path")
        elif cache.current(component.name) == prepared.table.content:
            at = PurePosixPath(CACHE)
            files = cache.entry(component.name, prepared.table.content)
            found |= {str(at / place): file for place, file in files.items()}
            pointer = at / "datasets" / component.name / "current"
            found[str(pointer)] = f"{prepared.table.content}\n".encode()
    if problems:
        raise ClusterError(
            "\n  ".join(["not everything can be sent to the cluster:", *problems])
            + f"\n{_INSTEAD.format(sweep=sweep.name)}"
        )
    _must_fit(found, sweep.name)
    return found


_INSTEAD = (
    "Copy the sweep and its data to the cluster's head, and there: fewlabels run SWEEP --address "
    "auto --out ~/fewlabels/runs/{sweep}"
)


def _must_fit(found: Contents, name: str) -> None:
    sizes = {
        place: len(what) if isinstance(what, bytes) else what.stat().st_size
        for place, what in found.items()
    }
    if sum(sizes.values()) + NAMES_BYTES * len(sizes) < MOST_BYTES:
        return
    tables = {place: n for place, n in sizes.items() if place.endswith(".parquet")}
    shown = ", ".join(f"{place.split('/')[2]} {size(n)}" for place, n in tables.items())
    raise ClusterError(
        f"Ray's Jobs API takes no more than {size(MOST_BYTES)}, and this run needs "
        f"{size(sum(sizes.values()))} ({shown}). {_INSTEAD.format(sweep=name)}"
    )


def write(found: Contents, path: Path) -> Path:
    """Write the zip file. Raises `ClusterError` where that fails."""
    try:
        with zipfile.ZipFile(path, "x") as packed:
            for place, what in sorted(found.items()):
                member = zipfile.ZipInfo(place, BEGAN)
                member.external_attr = 0o600 << 16
                packed.writestr(member, what if isinstance(what, bytes) else what.read_bytes())
    except OSError as error:
        raise ClusterError(f"what is to be sent cannot be written: {error}") from error
    return path
