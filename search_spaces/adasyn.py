"""What to tune of ADASYN."""

from __future__ import annotations

from optuna.distributions import IntDistribution

from search_spaces.space import Space

SPACE: Space = {
    # As SMOTE's; it is also how far ADASYN looks for other classes. Few neighbours find none in
    # well separated data, and the class is then left alone.
    "k_neighbors": IntDistribution(1, 10),
}
