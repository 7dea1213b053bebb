from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from harness.strategies import STRATEGIES, Query


class Model:
    def __init__(self, p):
        self.p = np.asarray(p, dtype=float)

    def probabilities(self, rows):
        return self.p[rows]

    def margins(self, rows):
        second, best = np.sort(self.p[rows], axis=1)[:, -2:].T
        return best - second

    def scores(self, score, rows, n, of):  # noqa: ARG002 - every score is exact
        return score(self.p[rows])


def query(p, y_labelled=(), seed=0):
    n_labelled, (n_rows, n_classes) = len(y_labelled), np.shape(p)
    known = np.full((n_labelled, n_classes), 1 / n_classes)
    return Query(
        X=np.zeros((n_labelled + n_rows, 1)),
        y_labelled=np.array(y_labelled, dtype=int),
        labelled=np.arange(n_labelled),
        candidates=np.arange(n_labelled, n_labelled + n_rows),
        n_classes=n_classes,
        rng=np.random.default_rng(seed),
        fit=lambda: Model(np.vstack([known, p])),
    )


def picks(name, asked, n, **parameters):
    """As candidates, numbered from 0."""
    return (STRATEGIES[name](asked, n, **parameters) - len(asked.labelled)).tolist()


# Class 0 is predicted of rows 0 to 3, class 1 of rows 4 and 5, class 2 of none.
P = [
    [0.90, 0.10, 0.0],
    [0.55, 0.45, 0.0],
    [0.80, 0.20, 0.0],
    [0.70, 0.30, 0.0],
    [0.20, 0.80, 0.0],
    [0.40, 0.60, 0.0],
]


@pytest.mark.parametrize(
    ("y_labelled", "expected"),
    [
        # Class 1 lacks two labels: both of its rows, by margin, before any of class 0.
        ([0, 0, 0, 1], [5, 4, 1, 3, 2, 0]),
        # None lacks any: in turns, first the one with the smaller margin.
        ([0, 1, 2], [1, 5, 3, 4, 2, 0]),
        # Class 0 lacks two; after that in turns.
        ([1, 1], [1, 3, 5, 2, 4, 0]),
    ],
)
def test_classes_with_fewer_labels_go_first(y_labelled, expected):
    asked = query(P, y_labelled)
    assert picks("class_balanced_margin", asked, 6) == expected


def test_candidates_as_hard_and_of_the_same_class_tie():
    asked = query([[0.6, 0.4], [0.6, 0.4], [0.4, 0.6], [0.9, 0.1]])
    assert picks("class_balanced_margin", asked, 1) == [0]
    assert asked.ties == [0.5]


def test_power_margin_draws_in_proportion_to_the_scores_power():
    p = [[0.55, 0.45], [0.85, 0.15]]  # s: 0.9 and 0.3
    for beta, share in ((1.0, 0.75), (2.0, 0.9)):
        first = Counter(
            picks("power_margin", query(p, seed=seed), 1, beta=beta)[0] for seed in range(1000)
        )
        assert first[0] / 1000 == pytest.approx(share, abs=0.04)


def test_power_margin_with_a_high_power_is_margin():
    p = np.random.default_rng(0).dirichlet(np.ones(3), size=40)
    asked = query(p)
    assert picks("power_margin", asked, 10, beta=1e6) == picks("margin", asked, 10)


def test_power_margin_never_draws_the_certain_before_the_others():
    p = [[1.0, 0.0], [0.99, 0.01], [1.0, 0.0], [0.9, 0.1]]
    for seed in range(20):
        assert set(picks("power_margin", query(p, seed=seed), 2)) == {1, 3}


def test_epsilon_is_the_share_of_places_that_go_by_the_pools_order():
    p = np.random.default_rng(0).dirichlet(np.ones(3), size=40)
    by_score = picks("margin", query(p), 20)
    assert picks("epsilon_mix", query(p), 20, epsilon=0.0) == by_score
    assert picks("epsilon_mix", query(p), 20, epsilon=1.0) == [*range(20)]
    is_random = np.random.default_rng(0).random(20) < 0.5
    chosen = picks("epsilon_mix", query(p), 20, epsilon=0.5)
    scored, ordered = iter(by_score), iter(range(40))
    for place, at_random in enumerate(is_random):
        source = ordered if at_random else scored
        assert chosen[place] == next(row for row in source if row not in chosen[:place])


@pytest.mark.parametrize("score", ["entropy", "least_confidence"])
def test_epsilon_mix_goes_by_the_score_that_it_is_given(score):
    p = np.random.default_rng(1).dirichlet(np.ones(4), size=40)
    chosen = picks("epsilon_mix", query(p), 15, epsilon=0.0, score=score)
    assert chosen == picks(score, query(p), 15)


class Supposing(Model):
    """What it would say of the other rows, by row and class."""

    def __init__(self, p, after):
        super().__init__(p)
        self.after = after

    def with_labels(self, rows, classes):
        return Model(np.tile(self.after[int(rows[0]), int(classes[0])], (len(self.p), 1)))


@pytest.mark.parametrize(("loss", "expected"), [("log", [0, 1]), ("zero_one", [1, 0])])
def test_expected_error_weighs_what_would_follow_from_each_label(loss, expected):
    # Row 0: sure in half of the cases and lost in the other: 0.35 nats, 0.25 errors.
    # Row 1: nearly sure either way: 0.50 nats, 0.20 errors.
    after = {
        (0, 0): [1.0, 0.0],
        (0, 1): [0.5, 0.5],
        (1, 0): [0.8, 0.2],
        (1, 1): [0.2, 0.8],
    }
    asked = query([[0.5, 0.5], [0.7, 0.3]])
    object.__setattr__(asked, "fit", lambda: Supposing([[0.5, 0.5], [0.7, 0.3]], after))
    assert picks("expected_error_reduction", asked, 2, loss=loss) == expected


def test_expected_error_tries_no_label_that_the_model_rules_out():
    tried = []

    class Once(Supposing):
        def with_labels(self, rows, classes):
            tried.append((int(rows[0]), int(classes[0])))
            return self

    p = [[1.0, 0.0], [0.7, 0.3], [0.2, 0.8]]
    asked = query(p)
    object.__setattr__(asked, "fit", lambda: Once(p, {}))
    STRATEGIES["expected_error_reduction"](asked, 1)
    assert sorted(tried) == [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1)]


def test_expected_error_judges_some_candidates_and_fills_up_in_the_pools_order():
    p = np.random.default_rng(0).dirichlet(np.ones(2), size=30)

    class Any(Supposing):
        def with_labels(self, rows, classes):  # noqa: ARG002
            return self

    asked = query(p)
    object.__setattr__(asked, "fit", lambda: Any(p, {}))
    chosen = picks("expected_error_reduction", asked, 10, candidates=4, evaluated=7)
    rest = [row for row in range(30) if row not in chosen[:4]]
    assert chosen[4:] == rest[:6]
    assert asked.ties == [pytest.approx(26 / 30)]


@pytest.mark.parametrize("n_classes", [2, 5, 16, 17, 23])
def test_least_confidence_looks_at_the_best_class_however_many_there_are(n_classes):
    rng = np.random.default_rng(n_classes)
    p = rng.dirichlet(np.full(n_classes, 0.3), 200)
    p[rng.integers(0, 200, 3)] = np.nan  # of these nothing is known: last, in the pool's order
    expected = np.argsort(p.max(axis=1), kind="stable")
    assert picks("least_confidence", query(p), 200) == expected.tolist()
