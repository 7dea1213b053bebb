"""Sizes against counts made by hand, or in another way."""

from __future__ import annotations

import json

import numpy as np
import pytest

from harness.classifiers import CLASSIFIERS
from harness.classifiers.pickled_bytes import pickled_bytes
from harness.classifiers.size import Size, size_of


def fitted(name, X, y, **params):
    model = CLASSIFIERS[name](0, 1, **params)
    model.fit(np.asarray(X), np.asarray(y))
    return model


def blobs(n=60, n_classes=3, n_features=5, dtype=np.float64):
    rng = np.random.default_rng(0)
    y = np.arange(n) % n_classes
    return (rng.normal(size=(n, n_features)) + y[:, np.newaxis]).astype(dtype), y


def walked(tree, node=0):
    """Nodes below and with `node`, and levels below it."""
    left, right = tree.children_left[node], tree.children_right[node]
    if left == right:
        return 1, 0
    below = [walked(tree, child) for child in (left, right)]
    return 1 + sum(n for n, _ in below), 1 + max(depth for _, depth in below)


def test_of_a_tree_that_asks_one_question():
    model = fitted("decision_tree", [[0.0], [1.0]], [0, 1])
    record = 64  # two children, feature, threshold, impurity, two counts, missing: 8 bytes each
    assert size_of(model) == Size(3, 3 * (record + 2 * 8), 1)


def test_of_a_tree_that_asks_nothing():
    model = fitted("decision_tree", [[0.0], [0.0]], [0, 1])
    assert size_of(model).n_parameters == 1
    assert size_of(model).n_operations == 0


def test_of_a_forest_is_that_of_its_trees():
    X, y = blobs()
    forest = fitted("random_forest", X, y, n_estimators=4)
    counts = [walked(estimator.tree_) for estimator in forest.estimators_]
    nodes = sum(n for n, _ in counts)
    assert size_of(forest) == Size(nodes, nodes * (64 + 3 * 8), sum(depth for _, depth in counts))


@pytest.mark.parametrize(("dtype", "each"), [(np.float32, 4), (np.float64, 8)])
@pytest.mark.parametrize(("n_classes", "n_models"), [(2, 1), (3, 3)])
def test_of_a_logistic_regression(dtype, each, n_classes, n_models):
    model = fitted("logistic_regression", *blobs(n_classes=n_classes, dtype=dtype))
    n = n_models * (5 + 1)
    assert size_of(model) == Size(n, each * n, n_models * 5)


def test_of_a_support_vector_machine_of_two_points():
    model = fitted("svc", [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]], [0, 1])
    vectors, weights, intercepts = 2 * 3, 2, 1
    n = vectors + weights + intercepts
    assert size_of(model) == Size(n, 8 * n, vectors + weights)


def test_of_a_support_vector_machine_of_three_classes():
    model = fitted("svc", *blobs())
    n_vectors = len(model.support_)
    n = n_vectors * 5 + n_vectors * 2 + 3  # a weight in each of a class's 2 problems, of 3 in all
    assert size_of(model) == Size(n, 8 * n, n_vectors * 7)


@pytest.mark.parametrize(("dtype", "each"), [(np.float32, 4), (np.float64, 8)])
@pytest.mark.parametrize("n_features", [3, 20])  # few: scikit-learn builds a tree over the rows
def test_of_nearest_neighbours_is_that_of_the_rows(dtype, each, n_features):
    model = fitted("knn", *blobs(n_features=n_features, dtype=dtype))
    stored = 60 * n_features
    assert size_of(model) == Size(stored + 60, stored * each + 60 * 8, stored)


def test_of_naive_bayes():
    n = 3 * 5 + 3 * 5 + 3
    assert size_of(fitted("naive_bayes", *blobs())) == Size(n, 8 * n, 2 * 3 * 5)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_of_boosted_trees_is_that_of_the_trees_in_its_file(n_classes):
    model = fitted("xgboost", *blobs(n_classes=n_classes), n_estimators=3)
    stored = json.loads(bytes(model.get_booster().save_raw("json")))
    trees = stored["learner"]["gradient_booster"]["model"]["trees"]
    assert len(trees) == 3 * (1 if n_classes == 2 else n_classes)

    def depth(tree, node=0):
        children = [tree["left_children"][node], tree["right_children"][node]]
        return 0 if children == [-1, -1] else 1 + max(depth(tree, child) for child in children)

    size = size_of(model)
    assert size.n_parameters == sum(int(tree["tree_param"]["num_nodes"]) for tree in trees)
    assert size.n_operations == sum(map(depth, trees))
    assert size.n_bytes == len(model.get_booster().save_raw("ubj"))


# ---- classifiers from outside


class Centroids:
    """Says nothing of its size."""

    def __init__(self, n, note="") -> None:
        self.centres = np.zeros((n, 4), dtype=np.float32)
        self.same = self.centres
        self.transposed = np.zeros((6, 2)).T  # pickled as it lies in memory
        self.raw = b"12345"
        self.names = np.array(["a", None, np.zeros(2)], dtype=object)
        self.note = note
        self.rule = lambda x: x


def test_of_a_stranger_is_the_bytes_of_its_arrays_and_nothing_else():
    assert size_of(Centroids(3)) == Size(None, 3 * 4 * 4 + 12 * 8 + 5 + 2 * 8, None)


def test_of_a_stranger_does_not_hang_on_its_names():
    assert pickled_bytes(Centroids(3, "x" * 1000)) == pickled_bytes(Centroids(3))


def test_of_a_stranger_that_cannot_be_pickled_is_not_known():
    stranger = Centroids(3)
    stranger.gate = (i for i in range(3))
    assert size_of(stranger) == Size(None, None, None)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_of_ours_is_hardly_less_than_the_bytes_of_all_arrays_they_hold(name):
    """What predicting does not need (class names, counts, indices of rows) is little."""
    model = fitted(name, *blobs(n=300, n_features=20))
    n_bytes = size_of(model).n_bytes
    assert n_bytes <= pickled_bytes(model) < 1.1 * n_bytes + 500


def test_a_size_that_is_none_is_refused():
    class Wrong(Centroids):
        def size(self):
            return 12

    with pytest.raises(TypeError, match=r"Wrong\.size\(\) gave 12; it must give a Size"):
        size_of(Wrong(1))


def test_an_attribute_called_size_says_nothing():
    stranger = Centroids(1)
    stranger.size = 12
    assert size_of(stranger).n_parameters is None
