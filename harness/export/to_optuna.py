"""The studies of a run in an Optuna storage, for optuna-dashboard and Optuna's own plots."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import optuna
import pandas as pd
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, TrialState, create_trial

from harness.errors import ExportError
from harness.export.spaces import Space
from harness.schema import AXES, LOWER_IS_BETTER, METRICS

OURS = "fewlabels"  # the attribute that marks a study as exported from a run, and says of which
ABOUT = ("study_id", "acquisition_id", *AXES, "budget", "repeat", "metric")
TOLD = ("status", "error", "wall_s", "fit_s", *(f"test_{metric}" for metric in METRICS))


@dataclass(slots=True)
class Exported:
    """Studies, by what became of them."""

    new: int = 0
    longer: int = 0
    replaced: int = 0
    as_they_were: int = 0


def open_storage(url: str) -> BaseStorage:
    """The storage at `url`, made if it is new. Raises `ExportError` where that cannot be."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    try:
        shown = make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        raise ExportError(
            f"--to optuna:{url}: give the address of a database as SQLAlchemy spells it, such as "
            "optuna:sqlite:///studies.db"
        ) from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        return optuna.storages.RDBStorage(url)
    except (SQLAlchemyError, ImportError, RuntimeError) as error:
        why = str(error).partition("\n")[0].replace(url, shown)
        raise ExportError(f"--to optuna:{shown}: {why}") from error


def export(
    run: str, trials: pd.DataFrame, spaces: Mapping[str, Space], storage: BaseStorage
) -> Iterator[Exported]:
    """Write all of `trials`, the table of that name; gives the counts so far after each study.

    A study that is there already gets the trials that it lacks; one whose trials came out
    otherwise since (`fewlabels retry`) is replaced. Stopped anywhere, it can be done again. Raises
    `ExportError` for a study of that name that was not exported from a run.
    """
    exported = Exported()
    there = {study.study_name for study in optuna.get_all_study_summaries(storage=storage)}
    for study_id, of_study in trials.groupby("study_id", sort=False):
        rows = of_study.sort_values("number").to_dict("records")
        told = [_told(row, spaces[str(study_id)]) for row in rows]
        name = name_of(run, rows[0])
        if name in there:
            known = optuna.load_study(study_name=name, storage=storage)
            if OURS not in known.user_attrs:
                raise ExportError(
                    f"the storage has a study {name!r} that fewlabels did not make; export to "
                    "another storage, or rename or remove that study"
                )
            missing = _missing(known, str(study_id), told)
            if missing is None:
                optuna.delete_study(study_name=name, storage=storage)
                exported.replaced += 1
            else:
                known.add_trials(missing)
                exported.longer += bool(missing)
                exported.as_they_were += not missing
                yield exported
                continue
        else:
            exported.new += 1
        _create(name, rows[0], storage).add_trials(told)
        yield exported


def name_of(run: str, row: Mapping[Any, Any]) -> str:
    """`run/dataset/classifier/scaler/resampler/strategy/budget/repeat`, of a row of `trials`."""
    labels = [row[axis] for axis in AXES]
    return "/".join(str(part) for part in (run, *labels, row["budget"], row["repeat"]))


def _create(name: str, row: Mapping[Any, Any], storage: BaseStorage) -> optuna.Study:
    lower = row["metric"] in LOWER_IS_BETTER
    study = optuna.create_study(
        study_name=name, storage=storage, direction="minimize" if lower else "maximize"
    )
    study.set_user_attr(OURS, {column: row[column] for column in ABOUT})
    return study


def _missing(
    known: optuna.Study, study_id: str, told: Sequence[FrozenTrial]
) -> Sequence[FrozenTrial] | None:
    """The trials that `known` lacks; None: what it has is not how `told` begins."""
    stored = known.get_trials(deepcopy=False)
    same = known.user_attrs[OURS]["study_id"] == study_id and len(stored) <= len(told)
    if same and all(_content(a) == _content(b) for a, b in zip(stored, told, strict=False)):
        return told[len(stored) :]
    return None


def _content(trial: FrozenTrial) -> tuple[Any, ...]:
    value = trial.value if trial.state is TrialState.COMPLETE else None
    return trial.state, value, trial.params, trial.user_attrs


def _told(row: Mapping[Any, Any], space: Space) -> FrozenTrial:
    params = json.loads(row["params"])
    value = row[f"val_{row['metric']}"]
    is_done = row["status"] == "done" and not pd.isna(value)
    otherwise = TrialState.PRUNED if row["status"] == "pruned" else TrialState.FAIL
    return create_trial(
        state=TrialState.COMPLETE if is_done else otherwise,
        value=float(value) if is_done else None,
        params=params,
        distributions={name: space[name] for name in params},
        user_attrs={name: row[name] for name in TOLD if not pd.isna(row[name])},
    )
