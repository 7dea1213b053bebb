"""scikit-learn's own trees, grown without what its public `fit` does around each of them.

A forest of a hundred trees on a few hundred rows spends half of its fit on checks that are the same
for every tree. Here they are done once, and each tree is grown by the classes that the public fit
grows it by, given the same draws: the nodes are the same to the last bit.

Those classes are private, so they are used only with versions of scikit-learn that were looked at
(`LOOKED_AT`), and only once a few trees of either way have been found equal in this very process.
Otherwise, and for any parameter that is not known here, `fit` is the public one.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from harness.arrays import Classes, Features
from harness.seeding import legacy

LOOKED_AT = frozenset({"1.9.1"})

Weights = npt.NDArray[np.float64]  # (n_rows,)

_LARGEST_SEED = np.iinfo(np.int32).max
_NO_LIMIT = np.iinfo(np.int32).max  # of depth
_OF_TREES = {  # parameters, and the values of them that are known here
    "min_samples_split": (2,),
    "min_weight_fraction_leaf": (0.0,),
    "max_leaf_nodes": (None,),
    "min_impurity_decrease": (0.0,),
    "ccp_alpha": (0.0,),
    "monotonic_cst": (None,),
    "criterion": ("gini", "entropy"),
}
_OF_A_TREE = {**_OF_TREES, "splitter": ("best",), "class_weight": (None, "balanced")}
_OF_A_FOREST = {
    **_OF_TREES,
    "bootstrap": (True,),
    "oob_score": (False,),
    "warm_start": (False,),
    "max_samples": (None,),
    "verbose": (0,),
    "n_jobs": (None, 1),  # on several threads checks are a smaller part
    "class_weight": (None, "balanced", "balanced_subsample"),
}


def grow_forest(forest: RandomForestClassifier, X: Features, y: Classes) -> bool:
    """Fit `forest` as its public `fit` would; False: it was left alone, and has to be.

    `X` is (n_rows, n_features), `y` (n_rows,).
    """
    if not is_equal() or not _knows(forest, _OF_A_FOREST):
        return False
    return _grow_forest(forest, X, y)


def grow_tree(tree: DecisionTreeClassifier, X: Features, y: Classes) -> bool:
    """Fit `tree` as its public `fit` would; False: it was left alone, and has to be."""
    if not is_equal() or not _knows(tree, _OF_A_TREE):
        return False
    return _grow_tree(tree, X, y)


@cache
def is_equal() -> bool:
    """Whether this scikit-learn grows the same trees either way: looked at once a process."""
    if sklearn.__version__ not in LOOKED_AT:
        return False
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 5)).astype(np.float32)
    X[:, 1:3] = np.round(X[:, 1:3])
    y = (X[:, 0] + X[:, 1] + rng.normal(size=60) > 0).astype(int) + (X[:, 3] > 1)
    try:
        return all(_same_forests(how, X, y) for how in (None, "balanced", "balanced_subsample"))
    except (ImportError, AttributeError, TypeError, ValueError):
        return False


def _same_forests(class_weight: str | None, X: Features, y: Classes) -> bool:
    one, other = (
        RandomForestClassifier(3, class_weight=class_weight, random_state=1) for _ in range(2)
    )
    one.fit(X, y)
    if not _grow_forest(other, X, y):
        return False
    pairs = zip(one.estimators_, other.estimators_, strict=True)
    return all(same_nodes(a.tree_, b.tree_) for a, b in pairs)


def same_nodes(one: Any, other: Any) -> bool:
    """Whether two of scikit-learn's `tree_`s have the same bits in every node."""
    a, b = one.__getstate__(), other.__getstate__()
    return bool(
        a["node_count"] == b["node_count"]
        and a["max_depth"] == b["max_depth"]
        and a["values"].tobytes() == b["values"].tobytes()
        and all(
            a["nodes"][name].tobytes() == b["nodes"][name].tobytes()
            for name in a["nodes"].dtype.names  # not what lies between them
        )
    )


def _knows(model: Any, known: dict[str, tuple[Any, ...]]) -> bool:
    own = vars(model)
    return (
        type(model.random_state) is int
        and type(model.min_samples_leaf) is int
        and all(own[name] in values for name, values in known.items())
    )


