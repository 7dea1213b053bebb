"""A trial that kills its worker process: tried again alone, given up after three deaths."""

import pytest

pytestmark = [pytest.mark.ray, pytest.mark.xdist_group("ray")]

DEADLY = '''
import os
from pathlib import Path

from sklearn.tree import DecisionTreeClassifier


class _Deadly(DecisionTreeClassifier):
    def fit(self, X, y):
        log = Path({log!r})
        deaths = len(log.read_text()) if log.exists() else 0
        if self.max_depth == 2 and deaths < {deaths}:
            log.write_text("x" * (deaths + 1))
            os._exit(9)
        return super().fit(X, y)


def deadly(seed: int, threads: int, *, max_depth: int = 5):
    """A tree that takes its process with it."""
    return _Deadly(random_state=seed, max_depth=max_depth)


COMPONENTS = {{"classifiers": {{"deadly": deadly}}}}
'''


@pytest.fixture
def deadly(sweeps, tmp_path, two_cpus):
    def run(deaths):
        path = tmp_path / "deadly.py"
        path.write_text(DEADLY.format(log=str(tmp_path / "log"), deaths=deaths))
        return sweeps.run(
            tmp_path / "run",
            executor=two_cpus(2),
            components=[str(path)],
            classifiers=[{"name": "deadly", "space": {"max_depth": {"choices": [5, 2]}}}],
            resamplers=["none"],
            strategies=["random"],
            budgets=[30],
            repeats=1,
            tuning={"trials": 4, "startup": 4, "validation": {"folds": 3}},
        )

    return run


def test_one_death_costs_nothing_but_an_attempt(deadly):
    folder = deadly(deaths=1)
    assert folder.frame("trials")["status"].tolist() == ["done"] * 4
    attempts = folder.frame("attempts")
    assert attempts["cause"].tolist() == ["crashed"]
    assert attempts["action"].tolist() == ["again, one at a time"]


def test_a_trial_that_always_dies_is_crashed_and_stepped_over(deadly):
    folder = deadly(deaths=100)
    trials = folder.frame("trials").sort_values("number")
    killed = trials["params"].str.contains('"classifier.max_depth": 2')
    assert 0 < killed.sum() < 4
    assert (trials["status"] == killed.map({True: "crashed", False: "done"})).all()
    assert trials.loc[killed, "test_macro_f1"].isna().all()
    # One with its segment, one singly, three in fresh processes.
    assert len(folder.frame("attempts")) == 1 + 4 * killed.sum()


def test_what_rays_memory_killer_ends_is_tried_again_with_room_on_a_node(deadly, monkeypatch):
    from ray import exceptions

    from cluster import ray_executor
    from cluster.resources import Ask

    asked = []
    options = Ask.options
    monkeypatch.setattr(Ask, "options", lambda ask: asked.append(ask) or options(ask))
    kills = ((exceptions.WorkerCrashedError, "oom"), *ray_executor.CAUSES)
    monkeypatch.setattr(ray_executor, "CAUSES", kills)
    folder = deadly(deaths=2)
    assert folder.frame("trials")["status"].tolist() == ["done"] * 4
    attempts = folder.frame("attempts").sort_values("at")
    again = ["again, one at a time", "again, alone on a node"]
    assert attempts["action"].tolist() == again
    assert set(attempts["cause"]) == {"oom"}
    (most,) = (ask for ask in asked if ask.memory_gb)
    assert most.memory_gb > 0.1
