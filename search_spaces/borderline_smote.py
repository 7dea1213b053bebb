"""What to tune of Borderline-SMOTE."""

from __future__ import annotations

from optuna.distributions import IntDistribution

from search_spaces.space import Space

SPACE: Space = {
    # As SMOTE's.
    "k_neighbors": IntDistribution(1, 10),
    # How far a row looks for other classes; it is in danger if half or more, but not all, are
    # foreign. For a class of n rows it is half or more in any data from 2 (n - 1) on.
    "m_neighbors": IntDistribution(3, 20),
}
