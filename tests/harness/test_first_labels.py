"""A sweep's design, from the plan to what is stored."""

from __future__ import annotations

import numpy as np
import pytest

from datasets.badges import CHOSEN_BY_CLASS
from harness import corpus
from harness.corpus import dataset_row
from harness.ledger import Ledger
from harness.plan import make_plan
from harness.problem_cache import ProblemCache
from harness.segment import AcquisitionSegment, Task, problem_key
from harness.work import work

START = {"initial": 20, "batch": 10}


def first_batches(made, design, **changes):
    """What each acquisition labels first, with the sweep's problem and the row of its dataset."""
    sweep = made.sweep(labelling={**START, "design": design}, budgets=[20], **changes)
    prepared = corpus.load(sweep)
    problems = ProblemCache(prepared)
    batches = {}
    for segment in Ledger(make_plan(sweep, prepared)).ready():
        if isinstance(segment, AcquisitionSegment):
            found = work(Task(segment, 60.0, sweep.files), problems.get)
            acquisition = segment.acquisition
            key = (str(acquisition.curve), acquisition.repeat)
            batches[key] = found["rounds"][0]["batch"]
            problem = problems.get(problem_key(segment), sweep.registry)
    (row,) = (dataset_row(p, sweep.registry, sweep.setting) for p in prepared.values())
    return batches, problem, row


@pytest.mark.parametrize("design", ["k_means", "typiclust", "k_center"])
def test_all_curves_of_a_repeat_begin_with_the_same_rows(made, design):
    batches, _, row = first_batches(made, design, repeats=2)
    of_repeat = [{tuple(b) for (_, repeat), b in batches.items() if repeat == r} for r in (0, 1)]
    assert [len(batches) for batches in of_repeat] == [1, 1]
    assert of_repeat[0] != of_repeat[1]
    assert set(of_repeat[0].pop()) != set(range(20))
    assert row["badges"] == []


def test_who_begins_with_every_class_wears_a_badge(made):
    batches, problem, row = first_batches(made, "stratified", repeats=1)
    (batch,) = {tuple(batch) for batch in batches.values()}
    share = np.bincount(problem.y) * 20 / len(problem.y)
    assert np.abs(np.bincount(problem.y[list(batch)]) - share).max() < 1
    assert row["badges"] == [CHOSEN_BY_CLASS]
