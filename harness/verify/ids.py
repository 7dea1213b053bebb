"""Whether ids are those of what the stored sweep and datasets say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from harness.cell import Study
from harness.plan import Plan
from harness.schema import AXES
from harness.verify.tables import Tables, found

_Names = tuple[str, ...]


@dataclass
class _Looked:
    """What was computed again, and what came of it."""

    wrong: list[str] = field(default_factory=list)
    n_right: int = 0
    unknown: set[str] = field(default_factory=set)  # of which the sweep knows nothing any more


def check_ids(tables: Tables, plan: Plan) -> tuple[list[str], list[str]]:
    """Findings and notes. Repeats and budgets that the sweep no longer asks for are looked at."""
    looked = _Looked()
    _check_bought(tables, plan, looked)
    _check_references(tables, plan, looked)
    lines = list(found("ids", "the stored sweep and dataset give another one", looked.wrong))
    if looked.wrong and not looked.n_right:
        why = "another version of fewlabels, or a sweep or data that were exchanged since"
        lines = [f"ids: none of {len(looked.wrong)} is what the sweep and datasets give: {why}"]
    if not looked.unknown:
        return lines, []
    first = ", ".join(sorted(looked.unknown)[:3])
    more = f" and {len(looked.unknown) - 3} more" if len(looked.unknown) > 3 else ""  # noqa: PLR2004
    return lines, [f"the sweep no longer has {first}{more}: those ids were not computed again"]


def _check_bought(tables: Tables, plan: Plan, looked: _Looked) -> None:
    by_names = {tuple(a.curve.labels.values()): a for a in plan.acquisitions if a.repeat == 0}
    names = [*AXES, "repeat", "acquisition_id"]
    parts = [tables.frames[table][names] for table in ("rounds", "acquisitions", "trials")]
    ids: dict[tuple[_Names, int], str] = {}

    def now(key: _Names, repeat: int) -> str | None:
        if key not in by_names or not _has(plan, repeat):
            return None
        if (key, repeat) not in ids:
            ids[key, repeat] = replace(by_names[key], repeat=repeat).id
        return ids[key, repeat]

    _compare(pd.concat([_distinct(part) for part in parts]), "acquisition", now, looked)
    studies = _distinct(tables.frames["trials"][[*AXES, "repeat", "budget", "study_id"]])
    for *key, repeat, budget, stored in studies.itertuples(index=False, name=None):
        if now(tuple(key), repeat) is None:
            continue
        study = Study(replace(by_names[tuple(key)], repeat=repeat), budget)
        _judge(stored, study.id, f"study {stored}", looked)


def _check_references(tables: Tables, plan: Plan, looked: _Looked) -> None:
    by_names = {tuple(r.curve.labels.values())[:-1]: r for r in plan.references if r.repeat == 0}
    frame = tables.frames["references"][[*AXES[:-1], "repeat", "reference_id"]]

    def now(key: _Names, repeat: int) -> str | None:
        known = key in by_names and _has(plan, repeat)
        return replace(by_names[key], repeat=repeat).id if known else None

    _compare(_distinct(frame), "reference", now, looked)


def _compare(
    rows: pd.DataFrame, kind: str, now: Callable[[_Names, int], str | None], looked: _Looked
) -> None:
    for *key, repeat, stored in rows.drop_duplicates().itertuples(index=False, name=None):
        id_ = now(tuple(key), repeat)
        if id_ is None:
            looked.unknown.add(" × ".join(key))
        else:
            _judge(stored, id_, f"{kind} {stored}", looked)


def _judge(stored: str, now: str, what: str, looked: _Looked) -> None:
    if stored == now:
        looked.n_right += 1
    else:
        looked.wrong.append(what)


def _distinct(frame: pd.DataFrame) -> pd.DataFrame:
    kept = frame.drop_duplicates()
    return kept.astype({axis: str for axis in AXES if axis in kept})


def _has(plan: Plan, repeat: int) -> bool:
    """Whether the seed of `repeat` is known: a sweep that lists its seeds names no others."""
    seeds: Sequence[int] = plan.sweep.setting.split.seeds
    return not seeds or repeat < len(seeds)
