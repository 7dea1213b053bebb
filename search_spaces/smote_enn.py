"""What to tune of SMOTE with edited nearest neighbours."""

from __future__ import annotations

from optuna.distributions import IntDistribution

from search_spaces.space import Space

SPACE: Space = {
    # As SMOTE's.
    "k_neighbors": IntDistribution(1, 10),
    # All of them must agree for a row to stay: 1 cleans little, 7 may leave little.
    "enn_neighbors": IntDistribution(1, 7),
}
