"""What the trials of a run were drawn from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from harness.errors import RunFolderError
from harness.replan import replanned
from harness.store import RunFolder

Space = Mapping[str, BaseDistribution]


def spaces(folder: RunFolder, trials: pd.DataFrame) -> tuple[dict[str, Space], str]:
    """The space of each study by id, and a line to be said; empty: none.

    Of a sweep that names component files, which are code and not run for this, and of a study that
    the sweep does not ask for any more, a space is as wide as what was tried in it.
    """
    found, why = {}, ""
    try:
        found = {study.id: dict(study.space) for study in replanned(folder).studies}
    except RunFolderError as error:
        why = f"ranges of hyperparameters are those of the values that were tried: {error}"
    known: dict[str, Space] = {}
    for study_id, of_study in trials.groupby("study_id", sort=False):
        tried = [json.loads(text) for text in of_study["params"]]
        known[str(study_id)] = found.get(str(study_id), _as_tried(tried))
    return known, why


def _as_tried(tried: list[dict[str, Any]]) -> Space:
    values: dict[str, list[Any]] = {}
    for params in tried:
        for name, value in params.items():
            values.setdefault(name, []).append(value)
    return {name: _range(of_name) for name, of_name in values.items()}


def _range(values: list[Any]) -> BaseDistribution:
    """The narrowest that holds them.

    >>> _range([3, 1, 2])
    IntDistribution(high=3, log=False, low=1, step=1)
    >>> _range([True, False, True])
    CategoricalDistribution(choices=(True, False))
    """
    kinds = {type(value) for value in values}
    if kinds == {int}:
        return IntDistribution(min(values), max(values))
    if kinds <= {int, float}:
        return FloatDistribution(min(values), max(values))
    return CategoricalDistribution(list(dict.fromkeys(values)))