class _Rows:
    """Labelled rows as trees want them; `is_plain`: without gaps and other trouble."""

    def __init__(self, X: Features, y: Classes) -> None:
        self.X = np.ascontiguousarray(X, dtype=np.float32)
        self.classes, self.codes = np.unique(y, return_inverse=True)
        self.y = np.ascontiguousarray(self.codes, dtype=np.float64).reshape(-1, 1)
        self.n_classes = np.array([len(self.classes)], dtype=np.intp)
        with np.errstate(over="ignore", invalid="ignore"):
            self.is_plain = bool(np.isfinite(self.X.sum()))

    def balanced(self, counts: npt.NDArray[np.int64] | None = None) -> Weights:
        """Weights that make the classes equal, (n_rows,), each row being there `counts` times."""
        of_class = np.bincount(self.codes, weights=counts, minlength=len(self.classes))
        is_there = of_class > 0
        weights = np.zeros(len(of_class))
        n_rows = of_class.sum()
        weights[is_there] = n_rows / (is_there.sum() * of_class[is_there].astype(np.float64))
        return weights[self.codes]


def _grow_forest(forest: RandomForestClassifier, X: Features, y: Classes) -> bool:
    rows = _Rows(X, y)
    if not rows.is_plain:
        return False
    n = len(rows.X)
    drawn_by = rows.balanced() if forest.class_weight == "balanced" else None
    odds = None if drawn_by is None else drawn_by / np.sum(drawn_by)
    seeds = legacy(forest.random_state)
    rng = np.random.RandomState()
    trees = []
    for _ in range(forest.n_estimators):
        seed = seeds.randint(_LARGEST_SEED)
        rng.seed(seed)
        draws = rng.randint(0, n, n) if odds is None else rng.choice(n, n, replace=True, p=odds)
        counts = np.bincount(draws, minlength=n)
        weights = counts.astype(np.float64)
        if forest.class_weight == "balanced_subsample":
            weights *= rows.balanced(counts)
        tree = DecisionTreeClassifier(
            criterion=forest.criterion,
            max_depth=forest.max_depth,
            min_samples_leaf=forest.min_samples_leaf,
            max_features=forest.max_features,
            random_state=seed,
        )
        rng.seed(seed)
        _grow(tree, rows, weights, rng)
        trees.append(tree)
    forest.n_features_in_ = rows.X.shape[1]
    forest.n_outputs_ = 1
    forest.classes_, forest.n_classes_ = rows.classes, len(rows.classes)
    forest.estimator_ = forest.estimator
    forest.estimators_ = trees
    forest._sample_weight = drawn_by  # noqa: SLF001 - what the public fit leaves
    forest._n_samples = forest._n_samples_bootstrap = n  # noqa: SLF001
    return True


def _grow_tree(tree: DecisionTreeClassifier, X: Features, y: Classes) -> bool:
    rows = _Rows(X, y)
    if not rows.is_plain:
        return False
    weights = rows.balanced() if tree.class_weight == "balanced" else None
    _grow(tree, rows, weights, legacy(tree.random_state))
    tree.classes_ = rows.classes
    return True


def _grow(
    tree: DecisionTreeClassifier,
    rows: _Rows,
    weights: Weights | None,
    rng: np.random.RandomState,
) -> None:
    from sklearn.tree._criterion import Entropy, Gini
    from sklearn.tree._splitter import BestSplitter
    from sklearn.tree._tree import DepthFirstTreeBuilder, Tree

    n_features, least = rows.X.shape[1], tree.min_samples_leaf
    tree.n_features_in_ = n_features
    tree.n_outputs_ = 1
    tree.classes_ = np.arange(len(rows.classes), dtype=np.float64)
    tree.n_classes_ = rows.n_classes[0]
    tree.max_features_ = _n_tried(tree.max_features, n_features)
    tree.tree_ = Tree(n_features, rows.n_classes, 1)
    criterion = (Gini if tree.criterion == "gini" else Entropy)(1, rows.n_classes)
    splitter = BestSplitter(criterion, tree.max_features_, least, 0.0, rng, None)
    deepest = _NO_LIMIT if tree.max_depth is None else tree.max_depth
    builder = DepthFirstTreeBuilder(splitter, max(2, 2 * least), least, 0.0, deepest, 0.0)
    builder.build(tree.tree_, rows.X, rows.y, weights, None)


def _n_tried(max_features: Any, n_features: int) -> int:
    """Features tried at each split."""
    if max_features is None:
        return n_features
    if max_features == "sqrt":
        return max(1, int(np.sqrt(n_features)))
    if max_features == "log2":
        return max(1, int(np.log2(n_features)))
    if isinstance(max_features, float):
        return max(1, int(max_features * n_features))
    return int(max_features)
