"""Where a run shall go: a folder that can be written, on a disk that has room for it.

Found out before Ray starts and before anything is computed. How much a run writes is an estimate:
bytes per row as measured on full files of today's schema, and every round and trial counts, though
some may end early. Of eight finished runs, on 2 and 10 classes, with batches of 1 to 500 rows, it
says 1.2 to 2.9 times what they hold. Of confusion matrices alone, made for 2 to 500 classes, 400 to
40,000 test rows, and answers from right in 80 % to drawn by lot, it says 1.0 to 4.3 times.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from math import lgamma, log
from pathlib import Path

from harness.corpus import Corpus, sizes
from harness.errors import RunFolderError
from harness.ledger import Ledger
from harness.plan import Plan
from harness.store import RunFolder

TABLE_BYTES = 40_000  # of one that has any rows: its files' descriptions of so many columns
TRIAL_BYTES = 320  # of a reference as well
EVALUATION_BYTES = 120
MATRIX_SPREAD = 2.0  # of a confusion matrix: its bytes per bit that it may hold, as stored
ROUND_BYTES, LABEL_BYTES = 25, 2.7  # of a round; of each row bought in it
STOP_SET_BYTES = 150  # of a round whose strategy asks a model: what it says of the stop set
ACQUISITION_BYTES = 40
# A file is written beside the one it replaces, and replacing rows does so with all files at once.
SPARE = 2.0
SPARE_BYTES = 2_000_000


def is_new(root: Path) -> bool:
    """Whether a run would begin at `root`: nothing is there, or an empty folder."""
    try:
        return not root.exists() or (root.is_dir() and not any(root.iterdir()))
    except OSError:
        return False  # `must_be_a_place` says why


def must_be_a_place(root: Path) -> None:
    """Raise `RunFolderError` where `root` is neither a run nor can become one; only looks."""
    RunFolder.check(root)
    for path in (root, *root.absolute().parents):
        if path.is_symlink() and not path.exists():
            raise RunFolderError(
                f"no run can be at {root}: {path} is a link to {path.readlink()}, which is not "
                "there. Remove it, or choose another --out."
            )


def must_take_a_run(root: Path) -> None:
    """Raise `RunFolderError` unless a run can begin at `root`; leaves nothing behind."""
    must_be_a_place(root)
    nearest = next(path for path in (root, *root.absolute().parents) if path.exists())
    try:
        tempfile.TemporaryDirectory(prefix=".fewlabels.", dir=nearest).cleanup()
    except OSError as error:
        raise RunFolderError(
            f"no run can be written to {root}: {nearest}: {error.strerror}. Choose another --out."
        ) from error


def bytes_to_come(ledger: Ledger, matrix_bytes: Mapping[str, float]) -> int:
    """About what is left of a plan will take on disk; `matrix_bytes` is that of `matrices`."""
    total = 0.0

    def tested(n_bytes: int, label: str) -> float:
        return n_bytes + matrix_bytes[label]

    for study in ledger.studies.values():
        label = study.study.acquisition.curve.dataset.label
        total += tested(TRIAL_BYTES, label) * study.n_missing
    for state in ledger.acquisitions.values():
        acquisition = state.acquisition
        labels = 0 if state.ended else acquisition.budgets[-1] - state.bought
        rounds = labels / acquisition.setting.labelling.batch
        total += (ROUND_BYTES + STOP_SET_BYTES) * rounds + LABEL_BYTES * labels
        total += ACQUISITION_BYTES * (not state.ended)
        if ledger.tests_every_round:
            row = tested(EVALUATION_BYTES, acquisition.curve.dataset.label)
            total += row * (rounds + len(state.untested))
    for reference in ledger.references.values():
        if reference.id not in ledger.done_references:
            total += tested(TRIAL_BYTES, reference.curve.dataset.label)
    tables = 4 + ledger.tests_every_round
    return int(total + TABLE_BYTES * tables) if total else 0


def matrices(plan: Plan, corpus: Corpus) -> dict[str, float]:
    """About the bytes of a confusion matrix of each dataset as stored, by label."""
    splitting = plan.sweep.registry, plan.sweep.setting.split
    return {
        label: matrix_bytes(len(prepared.table.classes), sizes(prepared, *splitting)[1])
        for label, prepared in corpus.items()
    }


def matrix_bytes(n_classes: int, n_test: int) -> float:
    """About what one takes, once compressed: no more than twice what tells it from all others.

    There are C(n_test + n_classes² - 1, n_test) of them, so that with many classes, where most
    cells are zero, the test rows count and not the cells.

    >>> [round(matrix_bytes(n, 4_000)) for n in (2, 10, 50, 200, 500)]
    [8, 167, 1560, 4833, 7418]
    """
    cells = n_classes**2
    ways = lgamma(n_test + cells) - lgamma(n_test + 1) - lgamma(cells)
    return MATRIX_SPREAD * ways / log(2) / 8


def free_bytes(root: Path) -> int:
    """What is free where `root` is or will be. Raises `RunFolderError`."""
    nearest = next(path for path in (root, *root.absolute().parents) if path.exists())
    try:
        return shutil.disk_usage(nearest).free
    except OSError as error:
        raise RunFolderError(f"cannot use {nearest}: {error.strerror}") from error


def must_have_room(plan: Plan, corpus: Corpus, root: Path, folder: RunFolder | None) -> None:
    """Raise `RunFolderError` where the disk of `root` is too full for what is left of `plan`.

    `folder` is the run that is there already, if any. It is only read where that may matter.
    """
    free, each = free_bytes(root), matrices(plan, corpus)
    if free < _needed(bytes_to_come(Ledger(plan), each)):
        coming = bytes_to_come(Ledger.read(plan, folder), each)
        if why := too_little(free, coming):
            raise RunFolderError(f"{size(free)} are free at {root}, and {why}")


def too_little(free: int, coming: int) -> str:
    """Why `free` bytes do not do where `coming` will be written; empty: they do."""
    if free >= (needed := _needed(coming)):
        return ""
    return (
        f"this run wants {size(needed)}: about {size(coming)} to write, and as much and "
        f"{size(SPARE_BYTES)} to replace files. Make room, or choose another --out."
    )


def _needed(coming: int) -> int:
    return int(SPARE * coming) + SPARE_BYTES if coming else 0


def size(n_bytes: float) -> str:
    """A number of bytes, in words.

    >>> size(15_300), size(2_140_000), size(71_000_000_000)
    ('15 kB', '2.1 MB', '71 GB')
    """
    unit, step = "kB", 1e3
    for larger, its_step in (("MB", 1e6), ("GB", 1e9)):
        if n_bytes >= its_step:
            unit, step = larger, its_step
    n = n_bytes / step
    return f"{n:.{1 if n < 10 else 0}f} {unit}"  # noqa: PLR2004
