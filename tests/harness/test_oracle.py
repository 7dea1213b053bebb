"""The strategy that sees hidden labels: what it does with them, and that nobody else gets them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from harness.commands import components
from harness.loop import Buying
from harness.plan_command import show_plan
from harness.schema import SEES_LABELS
from harness.strategies import STRATEGIES
from harness.strategies.oracle import OracleQuery, oracle
from harness.strategies.query import Query
from tests.contracts.test_every_strategy import query
from tests.harness.test_loop import a_problem, buying, rounds

N = 60


@dataclass
class Knowing:
    """A model that is right wherever it has `seen` a row of the class, and says 0 elsewhere."""

    y: np.ndarray
    seen: frozenset = frozenset({0})

    def probabilities(self, rows):
        answer = np.where(np.isin(self.y[rows], [*self.seen]), self.y[rows], 0)
        return 0.1 + 0.7 * np.eye(3)[answer]

    def margins(self, rows):
        return np.linspace(0, 1, len(rows))

    def with_labels(self, rows, classes):
        np.testing.assert_array_equal(classes, self.y[rows])
        return Knowing(self.y, self.seen | {*classes.tolist()})


def asked(y, seed=0):
    plain = query(n_pool=N, seed=seed)
    model = Knowing(y)
    known = vars(plain) | {"fit": lambda: model}
    return OracleQuery(**known, y_true=y)


def test_it_buys_the_class_that_the_model_lacks_where_only_that_helps():
    y = np.zeros(N, dtype=int)
    y[31::2] = 1  # candidates, behind those that random or margin would buy
    for seed in range(5):
        chosen = oracle(asked(y, seed), 3)
        assert 1 in y[chosen]


def test_where_nothing_helps_it_takes_the_next_rows_of_the_pool():
    of = asked(np.zeros(N, dtype=int))
    assert oracle(of, 5).tolist() == of.candidates[:5].tolist()
    assert oracle(of, len(of.candidates)).tolist() == of.candidates.tolist()  # nobody is to judge


def test_rows_that_judge_are_never_bought(monkeypatch):
    y = np.arange(N) % 3
    bought, judged = set(), set()

    class Spy(Knowing):
        def with_labels(self, rows, classes):
            bought.update(rows.tolist())
            after = super().with_labels(rows, classes)
            probabilities = after.probabilities

            def spied(rows):
                judged.update(rows.tolist())
                return probabilities(rows)

            monkeypatch.setattr(after, "probabilities", spied)
            return after

    of = replace(asked(y), fit=lambda: Spy(y))
    oracle(of, 4)
    assert len(judged) == 22  # half of the candidates but the next four
    assert not bought & judged
    assert bought | judged <= {*of.candidates.tolist()}


def handed(**changes):
    """What a strategy of a loop over a problem with wrong labels is handed."""
    seen = []

    def spy(asked, n):
        seen.append(asked)
        return asked.candidates[:n]

    problem = a_problem()
    noisy = replace(problem, y=(problem.y + 1) % 3, truth=problem.y)
    how: Buying = replace(buying(noisy, "random"), strategy=spy, **changes)
    rounds(how, 18)
    return seen[0], noisy


def test_only_the_oracle_is_handed_labels_and_they_are_true_ones():
    told, problem = handed(sees_labels=True)
    np.testing.assert_array_equal(told.y_true, problem.truth)
    np.testing.assert_array_equal(told.y_labelled, problem.y[:10])
    plain, _ = handed()
    assert type(plain) is Query
    with pytest.raises(TypeError, match="handed hidden labels"):
        oracle(plain, 3)
    assert SEES_LABELS == {"oracle"} <= {*STRATEGIES}


@pytest.fixture
def sweep(sweeps, tmp_path):
    def write(**changes):
        (tmp_path / "sweep.yaml").write_text(sweeps.text(**changes), encoding="utf-8")
        return str(tmp_path / "sweep.yaml")

    return write


def test_the_command_line_says_what_it_is(sweep, capsys):
    components(None)
    shown = capsys.readouterr().out
    (line,) = [line for line in shown.splitlines() if line.startswith("  oracle ")]
    assert "sees hidden labels" in line
    show_plan(sweep(strategies=["random", {"name": "oracle", "as": "best"}]), [], None)
    assert "best sees hidden labels: evaluation only" in capsys.readouterr().out
    show_plan(sweep(), [], None)
    assert "sees hidden labels" not in capsys.readouterr().out


def test_a_run_with_it_is_the_same_in_any_segmentation(sweeps, tmp_path):
    small = {"strategies": [{"name": "oracle", "params": {"draws": 1}}], "repeats": 1}
    small |= {"classifiers": ["naive_bayes"], "budgets": [40], "oracle": {"noise": 0.1}}
    whole = sweeps.run(tmp_path / "whole", **small)
    sweeps.must_equal(whole, sweeps.run(tmp_path / "pieces", segment_s=0, **small))
    assert (whole.frame("acquisitions")["status"] == "done").all()
