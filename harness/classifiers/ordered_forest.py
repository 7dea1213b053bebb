"""A random forest whose answer does not depend on which thread is done first.

Imports scikit-learn; the factory in `random_forest.py` imports this module when it is called.
"""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted, validate_data

from harness.arrays import Classes, Features, Probabilities, Samples
from harness.classifiers.size import Size
from harness.classifiers.sized_tree import cuts_of_trees, size_of_trees
from harness.fast.cuts import Cuts, Cutting
from harness.fast.growing import grow_forest


class OrderedForest(RandomForestClassifier, Cutting):  # type: ignore[misc]  # scikit-learn is untyped
    """scikit-learn's forest, with threads that share the rows instead of the trees.

    scikit-learn (1.9) adds up the trees in the order in which its threads finish them. The sums
    then differ in their last bit from call to call, which is enough to choose other rows where
    many score alike.
    """

    def fit(self, X: Features, y: Classes) -> OrderedForest:
        """scikit-learn's trees, to the last bit, with less around them where that is known."""
        if type(self) is not OrderedForest or not grow_forest(self, X, y):
            super().fit(X, y)
        return self

    def predict_proba(self, X: Features) -> Probabilities:
        """Mean of the trees' probabilities, added up in the trees' order, (n_rows, n_classes).

        scikit-learn's own does as much around each tree as a tree does on a thousand rows.
        """
        check_is_fitted(self)
        X = validate_data(
            self, X, dtype=np.float32, order="C", reset=False, ensure_all_finite="allow-nan"
        )
        n_parts = min(self.n_jobs or 1, len(X))
        if n_parts <= 1:
            return self._mean(X)
        parts = np.array_split(X, n_parts)
        return np.concatenate(
            Parallel(n_jobs=n_parts, prefer="threads")(delayed(self._mean)(part) for part in parts)
        )

    def _mean(self, X: Features) -> Probabilities:
        """Of rows that were checked."""
        found = np.zeros((len(X), len(self.classes_)))
        for estimator in self.estimators_:
            found += estimator.tree_.predict(X)
        found /= len(self.estimators_)
        return found

    def samples(self, X: Features, n: int, seed: int) -> Samples:  # noqa: ARG002 - nothing drawn
        """Each tree's probabilities, (n_trees, n_rows, n_classes): all of them, whatever `n`."""
        X = np.asarray(X, dtype=np.float32)  # as trees compare; checked once instead of per tree
        found = np.empty((len(self.estimators_), len(X), len(self.classes_)))
        for of_tree, estimator in zip(found, self.estimators_, strict=True):
            of_tree[:] = estimator.tree_.predict(X)
        return found

    def size(self) -> Size:
        """Of all its trees."""
        return size_of_trees([estimator.tree_ for estimator in self.estimators_])

    def cuts(self) -> Cuts:
        """Of all its trees."""
        return cuts_of_trees([estimator.tree_ for estimator in self.estimators_])
