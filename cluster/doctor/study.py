"""A study so small that it says nothing: whether a node can do the work, and gives its answers."""

from __future__ import annotations

import json
import os
import time

from cluster.doctor.seen import Studied

SETS = (  # on the shipped sweep `quickstart`
    "repeats=1",
    "classifiers=[knn]",
    "scalers=[standard]",
    "resamplers=[none]",
    "strategies=[margin]",
    "budgets=[100]",
    "exclude=[]",
)
NICE = 10  # it runs beside whatever else the node does


def study() -> Studied:
    """Do the first cell of `quickstart`: buy 100 labels, tune three trials; nothing is written."""
    os.nice(NICE)
    began = time.monotonic()
    from harness import corpus
    from harness.ledger import Ledger
    from harness.plan import make_plan
    from harness.problem_cache import ProblemCache
    from harness.segment import ReferenceSegment, Task
    from harness.shipped import open_sweep
    from harness.work import work

    sweep = open_sweep("quickstart", SETS)
    prepared = corpus.load(sweep)
    ledger, problems = Ledger(make_plan(sweep, prepared)), ProblemCache(prepared)
    trials = []
    while segments := [s for s in ledger.ready() if not isinstance(s, ReferenceSegment)]:
        for segment in segments:
            rows = work(Task(segment, limit_s=60.0), problems.get)
            ledger.count(rows)
            trials += rows.get("trials", [])
    scores = [[row["status"], row["params"], row["test_macro_f1"]] for row in trials]
    return Studied(time.monotonic() - began, json.dumps(scores))
