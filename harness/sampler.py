"""The Optuna sampler: a new one for each trial, with every argument that Optuna still wants.

Optuna does not store a sampler's random state, so a study that is resumed would draw other
trials (its issue 3255). One sampler per trial, seeded by the trial's number, makes trial 7 the
same whether trials 0 to 6 ran a second or a year ago.
"""

from __future__ import annotations

from typing import Any

import optuna

SETTINGS: dict[str, Any] = {  # in the id of every study
    "n_ei_candidates": 24,
    "multivariate": True,  # hyperparameters of one classifier hang together
    "group": False,
    "constant_liar": False,  # trials run one after the other
}


def tpe(seed: int, n_startup_trials: int) -> optuna.samplers.TPESampler:
    """Tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011), random at the start."""
    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=n_startup_trials, **SETTINGS)
