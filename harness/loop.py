"""The active-learning loop: fit, score, choose, buy; round after round.

No files, no Ray, no clocks but stopwatches: a problem goes in, rounds come out one by one. A
round's random generator is named by its number, so the loop may stop after any round and go on
from the stored batches as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from harness.answers import Answers
from harness.arrays import Classes, Features, Rows
from harness.cell import Labelling
from harness.learner import Fitted, Learner
from harness.pool import Pool
from harness.problem import Problem
from harness.query_model import Fit, QueryModel
from harness.stop_set import N_ROWS, NO_OUTLOOK, Outlook, outlook
from harness.strategies.oracle import OracleQuery
from harness.strategies.query import Query


@dataclass(frozen=True, slots=True)
class Round:
    """What one round bought and what it took."""

    number: int  # 0 is the initial design
    pool: Pool  # after it
    batch: Rows  # pool rows in the order of choice
    tie_share: float | None  # of candidates that tie with the last one chosen; None: no scores
    fit_s: float
    score_s: float  # whatever else the strategy asked of the model, a committee's fits included
    query_s: float  # choosing, without fitting and scoring
    note: str | None  # JSON: what the resampler did; None: nothing was fitted
    outlook: Outlook = NO_OUTLOOK  # of the query model

    @property
    def took_s(self) -> float:
        """Seconds of all of it."""
        return self.fit_s + self.score_s + self.query_s


def _any_time(seconds: float) -> None:
    """Allow it."""


class OnLabels:
    """A learner fitted on a pool's labelled rows: once per pool, however many ask."""

    def __init__(
        self,
        problem: Problem,
        learner: Learner,
        allow: Callable[[float], None] = _any_time,
        *,
        y: Classes | None = None,
    ) -> None:
        """`allow` hears how long each fit of a learner that continues took, and may raise.

        It learns from `y`, (n_pool,): by default from the labels that the problem's oracle gives.
        """
        self.problem = problem
        self.y = problem.y if y is None else y
        self.learner = learner
        self.fit_s = 0.0  # of the last fit: without those that led up to it
        self._allow = allow
        self._pool: Pool | None = None
        self._fitted: Fitted | None = None
        self._answers: Answers | None = None

    def answers(self, pool: Pool) -> Answers:
        """What the learner, fitted on the labelled rows of `pool`, says of the problem's rows."""
        fitted, before = self.fitted(pool), self._answers
        if before is not None and before.fitted is fitted:
            return before
        # Who was asked about both sides after the last batch will be after this one.
        together = before is not None and before.asked == {"pool", "test"}
        self._answers = answers = Answers(
            fitted, self.problem, together=together, labelled=pool.labelled, before=before
        )
        return answers

    def fitted(self, pool: Pool) -> Fitted:
        """The learner, fitted on the labelled rows of `pool` in ascending order.

        One that continues is fitted on every batch in turn, on those that it has not seen yet.
        """
        if self._fitted is None or pool is not self._pool:
            self._fitted = self._continued(pool) if self.learner.continues else self._fit(pool)
            self._pool = pool
        return self._fitted

    def _fit(self, pool: Pool, before: Fitted | None = None) -> Fitted:
        started = perf_counter()
        rows = pool.labelled
        fitted = self.learner.fit(self.problem.X[rows], self.y[rows], before)
        self.fit_s = perf_counter() - started
        return fitted

    def _before(self, pool: Pool) -> tuple[Pool | None, Fitted | None]:
        """The last fit and its pool, if `pool` goes on from there."""
        seen = self._pool
        if seen is None or not np.array_equal(
            pool.after(seen.n_rounds - 1).bought_in, seen.bought_in
        ):
            return None, None
        return seen, self._fitted

    def _continued(self, pool: Pool) -> Fitted:
        seen, fitted = self._before(pool)
        for number in range(seen.n_rounds if seen else 0, pool.n_rounds):
            fitted = self._fit(pool.after(number), fitted)
            # Each by itself: how many there are hangs on where the last segment ended.
            self._allow(self.fit_s)
        if fitted is None:
            raise ValueError("no round has bought anything yet")
        return fitted


@dataclass(frozen=True)
class Buying:
    """How an acquisition buys: everything of it that no round changes."""

    problem: Problem
    labelling: Labelling
    n_holdout: int
    design: Callable[[Features, int], Rows]
    strategy: Callable[[Query, int], Rows]
    generator: Callable[[int], np.random.Generator]  # of a round
    sees_labels: bool = False  # the strategy is one of `schema.SEES_LABELS`

    def replay(self, batches: Sequence[Rows]) -> Pool:
        """The pool after `batches`."""
        pool = Pool.unlabelled_of(len(self.problem.y), self.n_holdout)
        for batch in batches:
            pool = pool.label(batch, len(batch))
        return pool


def active_learning(
    buying: Buying, model: OnLabels, pool: Pool, first: int, until: int
) -> Iterator[Round]:
    """Yield rounds from number `first` on, until `until` labels are bought or none is left.

    `pool` is what the rounds before `first` left. Raises `BadQuery` where the strategy breaks
    its contract, and whatever the model raises.
    """
    for number in range(first, len(buying.problem.y) + 1):
        if number > 0 and (pool.n_bought >= until or len(pool.candidates) == 0):
            return
        bought = _choose(buying, model, pool, number)
        pool = bought.pool
        yield bought


def _choose(buying: Buying, model: OnLabels, pool: Pool, number: int) -> Round:
    if number == 0:
        n = buying.labelling.initial
        started = perf_counter()
        # Candidates are the pool's first rows, so rows of this part are pool rows.
        batch = np.asarray(buying.design(buying.problem.X[: len(pool.candidates)], n))
        query_s = perf_counter() - started
        return Round(0, pool.label(batch, n), batch, None, 0.0, 0.0, query_s, None)

    asked_s: list[float] = []  # of each question that the strategy put to the model
    fitting_s: list[
        float
    ] = []  # replays of earlier batches are in it; no fit, if a test left its own

    def fit() -> QueryModel:
        started = perf_counter()
        labelled = pool.labelled
        fitted = Fit(model.answers(pool), model.learner, labelled, model.y[labelled])
        fitting_s.append(perf_counter() - started)
        return QueryModel(fitted, asked_s)

    n = min(buying.labelling.batch, len(pool.candidates))
    query = Query(
        X=buying.problem.X,
        y_labelled=buying.problem.y[pool.labelled],
        labelled=pool.labelled,
        candidates=pool.candidates,
        n_classes=buying.problem.n_classes,
        rng=buying.generator(number),
        fit=fit,
    )
    if buying.sees_labels:
        query = OracleQuery(**vars(query), y_true=buying.problem.y_true)
    started = perf_counter()
    batch = np.asarray(buying.strategy(query, n))
    fit_s = model.fit_s if fitting_s else 0.0
    score_s = sum(asked_s, 0.0)
    query_s = max(perf_counter() - started - sum(fitting_s) - score_s, 0.0)
    ties = query.ties[-1] if query.ties else None
    after = pool.label(batch, n)
    if not fitting_s:
        return Round(number, after, batch, ties, fit_s, score_s, query_s, None)
    note = model.fitted(pool).note
    started = perf_counter()
    seen = outlook(model.answers(pool), pool.stop_set(N_ROWS))
    score_s += perf_counter() - started
    return Round(number, after, batch, ties, fit_s, score_s, query_s, note, seen)
