"""A decision tree that knows its size.

Imports scikit-learn; the factory in `decision_tree.py` imports this module when it is called.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from harness.arrays import Classes, Features
from harness.classifiers.size import Size
from harness.fast.cuts import Cuts, Cutting
from harness.fast.growing import grow_tree


class SizedTree(DecisionTreeClassifier, Cutting):  # type: ignore[misc]  # scikit-learn is untyped
    """scikit-learn's."""

    def fit(self, X: Features, y: Classes) -> SizedTree:
        """scikit-learn's tree, to the last bit, with less around it where that is known."""
        if type(self) is not SizedTree or not grow_tree(self, X, y):
            super().fit(X, y)
        return self

    def size(self) -> Size:
        """Of its one tree."""
        return size_of_trees([self.tree_])

    def cuts(self) -> Cuts:
        """Of its one tree."""
        return cuts_of_trees([self.tree_])


def size_of_trees(trees: list[Any]) -> Size:
    """The size of scikit-learn's `tree_`s together.

    Nodes with their leaves; the bytes of their records, which hold what growing noted too, and of
    the class shares; one comparison a level, to the deepest leaf of each. Adding up what the
    trees say is not counted.
    """
    kept = [tree.__getstate__() for tree in trees]
    return Size(
        n_parameters=sum(int(tree.node_count) for tree in trees),
        n_bytes=sum(int(state["nodes"].nbytes + state["values"].nbytes) for state in kept),
        n_operations=sum(int(tree.max_depth) for tree in trees),
    )


def cuts_of_trees(trees: list[Any]) -> Cuts:
    """The cuts of scikit-learn's `tree_`s together; a leaf has a feature below 0."""
    features = np.concatenate([tree.feature for tree in trees])
    thresholds = np.concatenate([tree.threshold for tree in trees])
    are_cuts = features >= 0
    return Cuts(features[are_cuts], thresholds[are_cuts], equal_is_below=True)
