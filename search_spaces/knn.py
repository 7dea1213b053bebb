"""What to tune of k nearest neighbours."""

from __future__ import annotations

from optuna.distributions import CategoricalDistribution, IntDistribution

from search_spaces.space import Space

SPACE: Space = {
    # A class of n labelled rows is outvoted beyond some 2 n neighbours. Logarithmic, as 1 or 3
    # matters and 21 or 23 does not.
    "n_neighbors": IntDistribution(1, 25, log=True),
    # By distance, a close twin outvotes many far rows. Over half of some tables has a twin.
    "weights": CategoricalDistribution(["uniform", "distance"]),
    # Manhattan is less dominated by one huge feature.
    "metric": CategoricalDistribution(["euclidean", "manhattan"]),
}
