"""Strategies of scikit-activeml through the adapter: what they are given, and what comes back."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace

import numpy as np
import pytest

from harness import registry
from harness.cell import Acquisition
from harness.errors import BadQuery
from harness.registry import Registry, unknown
from harness.strategies import activeml
from tests.contracts.test_every_strategy import Model, query

pytestmark = pytest.mark.skipif(activeml.version() is None, reason="needs the extra activeml")
STRATEGIES = activeml.named()
INSTALLED = f"scikit-activeml=={activeml.version()}"


@pytest.fixture
def pool():
    """The library's: imported by tests, since to collect them would otherwise take seconds."""
    from skactiveml import pool

    return pool


@pytest.fixture
def seen(monkeypatch, pool):
    """What the library's `query` is given from here on, call by call."""
    calls = []
    asked = pool.RandomSampling.query

    def query(self, X, y, **more):
        calls.append({"X": X, "y": y, **more})
        return asked(self, X, y, **more)

    monkeypatch.setattr(pool.RandomSampling, "query", query)
    return calls


def test_every_pool_strategy_of_the_library_is_served_or_has_a_reason(pool):
    base = pool.RandomSampling.__mro__[1]
    theirs = {
        name
        for name in pool.__all__
        if inspect.isclass(getattr(pool, name))
        and issubclass(getattr(pool, name), base)
        and name != "ExpectedErrorReduction"  # the base of two others
    }
    assert theirs == set(activeml.ACTIVEML) | set(activeml.NOT_SERVED)
    assert set(activeml.ACTIVEML) & set(activeml.NOT_SERVED) == set()


def test_a_name_is_that_of_the_librarys_class():
    for theirs, strategy in activeml.ACTIVEML.items():
        assert strategy.__name__.replace("_", "") == theirs.casefold()
        assert theirs in strategy.__doc__.partition("\n")[0]


def test_the_library_sees_labels_of_labelled_rows_alone(seen):
    asked = query()
    STRATEGIES["activeml:random_sampling"](asked, 4)
    (given,) = seen
    rows = np.sort(np.concatenate([asked.labelled, asked.candidates]))
    np.testing.assert_array_equal(given["X"], asked.X[rows])
    of_labelled = np.isin(rows, asked.labelled)
    np.testing.assert_array_equal(given["y"][of_labelled], asked.y_labelled)
    assert np.isnan(given["y"][~of_labelled]).all()
    np.testing.assert_array_equal(rows[given["candidates"]], asked.candidates)


def test_rows_that_are_neither_labelled_nor_candidates_are_not_shown(seen):
    asked = query()
    held_out = replace(asked, candidates=asked.candidates[:-5])
    STRATEGIES["activeml:random_sampling"](held_out, 4)
    assert len(seen[0]["X"]) == len(asked.X) - 5


def test_it_may_be_shown_the_first_candidates_only(seen):
    asked = query()
    STRATEGIES["activeml:random_sampling"](asked, 4, candidates=10)
    assert len(seen[0]["candidates"]) == 10
    chosen = STRATEGIES["activeml:core_set"](asked, 6, candidates=10)
    assert set(chosen) <= set(asked.candidates[:10])


def test_where_it_is_shown_fewer_than_are_wanted_the_pools_order_goes_on():
    asked = query()
    chosen = STRATEGIES["activeml:core_set"](asked, 8, candidates=3)
    assert set(chosen[:3]) == set(asked.candidates[:3])
    assert chosen[3:].tolist() == asked.candidates[3:8].tolist()
    assert asked.ties == [1.0]


@pytest.mark.parametrize("name", ["uncertainty_sampling", "badge", "query_by_committee"])
def test_rows_of_which_the_model_says_nothing_come_last(name):
    p = np.random.default_rng(0).dirichlet(np.ones(3), size=60)
    silent = [1, 3, 5, 7, 9]
    p[silent] = np.nan
    asked = query(p)
    chosen = STRATEGIES[f"activeml:{name}"](asked, 48)
    assert chosen[-5:].tolist() == silent


