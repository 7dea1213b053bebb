from __future__ import annotations

import numpy as np
import pytest

from reports.ranks.best_set import best_set


def test_equal_methods_cannot_be_told_apart_and_a_hopeless_one_can():
    rng = np.random.default_rng(0)
    scores = 0.8 + rng.normal(0, 0.01, (8, 1)) + rng.normal(0, 0.005, (8, 4))
    scores[:, 3] -= 0.2
    assert best_set(scores).tolist() == [True, True, True, False]


def test_what_all_repeats_share_does_not_hide_a_difference():
    """A hard split is hard for both: the difference is paired."""
    split = np.random.default_rng(0).normal(0, 0.3, (6, 1))
    noise = np.random.default_rng(1).normal(0, 0.001, (6, 2))
    assert best_set(split + noise + [0.02, 0.0]).tolist() == [True, False]


def test_the_best_method_stays_about_as_often_as_is_said():
    rng = np.random.default_rng(5)
    stays = [best_set(rng.normal(0, 1, (6, 6)))[0] for _ in range(250)]  # all are the best
    assert np.mean(stays) > 0.9


def test_an_overlap_keeps_more_in():
    rng = np.random.default_rng(3)
    scores = rng.normal(0, 0.01, (5, 12)) - np.linspace(0, 0.03, 12)
    assert best_set(scores, overlap=0.25).sum() > best_set(scores).sum()


def test_the_sample_best_is_always_in_it():
    rng = np.random.default_rng(6)
    for _ in range(50):
        scores = rng.normal(0, 1, (5, 7))
        assert best_set(scores)[scores.mean(axis=0).argmax()]


@pytest.mark.parametrize("scores", [np.ones((4, 3)), np.array([[1.0, np.nan]] * 6)])
def test_few_repeats_and_missing_scores_say_nothing(scores):
    assert best_set(scores) is None


def test_one_method_is_the_best():
    assert best_set(np.arange(5.0)[:, None]).tolist() == [True]
