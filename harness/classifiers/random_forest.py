"""A forest of randomised trees."""

from __future__ import annotations

from typing import Literal

from harness.classifiers.classifier import Classifier


def random_forest(  # noqa: PLR0913 - the parameters of the method
    seed: int,
    threads: int,
    *,
    n_estimators: int = 100,
    criterion: Literal["gini", "entropy"] = "gini",
    max_depth: int | None = None,
    min_samples_leaf: int = 1,
    max_features: float | Literal["sqrt", "log2"] | None = "sqrt",
    class_weight: Literal["balanced", "balanced_subsample"] | None = None,
) -> Classifier:
    """Random forest: bagged trees that each see random features at every split.

    `max_features` as a number is a share of the features, never a count; null means all of them.
    Trees grow and predict on `threads` threads; the answer is that of one thread.

    Breiman, "Random forests", Machine Learning 45, 2001.
    """
    from harness.classifiers.ordered_forest import OrderedForest

    return OrderedForest(
        n_estimators=n_estimators,
        criterion=criterion,
        max_depth=max_depth,
        min_samples_leaf=min_samples_leaf,
        max_features=max_features if max_features != 1 else 1.0,  # an integer would be a count
        class_weight=class_weight,
        n_jobs=threads,
        random_state=seed,
    )
