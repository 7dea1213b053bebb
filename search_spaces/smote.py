"""What to tune of SMOTE."""

from __future__ import annotations

from optuna.distributions import IntDistribution

from search_spaces.space import Space

SPACE: Space = {
    # Classes of n rows use n - 1 at most, so that more than 10 changes nothing for rare ones.
    "k_neighbors": IntDistribution(1, 10),
}
