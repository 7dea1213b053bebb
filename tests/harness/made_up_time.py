"""Seconds that pass when a test says so: a slow component takes them, and no test waits."""

from __future__ import annotations

from sklearn.tree import DecisionTreeClassifier

CLOCKS = (  # that limits are measured by
    "harness.clock",
    "harness.rows",
    "harness.loop",
    "harness.query_model",
)


class MadeUpTime:
    """Stands for `perf_counter`."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self):
        return self.now

    def passes(self, seconds):
        self.now += seconds


TIME = MadeUpTime()
SLOW_S = 0.1  # for each row that is fitted; ten times that for a tree of depth 2


class SlowTree(DecisionTreeClassifier):
    def fit(self, X, y):
        TIME.passes(SLOW_S * len(X) * (10 if self.max_depth == 2 else 1))
        return super().fit(X, y)


SLOW = '''
from tests.harness.made_up_time import SlowTree


def slow(seed: int, threads: int, *, max_depth: int = 5):
    """A tree that takes a tenth of a second for each row."""
    return SlowTree(random_state=seed, max_depth=max_depth)


COMPONENTS = {"classifiers": {"slow": slow}}
'''