def test_the_share_of_candidates_that_tie_with_the_last_one_is_told():
    p = np.full((60, 2), 0.5)
    p[:30] = 0.9, 0.1
    asked = query(p)
    STRATEGIES["activeml:uncertainty_sampling"](asked, 5)
    assert asked.ties == [np.mean(asked.candidates >= 30)]


def test_settings_reach_the_library():
    p = np.array([[0.5, 0.5, 0.0], [0.6, 0.2, 0.2]] * 30)  # margin prefers one, confidence neither
    of = {
        method: STRATEGIES["activeml:uncertainty_sampling"](query(p), 4, method=method)
        for method in ("margin_sampling", "entropy")
    }
    assert {int(row) % 2 for row in of["margin_sampling"]} == {0}
    assert {int(row) % 2 for row in of["entropy"]} == {1}


def test_a_badge_of_a_network_works_on_its_embedding():
    asked = query()
    embedded = np.zeros((60, 2))
    embedded[41] = 9.0, 9.0

    class Network(Model):
        def embedding(self, rows):
            return embedded[rows]

    network = replace(asked, fit=lambda: Network(asked.model.p, asked.X))
    assert STRATEGIES["activeml:badge"](network, 1).tolist() == [41]


def test_the_model_is_asked_about_rows_that_the_library_was_given_and_no_others():
    from harness.strategies.activeml.library import Library

    library = Library(query(), None, asks=True)
    with pytest.raises(BadQuery, match="asked about 2 rows it was not given"):
        library.model.predict_proba(np.zeros((2, 5)))
    with pytest.raises(BadQuery, match="wanted to fit the query model again"):
        library.model.fit(library.X, library.y)


def test_two_classes_are_asked_for_where_the_library_knows_no_more():
    with pytest.raises(BadQuery, match="is defined for two classes; this problem has 3"):
        STRATEGIES["activeml:epistemic_uncertainty_sampling"](query(), 4)


def test_a_name_is_told_by_its_nearest_or_by_why_it_is_not_there():
    known = [*STRATEGIES, "margin"]
    assert "did you mean 'activeml:typi_clust'?" in unknown("strategy", "activeml:TypiClust", known)
    assert "margin" not in unknown("strategy", "activeml:bagde", known)
    assert "activeml:" not in unknown("strategy", "margn", known)
    assert unknown("strategy", "activeml:drop_query", known) == (
        "no strategy 'activeml:drop_query': scikit-activeml has DropQuery, which asks the model "
        "about rows with features left out, which are no pool rows"
    )


def test_without_the_library_a_sweep_is_told_what_to_install(monkeypatch, made):
    monkeypatch.setattr(activeml, "version", lambda: None)
    registry.load.cache_clear()
    try:
        assert set(STRATEGIES) & set(registry.load().strategies) == set()
        (told,) = made.problems(strategies=["random", "activeml:badge"])
        assert told == (
            "strategies[1]: no strategy 'activeml:badge': strategies of scikit-activeml need it "
            "installed: pip install -c constraints.txt -e '.[activeml]'"
        )
    finally:
        registry.load.cache_clear()


def test_ids_hold_the_librarys_version(made):
    plan = made.plan(strategies=["activeml:badge"])
    first: Acquisition = plan.acquisitions[0]
    strategy = first.curve.strategy
    assert strategy.source == INSTALLED
    other = replace(strategy, source="scikit-activeml==0.9")
    assert replace(first, curve=replace(first.curve, strategy=other)).id != first.id
    assert Registry().source("strategies", "margin") == ""


def test_a_sweep_runs_it_and_keeps_the_version(sweeps, tmp_path):
    far = {"name": "activeml:core_set", "as": "far", "params": {"candidates": 40}}
    folder = sweeps.run(tmp_path / "run", strategies=["activeml:falcun", far])
    acquisitions = folder.read("acquisitions").to_pandas()
    assert set(acquisitions["status"]) == {"done"}
    assert set(acquisitions["strategy"]) == {"activeml:falcun", "far"}
    (versions,) = folder.read("environments").column("versions").to_pylist()
    assert json.loads(versions)["scikit-activeml"] == activeml.version()
