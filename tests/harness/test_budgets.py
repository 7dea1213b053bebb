from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from harness.budgets import checkpoints, unreachable
from harness.cell import Labelling

labellings = st.builds(Labelling, st.integers(1, 60), st.just("random"), st.integers(1, 60))


@given(labellings, st.integers(0, 40), st.integers(0, 30))
def test_what_rounds_pass_can_be_met(labelling, n_holdout, k):
    passed = labelling.initial + n_holdout + k * labelling.batch
    assert unreachable(passed, labelling, n_holdout) is None


@given(labellings, st.integers(0, 40), st.integers(1, 2000))
def test_a_budget_is_refused_with_the_nearest_that_can_be_met(labelling, n_holdout, budget):
    first = labelling.initial + n_holdout
    passed = {first + k * labelling.batch for k in range(2001)}
    why = unreachable(budget, labelling, n_holdout)
    assert (why is None) == (budget in passed)
    if why and budget < first:
        assert why.endswith(f"the nearest is {first}")
    elif why:
        below = max(n for n in passed if n < budget)
        above = min(n for n in passed if n > budget)
        assert why.endswith(f"the nearest are {below} and {above}")


@given(labellings, st.integers(0, 40), st.integers(1, 1000), st.integers(1, 10_000))
def test_a_share_is_rounded_up_to_what_a_round_passes(labelling, n_holdout, share, n_pool):
    percent = share / 10
    first = labelling.initial + n_holdout
    met, wrong = checkpoints([f"{percent}%"], labelling, n_holdout, n_pool)
    if first > n_pool:
        assert met == ()
        assert wrong == [f"the first {first} labels are more than the pool's {n_pool} rows"]
        return
    (n,) = met
    wanted = math.ceil(n_pool * share / 1000)
    assert n == n_pool or unreachable(n, labelling, n_holdout) is None
    assert min(wanted, n_pool) <= n <= n_pool
    assert n - max(wanted, first) < labelling.batch


def test_all_of_the_pool_is_all_of_it_whatever_its_last_batch():
    assert checkpoints(["100%"], Labelling(50, "random", 50), 0, 133) == ((133,), [])


def test_budgets_ascend_and_are_met_once():
    met, wrong = checkpoints([150, "1%", 100, "2%"], Labelling(50, "random", 50), 0, 7500)
    assert met == (100, 150)
    assert not wrong


def test_a_budget_beyond_the_pool_is_refused():
    met, wrong = checkpoints([100, 200], Labelling(50, "random", 50), 0, 120)
    assert met == (100,)
    assert wrong == ["200 is more than the pool's 120 rows"]
