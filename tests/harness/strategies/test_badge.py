from __future__ import annotations

import numpy as np

from harness.strategies import STRATEGIES, Query


class Model:
    def __init__(self, p, hidden):
        self.p, self.hidden = p, hidden

    def probabilities(self, rows):
        return self.p[rows]

    def embedding(self, rows):
        return self.hidden[rows]


def query(p, hidden):
    none = np.arange(0)
    model = Model(p, hidden)
    rows = np.arange(len(p))
    return Query(hidden, none, none, rows, 3, np.random.default_rng(1), lambda: model)


def test_badge_is_k_means_plus_plus_on_the_gradients_of_the_likeliest_labels():
    rng = np.random.default_rng(0)
    p, hidden = rng.dirichlet(np.ones(3), size=50), rng.normal(size=(50, 4))
    asked = query(p, hidden)

    gradients = (p - np.eye(3)[p.argmax(axis=1)])[:, :, np.newaxis] * hidden[:, np.newaxis]
    gradients = gradients.reshape(50, 12)
    draws = np.random.default_rng(1)
    expected = [int((gradients**2).sum(axis=1).argmax())]
    while len(expected) < 15:
        distances = ((gradients[:, np.newaxis] - gradients[expected]) ** 2).sum(axis=2).min(axis=1)
        distances[expected] = 0
        expected.append(int(draws.choice(50, p=distances / distances.sum())))
    assert STRATEGIES["badge"](asked, 15).tolist() == expected


def test_rows_of_which_the_model_says_nothing_count_as_certain():
    rng = np.random.default_rng(0)
    p, hidden = rng.dirichlet(np.ones(3), size=50), rng.normal(size=(50, 4))
    silent = [0, 7, 30]
    certain = p.copy()
    p[silent], certain[silent] = np.nan, np.eye(3)[0]
    chosen = STRATEGIES["badge"](query(p, hidden), 15).tolist()
    assert chosen == STRATEGIES["badge"](query(certain, hidden), 15).tolist()
    assert chosen[0] not in silent
