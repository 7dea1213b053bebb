"""What every entry of STRATEGIES promises. A new strategy is tested by being listed."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, fields, replace
from functools import partial, wraps

import numpy as np
import pytest

from harness.strategies import STRATEGIES, Query, activeml
from harness.strategies.jointly import chooses_jointly
from harness.strategies.oracle import OracleQuery

ACTIVEML = activeml.named() if activeml.version() else {}
TWO_CLASSES = {"activeml:epistemic_uncertainty_sampling"}
ROUNDED = {"activeml:quire"}  # equal rows differ in its utilities' last digits

SLOW = {f"activeml:{name}" for name in ("discriminative_al", "four_ds", "monte_carlo_eer")}
SLOW |= {"activeml:value_of_information_eer"}

GUARD = {"activeml:core_set", "activeml:query_by_committee", "activeml:uncertainty_sampling"}
BY_MAKE_ACTIVEML = ACTIVEML.keys() - GUARD  # the others take half a minute

IN_ORDER = {"random", "epsilon_mix", "oracle"}  # whose idea it is to take rows in the pool's order


def told(strategy):
    """`strategy` with what `oracle` alone is handed besides."""

    @wraps(strategy)
    def told_so(query, n, **params):
        known = {field.name: getattr(query, field.name) for field in fields(query)}
        y_true = np.arange(len(query.X)) % query.n_classes
        return strategy(OracleQuery(**known, y_true=y_true), n, **params)

    return told_so


LISTED = {**STRATEGIES, **ACTIVEML, "oracle": told(STRATEGIES["oracle"])}


def every_strategy_but(exceptions):
    """Each listed strategy that the library does not keep from it."""
    kept = [
        pytest.param(
            partial(strategy, candidates=12) if name in SLOW else strategy,
            id=name,
            marks=[pytest.mark.activeml] if name in BY_MAKE_ACTIVEML else [],
        )
        for name, strategy in LISTED.items()
        if name not in exceptions
    ]
    return pytest.mark.parametrize("strategy", kept)


every_strategy = every_strategy_but(TWO_CLASSES)


@dataclass
class Model:
    """A fitted model with made-up probabilities, one row per pool row."""

    p: np.ndarray  # (n_pool, n_classes)
    X: np.ndarray  # (n_pool, n_features)

    def probabilities(self, rows):
        return self.p[rows].copy()

    def margins(self, rows):
        second, best = np.partition(self.p[rows], -2, axis=1)[:, -2:].T
        return best - second

    def scores(self, score, rows, n, of):  # noqa: ARG002 - every score is exact
        return score(self.p[rows])

    def embedding(self, rows):
        return self.X[rows]

    def samples(self, rows, n, seed):  # noqa: ARG002
        noise = np.outer(np.arange(1, n + 1), 1e3 * np.abs(self.X[rows]).sum(axis=1))
        noise = (noise % 1)[:, :, np.newaxis]  # of the row itself, wherever it lies
        return noise * self.p[rows] + (1 - noise) / self.p.shape[1]

    def committee(self, rows, n, seed, summary):
        found = [summary(self.samples(part, n, seed)) for part in np.array_split(rows, 2)]
        return np.concatenate(found)

    def with_labels(self, rows, classes):
        p = self.p.copy()
        p[rows] = np.eye(p.shape[1])[classes]
        return Model((self.p + p) / 2, self.X)


def query(p=None, *, X=None, n_pool=60, n_labelled=12, n_classes=3, seed=0):
    rng = np.random.default_rng(seed)
    if p is None:
        p = rng.dirichlet(np.ones(n_classes), size=n_pool)
    n_pool, n_classes = p.shape
    X = rng.normal(size=(n_pool, 5)).astype(np.float32) if X is None else X
    asked = Query(
        X=X,
        y_labelled=np.arange(n_labelled) % n_classes,
        labelled=np.arange(0, 2 * n_labelled, 2),
        candidates=np.setdiff1d(np.arange(n_pool), np.arange(0, 2 * n_labelled, 2)),
        n_classes=n_classes,
        rng=np.random.default_rng(seed),
        fit=lambda: Model(p, X),
    )
    for array in (asked.X, asked.y_labelled, asked.labelled, asked.candidates, p):
        array.flags.writeable = False
    return asked


@pytest.mark.parametrize(("name", "strategy"), LISTED.items(), ids=LISTED.keys())
def test_is_a_documented_function_of_its_name(name, strategy):
    name = name.removeprefix(activeml.PREFIX)
    assert strategy.__name__ == name
    assert name == name.lower()
    assert name.isidentifier()
    assert inspect.getdoc(strategy)
    parameters = [*inspect.signature(strategy).parameters.values()]
    assert [p.name for p in parameters[:2]] == ["query", "n"]
    for parameter in parameters[2:]:
        assert parameter.annotation is not parameter.empty
        assert parameter.default is not parameter.empty


@every_strategy
@pytest.mark.parametrize("n", [1, 7, 48])
def test_returns_n_distinct_candidates(strategy, n):
    asked = query()
    chosen = strategy(asked, n)
    assert chosen.shape == (n,)
    assert np.issubdtype(chosen.dtype, np.integer)
    assert len(set(chosen.tolist())) == n
    assert set(chosen.tolist()) <= set(asked.candidates.tolist())


@every_strategy
def test_depends_on_its_query_alone(strategy):
    np.random.seed(0)  # noqa: NPY002 - global state must not matter
    first = strategy(query(seed=3), 9)
    np.random.seed(1)  # noqa: NPY002
    before = np.random.get_state()  # noqa: NPY002
    np.testing.assert_array_equal(first, strategy(query(seed=3), 9))
    after = np.random.get_state()  # noqa: NPY002
    np.testing.assert_array_equal(before[1], after[1])


@every_strategy
def test_leaves_its_inputs_alone(strategy):
    asked = query()
    arrays = (asked.X, asked.y_labelled, asked.labelled, asked.candidates, asked.probabilities)
    before = [array.copy() for array in arrays]
    strategy(asked, 5)
    for old, new in zip(before, arrays, strict=True):
        np.testing.assert_array_equal(old, new)


@every_strategy_but(TWO_CLASSES | ROUNDED)
def test_takes_the_pools_order_among_ties(strategy):
    asked = query(np.full((60, 4), 0.25), X=np.ones((60, 5)))
    assert strategy(asked, 9).tolist() == asked.candidates[:9].tolist()


@every_strategy_but(TWO_CLASSES | ROUNDED)
def test_takes_the_pools_order_where_no_score_can_be_had(strategy):
    asked = query(np.full((60, 4), np.nan), X=np.ones((60, 5)))
    assert strategy(asked, 9).tolist() == asked.candidates[:9].tolist()


@every_strategy_but(TWO_CLASSES | ROUNDED | SLOW | {"random"})  # which has no scores
@pytest.mark.parametrize("value", [0.25, np.nan])
def test_records_that_the_pools_order_decided(strategy, value):
    asked = query(np.full((60, 4), value), X=np.ones((60, 5)))
    strategy(asked, 5)
    assert asked.ties[-1] >= 44 / 48, "of those that were left for the last place"


def in_another_order(asked, p):
    """The same pool shuffled, and which row of the other each of its rows is."""
    was = np.random.default_rng(9).permutation(len(p))
    now = np.argsort(was)
    labelled = np.sort(now[asked.labelled])
    y = np.zeros(len(p), dtype=int)
    y[asked.labelled] = asked.y_labelled
    shuffled = replace(
        asked,
        X=asked.X[was],
        labelled=labelled,
        y_labelled=y[was[labelled]],
        candidates=np.sort(now[asked.candidates]),
        rng=np.random.default_rng(0),
        fit=lambda: Model(p[was], asked.X[was]),
        ties=[],
    )
    return shuffled, was


@every_strategy_but(TWO_CLASSES | IN_ORDER | SLOW)  # of the slow ones the first candidates only
def test_chooses_the_same_rows_in_whatever_order_the_pool_lies(strategy):
    p = np.random.default_rng(4).dirichlet(np.ones(3), size=60)
    asked = query(p)
    chosen = strategy(asked, 9).tolist()
    shuffled, was = in_another_order(asked, p)
    # Who draws lots among candidates as they come draws others then, as it does with other dice.
    draws_lots = strategy(replace(query(p), rng=np.random.default_rng(77)), 9).tolist() != chosen
    has_ties = max(asked.ties, default=0) > 1.5 / len(asked.candidates)  # the pool's order decides
    assert was[strategy(shuffled, 9)].tolist() == chosen or draws_lots or has_ties


@every_strategy
def test_copes_with_certainty_and_with_a_class_not_met_yet(strategy):
    p = np.zeros((60, 4))
    p[np.arange(60), np.arange(60) % 3] = 1.0  # class 3 has no label: its column is 0
    assert len(set(strategy(query(p), 20).tolist())) == 20


@every_strategy_but({})
def test_copes_with_two_classes(strategy):
    assert len(set(strategy(query(n_classes=2), 20).tolist())) == 20


@every_strategy_but(
    TWO_CLASSES | {name for name, strategy in LISTED.items() if chooses_jointly(strategy)}
)
def test_a_smaller_batch_is_the_start_of_a_larger_one(strategy):
    assert strategy(query(), 20)[:6].tolist() == strategy(query(), 6).tolist()
