"""A search space: parameter name -> optuna distribution. Data, nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from optuna.distributions import BaseDistribution

Space = Mapping[str, BaseDistribution]
