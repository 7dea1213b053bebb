"""Components of `chaos.py`: a tree that takes its time, so that kills meet work under way.

It sleeps $FEWLABELS_CHAOS_PAUSE seconds at each fit, or as many as the file says that
$FEWLABELS_CHAOS_PAUSE_FILE names: time goes by, and no CPU is used.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from sklearn.tree import DecisionTreeClassifier


class _Unhurried(DecisionTreeClassifier):
    def fit(self, X, y):
        file = os.environ.get("FEWLABELS_CHAOS_PAUSE_FILE")
        said = Path(file).read_text(encoding="ascii") if file else None
        time.sleep(float(said or os.environ.get("FEWLABELS_CHAOS_PAUSE", "0")))
        return super().fit(X, y)


def unhurried(seed: int, threads: int, *, max_depth: int = 8):  # noqa: ARG001 - it has one thread
    """A decision tree that takes its time."""
    return _Unhurried(random_state=seed, max_depth=max_depth)


COMPONENTS = {"classifiers": {"unhurried": unhurried}}
