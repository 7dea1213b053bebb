"""Do one acquisition, study, trial or reference of a run again, and compare with what is stored.

All of it happens in this process, and the run folder is only read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from harness import environment
from harness.again import Again
from harness.cell import Acquisition, Reference, Study
from harness.classifiers.needs import NEURAL
from harness.compare import Compared, compare
from harness.errors import RunFolderError
from harness.ids import Named
from harness.placement import began_with
from harness.problem_cache import ProblemCache
from harness.store import RunFolder
from harness.stored import Stored, Work, planned

TABLES = ("acquisitions", "rounds", "evaluations", "trials", "references")
SHOWN = 20  # differences


@dataclass(frozen=True)
class Rerun:
    """What was done again, and how it compares."""

    title: str
    compared: tuple[Compared, ...]  # of each table that has rows of it
    notes: tuple[str, ...]  # what was left out and why, and what may explain a difference

    @property
    def differences(self) -> list[str]:
        """A line each; how an acquisition ended comes first."""
        return [line for of_table in self.compared for line in of_table.differences]

    def __str__(self) -> str:
        """Return one line where all is equal, else one for each of the first differences; notes."""
        counts = ", ".join(_counted(c.n_rows, c.table) for c in self.compared)
        head, lines = f"{self.title}: {counts} recomputed, ", self.differences
        if lines:
            head += f"{_counted(len(lines), 'differences')}:"
        else:
            head += f"all equal in {sum(c.n_columns for c in self.compared)} columns"
        more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
        return "\n  ".join([head, *lines[:SHOWN], *more, *self.notes])


def rerun(folder: RunFolder, named: Named, tell: Callable[[str], None]) -> Rerun:
    """Do `named` again; `tell` hears how far it is.

    Raises `RunFolderError` where nothing can be compared, and what `stored.planned` raises.
    """
    stored = Stored.read(folder, named)
    work, plan, corpus = planned(stored)
    _must_have_its_device(stored, work)
    again = Again(stored, plan, ProblemCache(corpus), tell)
    match work:
        case Acquisition():
            again.acquisition(work)
        case Study():
            again.study(work, named.trial)
        case Reference():
            again.reference(work)
    compared = tuple(
        compare(table, again.before.get(table, []), again.now.get(table, []))
        for table in TABLES
        if again.before.get(table) or again.now.get(table)
    )
    if not compared:
        raise RunFolderError(f"{stored.title} cannot be recomputed: {'; '.join(again.notes)}")
    done = Rerun(stored.title, compared, tuple(again.notes))
    return replace(done, notes=(*done.notes, *_other_cpus(folder))) if done.differences else done


def _must_have_its_device(stored: Stored, work: Work) -> None:
    acquisition = work.acquisition if isinstance(work, Study) else work
    needs, setting = acquisition.curve.needs, acquisition.setting
    if needs == NEURAL and setting.neural.device == "gpu" and environment.gpu() is None:
        raise RunFolderError(
            f"{stored.title} was computed on a GPU, and this machine has none; a CPU would give "
            f"other numbers. Rerun it where there is one."
        )


def other_versions(folder: RunFolder) -> list[str]:
    """The numeric libraries that have changed since the run was computed, an entry each."""
    backend = began_with(folder).get("backend", "")
    now = environment.numeric_versions(backend)
    stored = folder.read("environments", ["versions"]).column("versions").to_pylist()
    changed = [
        line for versions in stored for line in environment.differences(versions, now, backend)
    ]
    return list(dict.fromkeys(changed))


def _other_cpus(folder: RunFolder) -> list[str]:
    """What to remember of a difference: equal numbers are promised per CPU family."""
    here = environment.describe()["cpu"]
    stored = dict.fromkeys(folder.read("environments", ["cpu"]).column("cpu").to_pylist())
    others = [cpu for cpu in stored if cpu != here]
    if not others:
        return []
    return [f"computed on {', '.join(others)}; this is {here}: another CPU may round otherwise"]


def _counted(n: int, many: str) -> str:
    """`1 trial`, `2 trials`."""
    return f"{n} {many.removesuffix('s') if n == 1 else many}"
