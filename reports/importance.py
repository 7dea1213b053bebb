"""Which hyperparameters matter: what sets the best trials of a classifier apart from all others.

PED-ANOVA (Watanabe, Bansal, Hutter 2023, "PED-ANOVA: efficiently quantifying hyperparameter
importance in arbitrary subspaces", IJCAI), as Optuna has it. docs/metrics.md says what is pooled.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.schema import LOWER_IS_BETTER
from reports.ranks.power import Power

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

BEST = 0.25  # share of the trials that are called good
NEEDS = 20  # trials: Optuna asks for five good ones at least
MOST = 300  # trials that are looked at, evenly taken
SHUFFLES = 19  # the true order is the best of 20 by chance alone in 5 % of all cases
SEED = 2026
WIDE = 10  # largest over smallest value, from which on a range may be logarithmic

Params = Mapping[str, Any]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Parameter:
    """One hyperparameter that varies."""

    name: str  # component.parameter
    importance: float  # its part of what all together explain; NaN where nothing does
    is_noise: bool  # whether shuffled scores gave as much at least once
    values: str  # that were tried, in words
    n_trials: int  # that have it


@dataclass(frozen=True)
class Importance:
    """What the trials of one classifier on one dataset say."""

    parameters: tuple[Parameter, ...]  # most important first
    n_trials: int  # that were looked at
    n_studies: int
    why: str  # there are no parameters; "" where there are


def importance(trials: pd.DataFrame) -> Importance:
    """Compare the good ones of `trials` with all of them.

    `trials` has the columns study_id, number, params (JSON), score, of trials with a score,
    above is better. Scores are centred by study first, so that a study on an easy repeat does not
    count as good tuning; then the best quarter of the trials is good. Values are compared one
    parameter at a time. What they come to by chance is seen from scores that are shuffled within
    their study, `SHUFFLES` times with a fixed seed: the same trials give the same numbers.
    """
    ordered = trials.sort_values(["study_id", "number"], ignore_index=True)
    taken = ordered.iloc[_evenly(len(ordered), MOST)]
    n, n_studies = len(taken), int(taken["study_id"].nunique())
    mean = ordered.groupby("study_id")["score"].transform("mean")
    centred = (ordered["score"] - mean).to_numpy()[taken.index]
    if not (power := Power(n, NEEDS)).is_enough:
        return Importance((), n, n_studies, f"{power} trials")
    each = [json.loads(text) for text in taken["params"]]
    spaces = {name: space(_values(each, name)) for name in _varying(each)}
    if not spaces:
        return Importance((), n, n_studies, "no hyperparameter of these trials varies")
    if np.ptp(centred) == 0:
        return Importance((), n, n_studies, "all trials of a study score the same")
    found = _evaluated(each, _orders(centred, taken["study_id"]), spaces)
    own, by_chance = found[0], found[1:].max(axis=0)
    parameters = [
        Parameter(
            name,
            float(own[k] / own.sum()) if own.sum() > 0 else math.nan,
            bool(own[k] <= by_chance[k]),
            _in_words(_values(each, name)),
            len(_values(each, name)),
        )
        for k, name in enumerate(spaces)
    ]
    # Of equals the name decides.
    parameters.sort(key=lambda one: (-np.nan_to_num(one.importance), one.name))
    return Importance(tuple(parameters), n, n_studies, "")


def scored(trials: pd.DataFrame) -> pd.DataFrame:
    """Return those of `trials` (that table) that are done, with a score: above is better."""
    done = trials[trials["status"] == "done"]
    score = pd.Series(np.nan, index=done.index)
    for metric in done["metric"].unique():
        sign = -1.0 if metric in LOWER_IS_BETTER else 1.0
        score = score.mask(done["metric"] == metric, sign * done[f"val_{metric}"])
    return done.assign(score=score)[score.notna()]


def space(values: Sequence[Any]) -> BaseDistribution:
    """Return where `values` of a parameter may lie, as far as they tell.

    Numbers span a range; it is logarithmic if they are above zero, span more than a factor
    `WIDE`, and their median lies nearer to the middle of that range on a logarithmic scale.
    All else is a choice.

    >>> space([1, 2, 5, 40])
    IntDistribution(high=40, log=True, low=1, step=1)
    >>> space([0.1, None])
    CategoricalDistribution(choices=('0.1', 'null'))
    """
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if not _are_numbers(values):
        return CategoricalDistribution(sorted({_text(value) for value in values}))
    low, high = min(values), max(values)
    is_log = low > 0 and high > WIDE * low and _is_even_in_logs(values)
    if all(isinstance(value, int) for value in values):
        return IntDistribution(low, high, log=is_log)
    return FloatDistribution(float(low), float(high), log=is_log)


def _is_even_in_logs(values: Sequence[float]) -> bool:
    low, high, middle = min(values), max(values), float(np.median(np.asarray(values)))
    linear = abs((middle - low) / (high - low) - 1 / 2)
    return abs(math.log(middle / low) / math.log(high / low) - 1 / 2) < linear


def _orders(scores: Numbers, studies: pd.Series[str]) -> Numbers:
    """Return `scores` as they are, and `SHUFFLES` times shuffled within their study."""
    rng = np.random.default_rng(SEED)
    of = pd.factorize(studies)[0]
    place = np.lexsort([np.arange(len(of)), of])
    found = np.tile(scores, (1 + SHUFFLES, 1))
    for shuffled in found[1:]:
        shuffled[place] = scores[np.lexsort([rng.random(len(of)), of])]
    return found


def _evaluated(
    each: Sequence[Params], orders: Numbers, spaces: Mapping[str, BaseDistribution]
) -> Numbers:
    """Return the divergence of good and all trials by (order of the scores, parameter)."""
    import optuna
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    evaluator = PedAnovaImportanceEvaluator(target_quantile=BEST)
    names = list(spaces)
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        study = optuna.create_study()
        study.add_trials([_trial(params, spaces) for params in each])
        found = []
        for scores in orders:
            with warnings.catch_warnings():
                # That lower is better in what follows, which is why scores are turned, and that
                # leaving numbers as they are is experimental: without, noise looks important.
                warnings.simplefilter("ignore")
                of = get_param_importances(
                    study,
                    evaluator=evaluator,
                    params=names,
                    target=partial(_turned, scores=scores),
                    normalize=False,
                )
            found.append([of[name] for name in names])
    finally:
        optuna.logging.set_verbosity(verbosity)
    return np.asarray(found, dtype=np.float64)


def _turned(trial: FrozenTrial, scores: Numbers) -> float:
    return -float(scores[trial.number])


def _trial(params: Params, spaces: Mapping[str, BaseDistribution]) -> FrozenTrial:
    import optuna

    mine = {name: params[name] for name in spaces if name in params}
    choices = optuna.distributions.CategoricalDistribution
    return optuna.trial.create_trial(
        params={
            name: _text(value) if isinstance(spaces[name], choices) else value
            for name, value in mine.items()
        },
        distributions={name: spaces[name] for name in mine},
        value=0.0,  # the scores are brought by `_turned`
    )


def _varying(each: Sequence[Params]) -> list[str]:
    names = dict.fromkeys(name for params in each for name in params)
    return [name for name in names if len({_text(v) for v in _values(each, name)}) > 1]


def _values(each: Sequence[Params], name: str) -> list[Any]:
    return [params[name] for params in each if name in params]


def _are_numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _in_words(values: Sequence[Any]) -> str:
    if _are_numbers(values):
        return f"{min(values):.4g} to {max(values):.4g}"
    return ", ".join(sorted({_text(value).strip('"') for value in values}))


def _evenly(n: int, most: int) -> npt.NDArray[np.int64]:
    return np.arange(n) if n <= most else np.linspace(0, n - 1, most).round().astype(int)
