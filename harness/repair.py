"""What must go when a file was lost, so that a run goes on as if it had not come that far."""

from __future__ import annotations

from functools import reduce
from operator import or_

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from harness import environment
from harness.arrays import Mask
from harness.errors import RunFolderError
from harness.gaps import out_of_place
from harness.store import RunFolder

_COMPUTED = ("acquisitions", "evaluations", "references", "trials")


def repair(folder: RunFolder) -> list[str]:
    """Remove what was computed from rows that are gone; a line for each table.

    Rounds and trials behind a gap, tests after rounds and ends of acquisitions that are not there:
    the same comes again when the sweep is run. The folder must be open for writing. Raises
    `RunFolderError` where nobody knows any more which libraries computed what is left.
    """
    _check_environments(folder)
    lines = []
    for table, id_, number in (
        ("rounds", "acquisition_id", "round"),
        ("trials", "study_id", "number"),
    ):
        found = folder.read(table, [id_, number])
        wrong = out_of_place(found.column(id_), found.column(number))
        lines += _remove(folder, table, found, wrong)
    rounds = folder.read("rounds", ["acquisition_id", "n_labels"])
    found = folder.read("evaluations", ["acquisition_id", "n_labels"])
    lines += _remove(folder, "evaluations", found, ~_are_in(found, rounds))
    counts = rounds.group_by("acquisition_id").aggregate([([], "count_all")]).to_pydict()
    n_rounds = dict(zip(counts["acquisition_id"], counts["count_all"], strict=True))
    found = folder.read("acquisitions", ["acquisition_id", "n_rounds"])
    ends = zip(*found.to_pydict().values(), strict=True)
    lost = np.array([n > n_rounds.get(id_, 0) for id_, n in ends], dtype=bool)
    lines += _remove(folder, "acquisitions", found, lost)
    return lines


def _remove(folder: RunFolder, table: str, found: pa.Table, wrong: Mask) -> list[str]:
    """Remove the rows `wrong` of `found`, which has an id and a number that together name one."""
    if not wrong.any():
        return []
    id_, number = found.column_names
    rows = found.filter(pa.array(wrong)).group_by(number).aggregate([(id_, "list")])
    parts = [
        (pc.field(number) == row[number]) & pc.field(id_).isin(row[f"{id_}_list"])
        for row in rows.to_pylist()
    ]
    folder.supersede(table, reduce(or_, parts), [])
    n = int(wrong.sum())
    return [f"{table}: {n} rows that came of lost ones are removed, and computed again"]


def _are_in(rows: pa.Table, others: pa.Table) -> Mask:
    known = set(zip(*others.to_pydict().values(), strict=True))
    here = zip(*rows.to_pydict().values(), strict=True)
    return np.array([row in known for row in here], dtype=bool)


def _check_environments(folder: RunFolder) -> None:
    known = folder.read("environments", ["environment_id"]).column(0).to_pylist()
    used = {
        id_
        for table in _COMPUTED
        for id_ in pc.unique(folder.read(table, ["environment_id"]).column(0)).to_pylist()
    }
    if lost := used - {*known, environment.describe()["environment_id"]}:
        raise RunFolderError(
            f"{folder.shown(folder.root / 'environments')} lacks {', '.join(sorted(lost))}, "
            "so nobody knows "
            "which library versions computed a part of this run; choose another --out"
        )
