"""A decision tree that knows its size.

Imports scikit-learn; the factory in `decision_tree.py` imports this module when it is called.
"""

from __future__ import annotations

from typing import Any

from sklearn.tree import DecisionTreeClassifier

from harness.classifiers.size import Size


class SizedTree(DecisionTreeClassifier):  # type: ignore[misc]  # scikit-learn is untyped
    """scikit-learn's."""

    def size(self) -> Size:
        """Of its one tree."""
        return size_of_trees([self.tree_])


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
