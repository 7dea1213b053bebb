"""What a run folder holds under a sweep's names that is not the sweep's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from harness.plan import Plan
from harness.schema import AXES
from harness.store import RunFolder


def conflicts(plan: Plan, folder: RunFolder) -> list[str]:
    """Results in the folder under this sweep's names that were made otherwise, or under others.

    One line each: continuing would mix them with the sweep's own in every table.
    """
    planned: dict[tuple[object, ...], str] = {}
    for acquisition in plan.acquisitions:
        labels = tuple(acquisition.curve.labels.values())
        planned[(*labels, acquisition.repeat)] = acquisition.id
    found = list(_other(folder, "rounds", "acquisition_id", [*AXES, "repeat"], planned))
    found += _other(folder, "acquisitions", "acquisition_id", [*AXES, "repeat"], planned)
    planned = {
        (*s.acquisition.curve.labels.values(), s.acquisition.repeat, s.budget): s.id
        for s in plan.studies
    }
    found += _other(folder, "trials", "study_id", [*AXES, "repeat", "budget"], planned)
    planned = {(*list(r.curve.labels.values())[:-1], r.repeat): r.id for r in plan.references}
    found += _other(folder, "references", "reference_id", [*AXES[:-1], "repeat"], planned)
    return list(dict.fromkeys(found))


def missing_seeds(plan: Plan, folder: RunFolder) -> list[int]:
    """The seeds at the end of the stored sweep's list that the plan's does not name any more."""
    stored = (folder.sweep().get("split") or {}).get("seeds") or []
    now = plan.sweep.setting.split.seeds
    return stored[len(now) :] if now and stored[: len(now)] == list(now) else []


def _other(
    folder: RunFolder,
    table: str,
    id_: str,
    key: Sequence[str],
    planned: dict[tuple[object, ...], str],
) -> Iterator[str]:
    stored = folder.read(table, [id_, *key])
    for column in range(stored.num_columns):
        if pa.types.is_dictionary(stored.schema.field(column).type):
            plain = pc.cast(stored.column(column), pa.string())
            stored = stored.set_column(column, stored.schema.field(column).name, plain)
    names_of = {planned_id: names for names, planned_id in planned.items()}
    for row in stored.group_by([id_, *key]).aggregate([]).to_pylist():
        names = tuple(row[column] for column in key)
        shown = f"{id_.removesuffix('_id')} {' × '.join(map(str, names))}"
        if planned.get(names, row[id_]) != row[id_]:
            yield shown
        elif (now := names_of.get(row[id_], names)) != names:
            yield f"{shown}, which this sweep calls {' × '.join(map(str, now))}"
