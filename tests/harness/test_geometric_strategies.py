"""What each strategy that looks at where rows lie is about, on a few rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.special import rel_entr

from harness.strategies import STRATEGIES, Query
from harness.strategies.prob_cover import radius


class Model:
    """Probabilities of class 0 as given; embeds rows as they are."""

    def __init__(self, X, first):
        self.X, self.first = X, np.asarray(first, dtype=np.float64)

    def probabilities(self, rows):
        return np.column_stack([self.first[rows], 1 - self.first[rows]])

    def margins(self, rows):
        return np.abs(2 * self.first[rows] - 1)

    def embedding(self, rows):
        return self.X[rows]


def choose(name, X, n, *, first=None, labelled=(), seed=0, n_classes=2, **params):
    """The candidates, by their positions in `X`, that a strategy chooses."""
    asked = query_of(X, first, labelled, seed, n_classes)
    return STRATEGIES[name](asked, n, **params).tolist()


def query_of(X, first=None, labelled=(), seed=0, n_classes=2):
    """Candidates are those that have no label."""
    X = np.asarray(X, dtype=np.float64).reshape(len(X), -1)
    labelled = np.asarray(labelled, dtype=np.intp)
    candidates = np.setdiff1d(np.arange(len(X)), labelled)
    first = np.full(len(X), 0.5) if first is None else first
    rng = np.random.default_rng(seed)
    model = Model(X, first)
    return Query(X, labelled % 2, labelled, candidates, n_classes, rng, lambda: model)


def groups(*sizes, seed=0):
    """Rows in as many groups, each 100 away from the one before; and the group of each."""
    rng = np.random.default_rng(seed)
    of = np.repeat(np.arange(len(sizes)), sizes)
    return rng.normal(size=(len(of), 2)) + 100 * of[:, None], of


@pytest.mark.parametrize("name", ["k_means", "typiclust", "prob_cover"])
def test_a_row_of_each_group_is_chosen_and_the_largest_group_first(name):
    X, of = groups(12, 9, 30)
    params = {"delta": 20.0} if name == "prob_cover" else {}
    assert of[choose(name, X, 3, labelled=(), **params)].tolist() == [2, 0, 1]


@pytest.mark.parametrize("name", ["typiclust", "prob_cover", "k_center"])
def test_a_group_with_a_label_is_left_alone_while_there_is_another(name):
    X, of = groups(30, 9, 12)
    params = {"delta": 20.0} if name == "prob_cover" else {}
    assert set(of[choose(name, X, 2, labelled=[0], **params)].tolist()) == {1, 2}


@pytest.mark.parametrize(
    "name", ["k_means", "margin_weighted_k_means", "cluster_margin", "typiclust", "prob_cover"]
)
def test_what_is_drawn_hangs_on_the_rows_and_not_on_their_order(name):
    rng = np.random.default_rng(0)
    X, order = rng.normal(size=(300, 3)), rng.permutation(300)
    first = rng.random(300)
    params = {"delta": 0.7, "sample": 300} if name == "prob_cover" else {}
    chosen = choose(name, X, 9, first=first, **params)
    shuffled = choose(name, X[order], 9, first=first[order], **params)
    if name == "prob_cover":  # among equal counts the pool's order decides
        balls = [
            np.unique(np.nonzero(cdist(X, X)[c] <= 0.7)[1]).size for c in (chosen, order[shuffled])
        ]
        assert balls[0] == pytest.approx(balls[1], rel=0.05)
    else:
        assert set(order[shuffled].tolist()) == set(chosen)


def test_k_means_takes_distinct_rows_before_twins_and_the_pools_order_for_those():
    chosen = choose("k_means", [5, 5, 5, 1, 1], 4)
    assert chosen == [0, 3, 1, 2]


def test_information_density_prefers_the_uncertain_row_that_is_like_the_others():
    X = [[1, 0], [1, 0.1], [1, 0.2], [0, 1], [1, 0.1]]
    unsure = [0.5, 0.9, 0.9, 0.5, 0.9]
    assert choose("information_density", X, 1, first=unsure) == [0]
    assert choose("information_density", X, 1, first=[0.6, 0.9, 0.9, 0.5, 0.9], beta=0.0) == [3]


def test_information_density_is_entropy_times_the_mean_cosine():
    rng = np.random.default_rng(1)
    X, first = rng.random((40, 3)), rng.random(40)
    cosine = 1 - cdist(X, X, "cosine")
    entropy = -(first * np.log(first) + (1 - first) * np.log(1 - first))
    expected = np.argsort(-entropy * cosine.mean(axis=1) ** 2)
    chosen = choose("information_density", X, 40, first=first, beta=2.0)
    assert chosen == expected.tolist()


def test_information_density_of_twins_is_the_same_to_the_last_bit():
    X = np.random.default_rng(0).random((50, 37))
    chosen = np.array(choose("information_density", np.concatenate([X, X[:49]]), 99))
    place = np.argsort(chosen)
    np.testing.assert_array_equal(place[50:], place[:49] + 1)


def test_a_row_that_is_unlike_all_others_has_no_density():
    X = [[1, 0], [1, 0], [1, 0], [-1, 0], [0, 0]]
    assert set(choose("information_density", X, 3)) == {0, 1, 2}


def test_margin_weighted_k_means_looks_at_the_least_certain_only():
    X, of = groups(20, 20, 20)
    first = np.where(of == 1, 0.99, 0.6)
    chosen = choose("margin_weighted_k_means", X, 4, first=first, beta=10)
    assert 1 not in of[chosen]
    assert set(of[chosen]) == {0, 2}


@pytest.mark.parametrize("name", ["cluster_margin", "margin_weighted_k_means"])
@pytest.mark.parametrize(("first", "share"), [(0.5, 1.0), (np.nan, 1.0), (None, 1 / 4)])
def test_which_of_equal_margins_are_looked_at_is_the_pools_order_and_recorded(name, first, share):
    X, of = groups(30, 10)
    first = (
        np.where(of == 0, np.linspace(0.6, 0.9, 40), 0.5) if first is None else np.full(40, first)
    )
    asked = query_of(X, first)
    STRATEGIES[name](asked, 2, beta=4)
    assert asked.ties == [share]


def test_margin_weighted_k_means_moves_towards_the_less_certain():
    X, first = np.arange(11.0), np.linspace(1.0, 0.5, 11)
    (weighted,) = choose("margin_weighted_k_means", X, 1, first=first, beta=11)
    assert weighted == 7  # 7.0 is the mean, weighted by 0, 1, ... 10
    assert choose("k_means", X, 1) == [5]


def test_cluster_margin_takes_turns_and_begins_with_the_smallest_cluster():
    X, of = groups(20, 3, 7)
    chosen = choose("cluster_margin", X, 12, beta=10, rows_per_cluster=10)
    assert of[chosen].tolist() == [1, 2, 0, 1, 2, 0, 1, 2, 0, 2, 0, 2]


def test_cluster_margin_looks_at_the_least_certain_only():
    X, of = groups(10, 10)
    first = np.where(of == 0, 0.55, 0.9)
    assert set(of[choose("cluster_margin", X, 5, first=first, beta=2)]) == {0}


def test_ranked_batch_is_alpha_between_distance_and_uncertainty():
    X, first, labelled = np.array([0.0, 1.0, 3.0, 3.1]), [0.5, 0.5, 0.9, 0.8], [0]
    known, expected = [0], []
    for alpha in (3 / 4, 2 / 4, 1 / 4):
        unlike = 1 - 1 / (1 + cdist(X[:, None], X[known][:, None]).min(axis=1))
        score = alpha * unlike + (1 - alpha) * (1 - np.maximum(first, 1 - np.array(first)))
        score[known] = -1
        expected.append(int(score.argmax()))
        known.append(expected[-1])
    assert choose("ranked_batch", X, 3, first=first, labelled=labelled) == expected == [3, 1, 2]


def test_prob_cover_counts_what_no_ball_holds_yet():
    X = [0.0, 1.0, 2.0, 3.0, 4.0, 10.0, 10.5]
    assert choose("prob_cover", X, 3, delta=1.0) == [1, 3, 5]  # 3 adds 3 and 4, as 5 adds two
    assert choose("prob_cover", X, 2, delta=1.0, labelled=[2]) == [5, 0]


def test_prob_cover_on_a_sample_finds_the_large_groups():
    X, of = groups(300, 5, 200)
    assert of[choose("prob_cover", X, 2, delta=20.0, sample=50)].tolist() == [0, 2]


def test_the_radius_of_prob_cover_is_the_largest_with_enough_pure_balls():
    X = np.array([0.0, 1, 2, 3, 10, 11, 12, 13.0])[:, None]  # two clusters, 7 apart
    assert radius(X, 2, 0.99) == pytest.approx(3.5)  # none is pure beyond: half of 7
    assert radius(X, 2, 0.75) == pytest.approx(7.0)  # 3 and 10 have the other cluster at 7
    assert radius(X, 2, 0.5) == pytest.approx(8.0)
    assert radius(X[:1], 2, 0.95) == 0.0


def test_cal_is_the_mean_divergence_from_the_nearest_labelled_rows():
    rng = np.random.default_rng(2)
    X, first, labelled = rng.normal(size=(30, 2)), rng.random(30), np.arange(0, 20, 2)
    p = np.column_stack([first, 1 - first])
    near = labelled[np.argsort(cdist(X, X[labelled]), axis=1)[:, :3]]
    divergence = rel_entr(p[near], p[:, None]).sum(axis=2).mean(axis=1)
    divergence[labelled] = -1
    chosen = choose("cal", X, 20, first=first, labelled=labelled, neighbours=3)
    assert chosen == np.argsort(-divergence, kind="stable")[:20].tolist()


def test_cal_can_tell_certain_predictions_apart():
    X, first = [0.0, 0.1, 5.0, 5.1], [1.0, 0.0, 1.0, 1.0]
    assert choose("cal", X, 2, first=first, labelled=[0, 2], neighbours=1) == [1, 3]
