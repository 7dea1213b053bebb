"""Trials are left when their folds say so: the same ones in any segmentation."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import wilcoxon

from harness import corpus
from harness.errors import SweepError
from harness.export.to_optuna import _told
from harness.plan import make_plan
from harness.problem_cache import ProblemCache
from harness.pruning import Earlier, hopeless, signed_rank_p
from harness.schema import TIMING_AND_HOST
from harness.segment import StudySegment, Task
from harness.spec import read_sweep
from harness.study import Judged, propose
from harness.work import work

SWEEP = """
name: pruned
repeats: 1
datasets: [{{name: ton_iot_synthetic, rows: 600}}]
classifiers: [{{name: decision_tree, space: {{max_depth: {{choices: [1, 2, null]}}}}}}]
strategies: [random]
budgets: [150]
labelling: {{initial: 150, batch: 50}}
tuning: {{trials: {trials}, startup: 4{more}}}
"""


def planned(more="", trials=12):
    sweep = read_sweep(SWEEP.format(more=more, trials=trials))
    prepared = corpus.load(sweep)
    (study,) = make_plan(sweep, prepared).studies
    return study, ProblemCache(prepared).get


BATCHES = (np.arange(150),)


def done(study, problems, step):
    """The trials of a study, so many to a segment at most; each segment is told what is stored."""
    rows = []
    while len(rows) < study.n_trials:
        stored = json.loads(json.dumps(rows))
        segment = StudySegment(study, BATCHES, tuple(map(Judged.of, stored)))
        rows += work(Task(segment, step), problems)["trials"]
    return [{k: v for k, v in row.items() if k not in TIMING_AND_HOST} for row in rows]


@pytest.mark.parametrize("rule", ["median", "wilcoxon"])
def test_the_same_trials_are_left_in_any_segmentation(rule):
    study, problems = planned(f", pruning: {rule}")
    whole = done(study, problems, float("inf"))
    assert done(study, problems, 0.0) == whole
    statuses = [row["status"] for row in whole]
    assert statuses[0] == "done"
    assert "pruned" in statuses
    for row in whole:
        is_left = row["status"] == "pruned"
        assert (row["val_macro_f1"] is None) == (row["test_macro_f1"] is None) == is_left
        assert 2 <= len(row["fold_scores"]) <= 5
        assert is_left or len(row["fold_scores"]) == 5
        assert (row["error"] is not None) == is_left


def test_without_pruning_nothing_is_left_or_noted():
    study, problems = planned()
    rows = done(study, problems, float("inf"))
    assert {row["status"] for row in rows} == {"done"}
    assert {row["fold_scores"] for row in rows} == {None}


def test_only_a_study_that_prunes_has_another_id():
    plain, median, other = (
        planned(f", pruning: {how}")[0] for how in ("null", "median", "wilcoxon")
    )
    assert plain.id == planned()[0].id
    assert len({plain.id, median.id, other.id}) == 3
    assert median.acquisition.id == plain.acquisition.id


def test_a_classifier_validated_otherwise_is_not_pruned_and_keeps_its_id():
    def own(study):
        curve = study.acquisition.curve
        way = replace(study.validation, method="holdout_of_labelled", folds=4)
        classifier = replace(curve.classifier, validation=way)
        acquisition = replace(study.acquisition, curve=replace(curve, classifier=classifier))
        return replace(study, acquisition=acquisition)

    pruned = own(planned(", pruning: median")[0])
    assert pruned.pruning is None
    assert pruned.id == own(planned()[0]).id


def test_the_sampler_learns_from_a_trial_that_was_left():
    study, _ = planned(", pruning: median")
    params = [propose(study, [])]
    told = []
    for number in range(8):
        told.append(Judged(params[-1], "done", 0.5 + number / 100, (0.5,) * 5))
        params.append(propose(study, told))
    told[3] = replace(told[3], status="failed", value=None)
    left = [*told[:3], replace(told[3], status="pruned", folds=(0.1, 0.1)), *told[4:]]
    assert propose(study, left) == propose(study, left)
    assert {json.dumps(propose(study, each)) for each in (left, told)}


def test_a_trial_that_was_left_is_exported_as_pruned():
    study, problems = planned(", pruning: median")
    rows = done(study, problems, float("inf"))
    left = next(row for row in rows if row["status"] == "pruned")
    row = {**left, "wall_s": 1.0, "fit_s": None}
    assert _told(row, study.space).state.name == "PRUNED"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (", pruning: mean", "pruning"),
        (", pruning: median, validation: {method: holdout, rows: 20}", "holdout has none to spare"),
        (", pruning: wilcoxon, validation: {folds: 3}", "pruning by wilcoxon needs 4 folds, not 3"),
    ],
)
def test_what_cannot_prune_is_refused(more, says):
    with pytest.raises(SweepError, match=says):
        read_sweep(SWEEP.format(more=more, trials=3))


# ---- the rules


def earlier(*scores, whole=5):
    return [Earlier(i, each, len(each) == whole) for i, each in enumerate(scores)]


FIVE = earlier(*[(m,) * 5 for m in (0.4, 0.5, 0.6, 0.7, 0.8)])


def test_median_leaves_what_is_worse_than_half_of_five_trials():
    assert hopeless("median", (0.5, 0.69), FIVE, lower_is_better=False)
    assert not hopeless("median", (0.5, 0.7), FIVE, lower_is_better=False)
    assert not hopeless("median", (0.1,), FIVE, lower_is_better=False)
    assert not hopeless("median", (0.1, 0.1), FIVE[:4], lower_is_better=False)
    assert hopeless("median", (0.5, 0.71), FIVE, lower_is_better=True)
    assert not hopeless("median", (0.5, 0.7), FIVE, lower_is_better=True)


def test_median_counts_trials_that_went_as_far():
    short = [*FIVE[:4], Earlier(4, (0.8, 0.8), is_whole=False)]
    assert hopeless("median", (0.1, 0.1), short, lower_is_better=False)
    assert not hopeless("median", (0.1, 0.1, 0.1), short, lower_is_better=False)


def test_wilcoxon_leaves_what_is_worse_than_the_best_trial_on_four_folds():
    assert not hopeless("wilcoxon", (0.7, 0.6, 0.5), FIVE, lower_is_better=False)
    said = hopeless("wilcoxon", (0.7, 0.6, 0.5, 0.4), FIVE, lower_is_better=False)
    assert said == "worse than trial 4 on 4 folds (p = 0.0625)"
    assert not hopeless("wilcoxon", (0.7, 0.9, 0.5, 0.4), FIVE, lower_is_better=False)
    assert hopeless("wilcoxon", (0.5, 0.6, 0.7, 0.8), FIVE, lower_is_better=True)
    never = [replace(trial, is_whole=False) for trial in FIVE]
    assert not hopeless("wilcoxon", (0.1, 0.1, 0.1, 0.1), never, lower_is_better=False)


@pytest.mark.parametrize("rule", ["median", "wilcoxon"])
def test_a_fold_without_a_score_decides_nothing(rule):
    nan = float("nan")
    assert not hopeless(rule, (0.1, nan, 0.1, 0.1), FIVE, lower_is_better=False)
    without = [replace(trial, scores=(nan,) * 5) for trial in FIVE]
    assert not hopeless(rule, (0.1, 0.1, 0.1, 0.1), without, lower_is_better=False)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=7))
def test_p_counts_every_way_to_give_signs(differences):
    size = np.abs(differences)
    rank = [(size < s).sum() + ((size == s).sum() + 1) / 2 for s in size]
    zeros = sum(r / 2 for r, s in zip(rank, size, strict=True) if s == 0)
    others = [r for r, s in zip(rank, size, strict=True) if s]
    observed = zeros + sum(r for r, d in zip(rank, differences, strict=True) if d > 0)
    sums = [
        zeros + sum(r for r, up in zip(others, signs, strict=True) if up)
        for signs in itertools.product([False, True], repeat=len(others))
    ]
    assert signed_rank_p(differences) == pytest.approx(np.mean([s <= observed for s in sums]))


@given(st.lists(st.floats(-1, 1), min_size=4, max_size=8, unique_by=abs))
def test_p_is_that_of_scipy_where_nothing_ties(differences):
    if 0 not in differences:
        known = wilcoxon(differences, alternative="less", method="exact").pvalue
        assert signed_rank_p(differences) == pytest.approx(known)
