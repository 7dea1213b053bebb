"""A single CART tree."""

from __future__ import annotations

from typing import Literal

from harness.classifiers.classifier import Classifier


def decision_tree(  # noqa: PLR0913 - the parameters of the method
    seed: int,
    threads: int,  # noqa: ARG001 - one tree grows on one thread
    *,
    criterion: Literal["gini", "entropy"] = "gini",
    max_depth: int | None = None,
    min_samples_leaf: int = 1,
    class_weight: Literal["balanced"] | None = None,
) -> Classifier:
    """One decision tree (CART); its probabilities are the class shares of a leaf.

    Fully grown, as by default, nearly all of them are 0 or 1: strategies that rank by uncertainty
    then choose among ties. `seed` orders the features, which decides between equal splits.

    Breiman, Friedman, Olshen and Stone, "Classification and Regression Trees", 1984.
    """
    from harness.classifiers.sized_tree import SizedTree

    return SizedTree(
        criterion=criterion,
        max_depth=max_depth,
        min_samples_leaf=min_samples_leaf,
        class_weight=class_weight,
        random_state=seed,
    )
