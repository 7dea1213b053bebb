from __future__ import annotations

import numpy as np
import pytest

from harness import cost
from harness.classifiers.size import Size
from harness.learner import Fitted
from harness.schema import COSTS


class Slow:
    """Notes what it is asked about; a call lasts as long as `took` says, of a clock of its own."""

    def __init__(self, took) -> None:
        self.took, self.asked, self.now = list(took), [], 0.0

    def size(self):
        return Size(3, 24, None)

    def predict_proba(self, X):
        self.asked.append(X[:, 0].tolist())
        self.now += self.took.pop(0) if self.took else 0.0
        return np.ones((len(X), 1))


@pytest.fixture
def costs(monkeypatch):
    def of(model, n_rows=3):
        monkeypatch.setattr(cost, "perf_counter", lambda: getattr(model, "now", 0.0))
        X = np.arange(float(n_rows))[:, np.newaxis]
        return cost.cost(Fitted(model, np.array([0]), 1, "{}"), X)

    return of


def test_it_says_what_the_model_says_and_the_fastest_of_several_calls(costs):
    model = Slow([0.5, 0.2, 0.9])
    assert costs(model) == {
        "n_parameters": 3,
        "model_bytes": 24,
        "n_operations": None,
        "latency_row_s": pytest.approx(0.2),
        "latency_batch_s": pytest.approx(0.9),
    }
    assert len(model.asked) == 3


def test_fast_models_are_asked_more_often_but_not_for_ever(costs):
    model = Slow([])
    costs(model)
    assert len(model.asked) == 2 * cost.MOST
    model = Slow([0.0003] * 5)
    costs(model)
    assert len(model.asked) == 4 + cost.MOST


@pytest.mark.parametrize("n_rows", [1, 3, 2000])
def test_a_batch_has_1024_rows_however_many_there_are(costs, n_rows):
    model = Slow([])
    costs(model, n_rows)
    assert model.asked[0] == [0.0]
    assert model.asked[-1] == [float(i % n_rows) for i in range(1024)]


def test_one_class_has_no_model_and_no_cost(costs):
    assert costs(None) == dict.fromkeys(COSTS)
