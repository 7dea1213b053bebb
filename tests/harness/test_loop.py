from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.cell import Component, Labelling
from harness.designs import DESIGNS
from harness.errors import BadQuery
from harness.learner import Learner
from harness.loop import Buying, OnLabels, active_learning
from harness.pool import Pool
from harness.problem import Distinct, Problem
from harness.registry import Registry
from harness.schema import SEES_LABELS
from harness.seeding import generator
from harness.strategies import STRATEGIES


def a_problem(n=60, seed=0, y=None):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n) if y is None else np.asarray(y)
    X = (rng.normal(size=(n, 3)) + y[:, None]).round(0)
    groups = np.unique(X, axis=0, return_inverse=True)[1]
    X_test = rng.normal(size=(5, 3))
    return Problem(
        X=X,
        y=y,
        groups=groups,
        pool=Distinct.rows(X, groups),
        test=Distinct.rows(X_test, np.arange(5)),
        y_test=np.zeros(5, dtype=np.int64),
        is_novel=np.ones(5, dtype=bool),
        n_classes=3,
    )


class Spy:
    """A classifier that counts its fits."""

    fits = 0

    def __init__(self, seed, threads):
        from harness.classifiers import CLASSIFIERS

        self.inner = CLASSIFIERS["naive_bayes"](seed, threads)

    def fit(self, X, y):
        type(self).fits += 1
        self.inner.fit(X, y)
        self.classes_ = self.inner.classes_

    def predict_proba(self, X):
        return self.inner.predict_proba(X)

    def samples(self, X, n, seed):
        noise = np.random.default_rng(seed).random((n, 1, 1))
        p = self.predict_proba(X)
        return noise * p + (1 - noise) / p.shape[1]


def model_of(problem, classifier=None):
    registry = Registry(classifiers={"it": classifier or fresh_spy()})
    component, none = Component("it", "it"), Component("none", "none")
    return OnLabels(problem, Learner(component, none, registry, 0, 1, problem.n_classes))


def fresh_spy():
    return type("FreshSpy", (Spy,), {"fits": 0})


def buying(problem, strategy, labelling=Labelling(10, "random", 8), n_holdout=0):  # noqa: B008
    return Buying(
        problem,
        labelling,
        n_holdout,
        DESIGNS["random"],
        STRATEGIES.get(strategy, strategy),
        lambda number: generator(1, "query", number),
        sees_labels=strategy in SEES_LABELS,
    )


def rounds(how, until, batches=(), model=None):
    model = model or model_of(how.problem)
    return list(active_learning(how, model, how.replay(batches), len(batches), until))


def bought(found):
    return [(r.number, r.batch.tolist(), r.tie_share, r.pool.n_bought) for r in found]


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([*STRATEGIES, "drawn"]),
    st.integers(0, 7),
    st.sampled_from([0, 4]),
    st.integers(0, 3),
)
def test_stopping_anywhere_and_going_on_from_stored_batches_changes_nothing(
    strategy, stop, n_holdout, seed
):
    def drawn(query, n):
        return query.rng.permutation(query.candidates)[:n]

    how = buying(
        a_problem(seed=seed), drawn if strategy == "drawn" else strategy, n_holdout=n_holdout
    )
    whole = rounds(how, 60)
    stop = min(stop, len(whole))
    rest = rounds(how, 60, [r.batch for r in whole[:stop]])
    assert bought(whole[:stop]) + bought(rest) == bought(whole)


def arrays_within(value, seen):
    """Every array that attributes, items and slots lead to from `value`."""
    if id(value) in seen or isinstance(value, str | int | float | type | None):
        return
    seen[id(value)] = value
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from arrays_within(inner, seen)
    elif isinstance(value, list | tuple | set):
        for inner in value:
            yield from arrays_within(inner, seen)
    else:
        names = [*getattr(type(value), "__slots__", ()), *getattr(value, "__dict__", ())]
        for name in names:
            yield from arrays_within(getattr(value, name), seen)


@pytest.mark.parametrize("classifier", ["knn", "random_forest", "svc", "logistic_regression"])
def test_nothing_that_a_strategy_is_handed_leads_to_a_label_not_bought(classifier):
    """Labels of rows not bought are impossible numbers, which would be seen anywhere."""
    from harness.classifiers import CLASSIFIERS

    problem, found = a_problem(), []
    secret = 987_654

    def nosy(query, n):
        query.probabilities, query.margins, query.model  # noqa: B018 - all that can be asked for
        votes = query.model.committee(query.candidates, 2, 0, lambda p: p.argmax(axis=2).T)
        supposing = query.model.with_labels(query.candidates[:1], np.array([0]))
        supposing.probabilities(query.candidates)
        found.extend(arrays_within([query, votes, supposing], {}))
        return query.candidates[:n]

    hidden = np.r_[problem.y[:10], np.full(50, secret)]
    how = buying(replace(problem, y=hidden, y_test=np.full(5, secret)), nosy)
    rounds(how, 18, model=model_of(how.problem, CLASSIFIERS[classifier]))
    assert len(found) > 5
    assert not any(array.dtype.kind in "iuf" and (array == secret).any() for array in found)


def test_a_smaller_budget_is_a_prefix_of_a_larger_one():
    how = buying(a_problem(), "entropy")
    assert bought(rounds(how, 26)) == bought(rounds(how, 42))[:3]


def test_random_takes_the_pool_in_order_and_fits_nothing():
    how = buying(a_problem(), "random")
    spy = fresh_spy()
    found = rounds(how, 60, model=model_of(how.problem, spy))
    assert np.concatenate([r.batch for r in found]).tolist() == list(range(60))
    assert spy.fits == 0
    assert {(r.fit_s, r.score_s, r.note, r.tie_share) for r in found} == {(0.0, 0.0, None, None)}


