from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from harness.geometry.clusters import Clusters, k_means, mini_batch_k_means
from harness.geometry.points import Points


def points(X):
    return Points.of_rows(np.asarray(X, dtype=np.float64))


def weighted(of, k):
    return k_means(of, of.n_rows.astype(np.float64), k, seed=3)


def test_the_nearest_to_each_centre_come_largest_cluster_first():
    of = points([[0.0], [0.3], [1.0], [9.0], [9.0], [9.5], [9.5], [5.0]])
    where = (of.X[:, 0] > 4).astype(np.intp)
    where[of.X[:, 0] == 5.0] = 2
    found = Clusters(where, np.array([[0.4], [9.2], [5.0]])).nearest_to_centres(of)
    assert of.X[found, 0].tolist() == [9.0, 0.3, 5.0]


@pytest.mark.parametrize("find", [weighted, lambda of, k: mini_batch_k_means(of, k, seed=3)])
def test_clusters_are_the_same_on_any_number_of_threads(find):
    of = points(np.random.default_rng(0).normal(size=(3000, 5)))
    with threadpool_limits(1):
        one = find(of, 20)
    with threadpool_limits(2):
        two = find(of, 20)
    np.testing.assert_array_equal(one.of, two.of)
    np.testing.assert_array_equal(one.centres, two.centres)


@pytest.mark.parametrize("find", [weighted, lambda of, k: mini_batch_k_means(of, k, seed=3)])
def test_there_are_no_more_clusters_than_points(find):
    of = points([[0.0], [0.0], [1.0]])
    assert len(np.unique(find(of, 5).of)) == 2


def test_a_heavy_point_pulls_its_centre():
    of = points([[0.0], [1.0], *[[10.0]] * 9])
    heavy = np.where(of.X[:, 0] == 1.0, 1000.0, 1.0)
    centres = np.sort(k_means(of, heavy, 2, seed=0).centres[:, 0])
    assert centres[0] == pytest.approx(1000 / 1001)
