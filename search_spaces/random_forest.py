"""What to tune of a random forest."""

from __future__ import annotations

from optuna.distributions import CategoricalDistribution, IntDistribution

from search_spaces.space import Space

SPACE: Space = {
    # n_estimators is not here: more trees only cost time, and never score worse in expectation
    # (Probst and Boulesteix, "To tune or not to tune the number of trees", JMLR 18, 2018).
    #
    # As for the single tree; a forest gains little from shallow trees.
    "max_depth": CategoricalDistribution([None, 4, 8, 16, 32]),
    "min_samples_leaf": IntDistribution(1, 10, log=True),
    # The forest's main knob: how much the trees differ. Shares help where most features are noise
    # or constant, as in flow tables; 1.0 is plain bagging.
    "max_features": CategoricalDistribution(["sqrt", "log2", 0.3, 0.6, 1.0]),
    # The subsample variant weighs by each tree's own draw, which may miss a rare class.
    "class_weight": CategoricalDistribution([None, "balanced", "balanced_subsample"]),
}
