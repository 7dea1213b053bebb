"""What of a run its stored sweep still asks for: the next run computes that again, and no more.

By names, since ids of components from files hang on their code, and no code of a run is run for
this. Names are enough: a folder that holds other things under them is not run (`conflicts.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from harness import cell
from harness.cell import Component, Setting
from harness.errors import CannotRetry, SweepError
from harness.plan import Known, Plan, plan_of
from harness.registry import Registry
from harness.schema import AXES
from harness.store import SWEEP_JSON, RunFolder
from harness.sweep import NO_LIMITS, Grid, Sweep, Target

NAMES = {  # of a table's rows: what a sweep knows them by
    "references": (*AXES[:-1], "repeat"),
    "acquisitions": (*AXES, "repeat"),
    "evaluations": (*AXES, "repeat"),
    "trials": (*AXES, "repeat", "budget"),
}
_Resolved = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What a sweep asks for."""

    names: Mapping[str, pd.MultiIndex]  # table -> `NAMES` of its rows
    n_trials: int  # of a study that has something to tune
    is_tuned: bool  # acquisitions take over winners
    tests_every_round: bool

    @classmethod
    def of(cls, folder: RunFolder) -> Wanted:
        """Raises `CannotRetry` where the folder does not tell."""
        resolved = folder.sweep()
        if not resolved:
            raise CannotRetry(
                f"{folder.shown()} has no {SWEEP_JSON}, so nobody knows what hangs on what; "
                "run the "
                f"sweep again first"
            )
        rows = folder.read("datasets", ["dataset", "n_pool"]).to_pylist()
        try:
            plan = _planned(resolved, {row["dataset"]: row["n_pool"] for row in rows})
        except (AttributeError, KeyError, SweepError, TypeError, ValueError) as error:
            raise CannotRetry(
                f"{folder.shown(folder.root / SWEEP_JSON)} and datasets/ do not tell "
                "what the sweep asks for "
                f"({error!r}); run the sweep again first"
            ) from error
        tuning = plan.sweep.setting.tuning
        is_tuned, every = tuning.acquisition == "tuned", plan.sweep.evaluate == "every_round"
        return cls(_names(plan), tuning.trials, is_tuned, every)

    def has(self, table: str, rows: pd.DataFrame) -> pd.Series[bool]:
        """Which of `rows` have names that the sweep still has."""
        names = pd.MultiIndex.from_frame(rows[[*NAMES[table]]])
        return pd.Series(names.isin(self.names[table]), rows.index, dtype=bool)


def _names(plan: Plan) -> dict[str, pd.MultiIndex]:
    bought = [(*a.curve.labels.values(), a.repeat) for a in plan.acquisitions]
    names: dict[str, list[tuple[object, ...]]] = {
        "references": [(*[*r.curve.labels.values()][:-1], r.repeat) for r in plan.references],
        "acquisitions": [*bought],
        "evaluations": [*bought],
        "trials": [
            (*s.acquisition.curve.labels.values(), s.acquisition.repeat, s.budget)
            for s in plan.studies
        ],
    }
    return {
        table: pd.MultiIndex.from_tuples(found, names=NAMES[table])
        for table, found in names.items()
    }


def _planned(resolved: _Resolved, n_pool: Mapping[str, int]) -> Plan:
    """The plan of a sweep whose components are mere labels."""
    grids = tuple(_grid(resolved, own) for own in resolved.get("grids") or [{}])
    reference = resolved["reference"]
    target = Target(
        _named(reference["classifier"]),
        _named(reference["scaler"]),
        _named(reference["resampler"]),
        reference["every_pipeline"],
    )
    sweep = Sweep(
        name=resolved["name"],
        setting=_setting(resolved),
        repeats=resolved["repeats"],
        grids=grids,
        target=target,
        evaluate=resolved["evaluate"],
        limits=NO_LIMITS,
        device="cpu",
        resources={},
        files=(),
        registry=Registry(),
        resolved=resolved,
    )
    return plan_of(sweep, {label: Known(_named(label), n) for label, n in n_pool.items()})


def _grid(resolved: _Resolved, own: _Resolved) -> Grid:
    """A grid; what it does not name is the sweep's."""
    whole = {**resolved, **own}
    return Grid(
        datasets=_labelled(whole["datasets"]),
        classifiers=_labelled(whole["classifiers"]),
        scalers=_labelled(whole["scalers"]),
        resamplers=_labelled(whole["resamplers"]),
        strategies=_labelled(whole["strategies"]),
        budgets=tuple(whole["budgets"]),
        exclude=(*own.get("exclude", []), *resolved["exclude"]),
    )


def _labelled(entries: Sequence[_Resolved]) -> tuple[Component, ...]:
    return tuple(_named(entry.get("as") or entry["name"]) for entry in entries)


def _named(label: str) -> Component:
    return Component(label, label, source=label)


def _setting(resolved: _Resolved) -> Setting:
    """What decides which budgets are met; the rest of it is in no name."""
    labelling, tuning = resolved["labelling"], resolved["tuning"]
    validation = tuning["validation"]
    return Setting(
        seed=resolved["seed"],
        split=cell.Split(resolved["split"]["method"], 0.0),
        labelling=cell.Labelling(labelling["initial"], labelling["design"], labelling["batch"]),
        tuning=cell.Tuning(
            tuning["trials"],
            tuning["metric"],
            cell.Validation(validation["method"], rows=validation.get("rows", 0)),
            tuning["acquisition"],
            tuning["startup"],
        ),
        dtype=resolved["dtype"],
        threads=resolved["threads"],
    )