def test_the_query_model_is_fitted_once_a_round():
    how = buying(a_problem(), "margin")
    spy = fresh_spy()
    found = rounds(how, 26, model=model_of(how.problem, spy))
    assert spy.fits == len(found) - 1 == 2
    assert all(r.fit_s > 0 and r.score_s > 0 and r.note == "{}" for r in found[1:])


def test_the_last_batch_is_what_is_left():
    found = rounds(buying(a_problem(), "entropy"), 60)
    assert [len(r.batch) for r in found] == [10, 8, 8, 8, 8, 8, 8, 2]
    assert found[-1].pool.n_bought == 60


def test_held_out_rows_are_never_bought():
    found = rounds(buying(a_problem(), "margin", n_holdout=7), 60)
    batches = np.concatenate([r.batch for r in found])
    assert sorted(batches.tolist()) == list(range(53))
    assert found[0].pool.n_bought == 17
    assert found[-1].pool.n_bought == 60


def test_nothing_is_bought_beyond_what_was_asked():
    assert len(rounds(buying(a_problem(), "random"), 10)) == 1
    how = buying(a_problem(), "random")
    assert rounds(how, 10, [np.arange(10)]) == []


@pytest.mark.parametrize(
    ("strategy", "complaint"),
    [
        (lambda q, n: q.candidates[: n - 1], r"asked for 8 pool rows, got int64 of shape \(7,\)"),
        (lambda q, n: q.candidates[[0] * n], "asked for 8 distinct rows"),
        (lambda q, n: q.labelled[:n], "already labelled: rows"),
        (lambda q, n: q.candidates[:n] + 100, "no candidates: rows"),
        (lambda _, n: np.linspace(0, 1, n), "asked for 8 pool rows, got float64"),
        (lambda *_: None, "asked for 8 pool rows, got object"),
        (lambda q, n: q.lowest(np.zeros(3), n), r"50 candidates, but scores are \(3,\)"),
    ],
)
def test_a_strategy_that_breaks_its_contract_is_told_how(strategy, complaint):
    with pytest.raises(BadQuery, match=complaint):
        rounds(buying(a_problem(), strategy), 18)


def test_a_list_of_rows_will_do():
    found = rounds(buying(a_problem(), lambda q, n: q.candidates[-n:].tolist()), 18)
    assert found[1].batch.tolist() == list(range(52, 60))


@pytest.mark.parametrize("strategy", ["entropy", "margin", "least_confidence"])
def test_where_all_candidates_tie_the_pools_order_decides(strategy):
    only = a_problem(y=np.zeros(60, dtype=np.int64))
    found = rounds(buying(only, strategy), 60)
    assert np.concatenate([r.batch for r in found]).tolist() == list(range(60))
    assert [r.tie_share for r in found[1:]] == [1.0] * 7


def test_a_one_class_start_goes_on_in_the_pools_order_until_a_second_class_turns_up():
    y = np.array([0] * 20 + [1, 2] * 20)
    found = rounds(buying(a_problem(y=y), "margin"), 60)
    assert np.concatenate([r.batch for r in found[:3]]).tolist() == list(range(26))
    assert found[1].tie_share == found[2].tie_share == 1.0
    assert found[3].tie_share < 1.0


def test_a_strategy_sees_labels_of_bought_rows_only():
    seen = []

    def look(query, n):
        seen.append((query.labelled.tolist(), query.y_labelled.tolist(), vars(query).keys()))
        return query.candidates[:n]

    how = buying(a_problem(), look)
    rounds(how, 18)
    (labelled, y, held), *_ = seen
    assert labelled == list(range(10))
    assert y == how.problem.y[:10].tolist()
    assert held == {
        "X",
        "y_labelled",
        "labelled",
        "candidates",
        "n_classes",
        "rng",
        "fit",
        "ties",
    }


def test_no_attribute_that_a_strategy_can_follow_leads_to_hidden_labels():
    reached = {}

    def follow(thing):
        if id(thing) in reached or isinstance(thing, type | str):
            return
        reached[id(thing)] = thing  # kept, so that no other gets its id
        for part in [*getattr(thing, "__dict__", {}).values(), *slots(thing)]:
            follow(part)

    def slots(thing):
        names = getattr(type(thing), "__slots__", ())
        return [getattr(thing, name) for name in names if hasattr(thing, name)]

    def look(query, n):
        follow(query.model)
        follow(query)
        return query.candidates[:n]

    how = buying(a_problem(), look)
    rounds(how, 18)
    assert id(how.problem.X) in reached
    assert not {id(how.problem.y), id(how.problem.y_test), id(how.problem)} & reached.keys()


def test_twins_get_one_score():
    asked = []

    class Counting(Spy):
        def predict_proba(self, X):
            asked.append(len(X))
            return super().predict_proba(X)

    how = buying(a_problem(), "entropy")
    rounds(how, 18, model=model_of(how.problem, Counting))
    left = how.problem.groups[10:]
    stop_set = how.problem.groups  # all of so small a pool
    assert asked == [len(np.unique(left)), len(np.unique(stop_set))]
    assert asked[0] < len(left)


def test_replaying_batches_gives_the_pool_after_them():
    how = buying(a_problem(), "random", n_holdout=3)
    pool = how.replay([np.array([4, 2]), np.array([9])])
    assert pool.labelled.tolist() == [2, 4, 9]
    assert pool.n_bought == 6
    assert isinstance(pool, Pool)
