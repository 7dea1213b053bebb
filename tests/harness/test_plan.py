from __future__ import annotations

import pytest

from harness.errors import SweepError


def test_every_axis_is_crossed_with_every_repeat(made):
    plan = made.plan(scalers=["none", "standard"], resamplers=["none"], repeats=3)
    assert len(plan.acquisitions) == 2 * 2 * 1 * 2 * 3
    assert len(plan.studies) == 2 * len(plan.acquisitions)
    assert len({a.id for a in plan.acquisitions}) == len(plan.acquisitions)
    assert len({s.id for s in plan.studies}) == len(plan.studies)
    assert [s.budget for s in plan.studies[:2]] == [30, 60]


def test_an_exclusion_takes_out_the_curves_that_match_all_of_it(made):
    plan = made.plan(
        resamplers=["none", "smote"],
        exclude=[{"classifier": "naive_bayes", "resampler": "smote"}],
    )
    left = {(a.curve.classifier.name, a.curve.resampler.name) for a in plan.acquisitions}
    assert ("naive_bayes", "smote") not in left
    assert len(left) == 3
    assert {why for _, why in plan.excluded} == {
        "excluded by classifier: naive_bayes, resampler: smote"
    }
    assert len(plan.excluded) == 2


def test_a_sweep_that_excludes_everything_is_refused(made):
    with pytest.raises(SweepError, match="exclude leaves no curve to run"):
        made.plan(exclude=[{"scaler": "standard"}])


def test_a_curve_of_two_grids_passes_the_budgets_of_both_in_one_acquisition(made):
    plan = made.plan(
        repeats=1,
        budgets=[30],
        classifiers=["naive_bayes"],
        strategies=["random"],
        grids=[{}, {"budgets": [40, 60]}, {"classifiers": ["knn"]}],
    )
    assert [(a.curve.classifier.name, a.budgets) for a in plan.acquisitions] == [
        ("naive_bayes", (30, 40, 60)),
        ("knn", (30,)),
    ]


def test_what_one_grid_excludes_another_may_run(made):
    plan = made.plan(
        repeats=1,
        exclude=[],
        grids=[{"exclude": [{"strategy": "margin"}]}, {"classifiers": ["naive_bayes"]}],
    )
    ran = {(a.curve.classifier.name, a.curve.strategy.name) for a in plan.acquisitions}
    assert ran == {
        ("decision_tree", "random"),
        ("naive_bayes", "random"),
        ("naive_bayes", "margin"),
    }
    assert [str(curve) for curve, _ in plan.excluded] == [
        "npz × decision_tree × standard × smote × margin"
    ]


def test_the_target_is_fitted_even_outside_the_grid_and_once(made):
    plan = made.plan(repeats=1)
    pipelines = [tuple(r.curve.labels.values())[1:4] for r in plan.references]
    assert pipelines == [
        ("random_forest", "none", "none"),
        ("decision_tree", "standard", "smote"),
        ("naive_bayes", "standard", "smote"),
    ]
    alone = made.plan(repeats=1, reference={"every_pipeline": False})
    assert [r.curve.classifier.name for r in alone.references] == ["random_forest"]


def test_shares_of_the_pool_are_counted_in_labels_of_each_dataset(made):
    name, path = "npz", made.sweeps.base["datasets"][0]["path"]
    plan = made.plan(
        datasets=[{"name": name, "path": path}, {"name": "ton_iot_synthetic", "rows": 600}],
        budgets=["10%"],
        repeats=1,
    )
    met = {a.curve.dataset.label: a.budgets for a in plan.acquisitions}
    assert met == {"npz": (30,), "ton_iot_synthetic": (50,)}  # of 288 and 480 rows


def test_a_budget_that_a_pool_cannot_meet_is_refused_with_the_dataset(made):
    with pytest.raises(SweepError, match=r"budgets, on npz: 300 is more than the pool's 288 rows"):
        made.plan(budgets=[30, 300])


def test_datasets_that_cannot_be_used_are_all_named(made, tmp_path):
    with pytest.raises(SweepError) as refused:
        made.plan(
            datasets=[
                {"name": "npz", "as": "a", "path": str(tmp_path / "no.npz")},
                {"name": "ton_iot_synthetic", "rows": 5},
                {"name": "npz", "as": "b", "path": made.sweeps.base["datasets"][0]["path"]},
            ],
        )
    assert [line.partition(":")[0] for line in refused.value.problems] == [
        "datasets, a",
        "datasets, ton_iot_synthetic",
    ]


def test_a_split_that_cannot_hold_every_class_is_refused(made):
    with pytest.raises(SweepError, match=r"cannot hold a row of each of 3 classes"):
        made.plan(split={"test": 0.001})


LIMITED = """
from harness.at_most import at_most

@at_most(rows=287, batch=9)
def all_pairs(query, n):
    return query.candidates[:n]

@at_most(rows=287, sample="among")
def sampled(query, n, *, among: int | None = None):
    return query.candidates[:n]

@at_most(rows=100, batch=19)
def pairwise(X, n):
    return range(n)

STRATEGIES = {"all_pairs": all_pairs, "sampled": sampled}
COMPONENTS = {"strategies": STRATEGIES, "designs": {"pairwise": pairwise}}
"""
STRATEGY = [
    "strategies, all_pairs: chooses at most 9 rows at once, and labelling.batch is 10",
    (
        "strategies, all_pairs: takes a pool of at most 287 rows, and that of npz has 288; take "
        "fewer `rows` of the dataset, or another strategy, or exclude the pair"
    ),
]
DESIGN = [
    "labelling.design, pairwise: chooses at most 19 rows at once, and labelling.initial is 20",
    (
        "labelling.design, pairwise: takes a pool of at most 100 rows, and that of npz has 288; "
        "take fewer `rows` of the dataset, or another design"
    ),
]


@pytest.fixture
def limited(tmp_path):
    """The fields of a sweep that knows a strategy and a design with limits."""
    path = tmp_path / "limited.py"
    path.write_text(LIMITED)
    return {"components": [str(path)], "strategies": ["random", "all_pairs"]}


def test_what_is_too_large_for_a_strategy_or_the_design_is_refused(made, limited):
    labelling = {"initial": 20, "design": "pairwise", "batch": 10}
    with pytest.raises(SweepError) as refused:
        made.plan(**limited, labelling=labelling)
    assert list(refused.value.problems) == DESIGN + STRATEGY
    with pytest.raises(SweepError) as refused:
        made.plan(**limited)
    assert list(refused.value.problems) == STRATEGY


def test_a_pair_that_is_excluded_is_not_too_large(made, limited):
    plan = made.plan(**limited, exclude=[{"strategy": "all_pairs"}])
    assert {a.curve.strategy.name for a in plan.acquisitions} == {"random"}


@pytest.mark.parametrize("few", [287, 100])
def test_a_strategy_that_looks_at_few_enough_rows_takes_any_pool(made, limited, few):
    strategy = {"name": "sampled", "params": {"among": few}}
    assert made.plan(**limited | {"strategies": [strategy]}).acquisitions


@pytest.mark.parametrize("many", [None, 288])
def test_one_that_looks_at_too_many_is_refused_with_its_parameter(made, limited, many):
    strategy = {"name": "sampled", "params": {"among": many}}
    with pytest.raises(SweepError) as refused:
        made.plan(**limited | {"strategies": [strategy]})
    assert list(refused.value.problems) == [
        (
            "strategies, sampled: takes a pool of at most 287 rows, and that of npz has 288; take "
            "fewer `rows` of the dataset, or set its parameter `among` so low, another strategy, "
            "or exclude the pair"
        )
    ]
