from __future__ import annotations

import numpy as np

from harness.geometry import typical
from harness.geometry.points import Points
from harness.geometry.typical import typical_rows


def chosen(X, labelled=(), n=2, seed=0):
    X = np.asarray(X, dtype=np.float64)
    is_free = np.ones(len(X), dtype=np.bool_)
    is_free[list(labelled)] = False
    return typical_rows(Points.of_rows(X), is_free, n, np.random.default_rng(seed)).tolist()


def line(at, *offsets):
    return [[at + offset] for offset in offsets]


FIVE = line(0.0, -4, -1, 0, 1.5, 5)  # the third has the nearest neighbours
SEVEN = line(100.0, -3, -2, 0.5, 0, 1, 4, -1)
MANY = line(-300.0, *range(0, 16, 2))


def test_the_thick_of_the_largest_clusters_comes_first():
    assert chosen(FIVE + SEVEN, n=2) == [5 + 3, 2]


def test_a_cluster_with_a_label_waits_for_those_without():
    labelled = 12 + 0  # in the largest cluster
    assert chosen(FIVE + SEVEN + MANY, [labelled], n=2) == [5 + 3, 2]


def test_a_cluster_of_fewer_than_five_rows_comes_last_though_it_has_no_label():
    few = line(900.0, 0, 1, 2, 3)
    assert chosen(SEVEN + few, [0], n=1)[0] < 7


def test_clusters_have_another_turn_where_there_are_too_few(monkeypatch):
    monkeypatch.setattr(typical, "MOST_CLUSTERS", 2)
    assert chosen(FIVE + SEVEN, n=4)[:2] == [5 + 3, 2]
    assert {row < 5 for row in chosen(FIVE + SEVEN, n=4)[2:]} == {True, False}


def test_twins_are_neighbours_at_no_distance():
    assert chosen([*SEVEN, *line(104.0, *[0] * 25)], n=1) == [5]  # 104 has 25 twins
    assert chosen(line(0.0, 0, 1, 5, 5, 5), n=1) == [2]


def test_no_more_is_chosen_than_there_are_points():
    assert sorted(chosen(line(0.0, 0, 0, 0, 7), n=4)) == [0, 3]


def test_a_large_cluster_is_looked_at_in_part(monkeypatch):
    monkeypatch.setattr(typical, "SAMPLED", 40)
    X = np.random.default_rng(0).normal(size=(400, 2))
    middle = np.linalg.norm(X[chosen(X, n=1)])
    assert middle < np.median(np.linalg.norm(X, axis=1))


def test_many_clusters_are_made_in_mini_batches(monkeypatch):
    monkeypatch.setattr(typical, "FEW", 1)
    assert sorted(chosen(FIVE + SEVEN, n=2)) == [2, 5 + 3]
