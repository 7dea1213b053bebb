"""What to tune of a decision tree."""

from __future__ import annotations

from optuna.distributions import CategoricalDistribution, IntDistribution

from search_spaces.space import Space

SPACE: Space = {
    # The two rate splits that single out a rare class differently.
    "criterion": CategoricalDistribution(["gini", "entropy"]),
    # None grows until leaves are pure, which with few rows is seldom beaten; 32 is deeper than a
    # tree on a few thousand rows gets.
    "max_depth": CategoricalDistribution([None, 4, 8, 16, 32]),
    # Logarithmic, as 1 or 2 matters and 15 or 16 does not; 20 rows are 10 % of 200 labels.
    "min_samples_leaf": IntDistribution(1, 20, log=True),
    # "balanced" weighs a rare attack as much as normal traffic.
    "class_weight": CategoricalDistribution([None, "balanced"]),
}
