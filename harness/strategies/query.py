"""What a strategy sees, and what it must return.

A strategy is a function `(query, n) -> rows`: `n` distinct rows out of `query.candidates`, most
wanted first. It may have keyword parameters. It knows no budget, and cannot see hidden labels or
test rows, because its `Query` does not hold them. The model is fitted when it is first asked for:
a strategy that needs no scores causes none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from harness.arrays import Classes, Features, Probabilities, Rows, Samples, Scores
from harness.errors import BadQuery

RowScore = Callable[[npt.NDArray[np.float64]], Scores]  # (n_rows, n_classes) to (n_rows,)
Asked = Literal["probabilities", "decisions"]  # decisions: what margins are taken of
# (n_samples, n_rows, n_classes) of some rows -> something of each of these rows, (n_rows, ...)
Summary = Callable[[Samples], npt.NDArray[Any]]


class FittedModel(Protocol):
    """The query model, fitted on the labelled rows, as a strategy may use it.

    Rows are pool rows, labelled or not, in any order.
    """

    def probabilities(self, rows: Rows) -> Probabilities:
        """Class probabilities of pool rows, (n_rows, n_classes); 0 for a class not met yet.

        For a classifier without probabilities (svc) the softmax of its decision values.
        """

    def margins(self, rows: Rows) -> Scores:
        """The gap between the two best classes of pool rows, (n_rows,).

        Of probabilities, or of decision values for a classifier without probabilities.
        """

    def scores(self, score: RowScore, rows: Rows, n: int, of: Asked) -> Scores:
        """`score` of what the model says of pool rows, (n_rows,).

        Exact for the `n` lowest and what ties with the last of them. Of any other row it may be
        off by rounding, as long as it stays above them.
        """

    def embedding(self, rows: Rows) -> Features:
        """What the classifier makes of pool rows before it decides, (n_rows, n_units).

        The last hidden layer of a network; the features where a classifier has none.
        """

    def samples(self, rows: Rows, n: int, seed: int) -> Samples:
        """Probabilities of models that might as well be it, (n_samples, n_rows, n_classes).

        `n` dropout masks of a network; the trees of a forest, however many. A strategy that needs
        them says so (`asks_samples`): a sweep that gives it another classifier is refused.
        """

    def committee(self, rows: Rows, n: int, seed: int, summary: Summary) -> npt.NDArray[Any]:
        """`summary` of the members' probabilities, (n_rows, ...); 0 for a class not met yet.

        Every classifier has a committee: the trees of a forest, however many; `n` dropout masks of
        a network; of all others `n` fits on bootstrap draws of the labelled rows, with seeds of
        their own and every met class in each (`harness/bagging.py`). Without probabilities (svc) it
        is the softmax of decision values. While one class only is met, there is one member.

        `summary` is called with some rows at a time, equal ones once, so that no more than some
        thousand rows' (n_members, n_rows, n_classes) are in memory at once; what it says of a row
        may hang on that row alone.
        """

    def with_labels(self, rows: Rows, classes: Classes) -> FittedModel:
        """The model as it would be if these candidates, (n_rows,), had these classes, (n_rows,).

        It is fitted from scratch, with the seed of this one; one that continues goes on from this
        one. To be asked about few rows: it prepares nothing for all of them. Raises `BadQuery` for
        rows that have a label, or are given twice.
        """


@dataclass(frozen=True)
class Query:
    """Everything a strategy may look at."""

    X: Features  # (n_pool, n_features), scaled
    y_labelled: Classes  # (n_labelled,), aligned with `labelled`
    labelled: Rows  # (n_labelled,)
    candidates: Rows  # (n_candidates,), ascending, which is the pool's random order
    n_classes: int
    rng: np.random.Generator
    fit: Callable[[], FittedModel] = field(repr=False)
    ties: list[float] = field(default_factory=list, repr=False)  # filled by `lowest`

    @cached_property
    def model(self) -> FittedModel:
        """The query model; fitted at the first access."""
        return self.fit()

    @cached_property
    def probabilities(self) -> Probabilities:
        """Class probabilities of the candidates, (n_candidates, n_classes)."""
        return self.model.probabilities(self.candidates)

    @cached_property
    def margins(self) -> Scores:
        """Gap between the two best classes of the candidates, (n_candidates,)."""
        return self.model.margins(self.candidates)

    def lowest_of(self, score: RowScore, n: int, *, of: Asked = "probabilities") -> Rows:
        """The `n` candidates with the lowest `score` of probabilities, or of decision values.

        The same rows as `lowest` gives for `score(query.probabilities)`, often much sooner: equal
        rows are scored once, and what rounding cannot bring into the batch need not be exact.
        `score` looks at each row by itself, and changes by no more than 64 n_classes b where no
        value changes by more than b. (Entropy does: x ln x changes by b ln(1/b) at most.)
        """
        return self.lowest(self.model.scores(score, self.candidates, n, of), n)

    def lowest(self, scores: Scores, n: int) -> Rows:
        """The `n` candidates, at least one, with the lowest scores, lowest first.

        `scores` is (n_candidates,). Ties, and scores that are NaN, fall back to the pool's order,
        which is random. Records the share of candidates that tie with the last one chosen.
        """
        if scores.shape != self.candidates.shape:
            raise BadQuery(f"{len(self.candidates)} candidates, but scores are {scores.shape}")
        last = np.partition(scores, n - 1)[n - 1]  # NaN last
        if np.isnan(last):
            is_tied = np.isnan(scores)
            below = np.flatnonzero(~is_tied)
        else:
            is_tied = scores == last
            below = np.flatnonzero(scores < last)
        self.ties.append(float(np.count_nonzero(is_tied) / len(scores)))
        # Candidates ascend: pool order. Fewer than `n` are below, so few need sorting.
        below = below[np.argsort(scores[below], kind="stable")]
        tied = np.flatnonzero(is_tied)[: n - len(below)]
        chosen: Rows = self.candidates[np.concatenate([below, tied])]
        return chosen


class Strategy(Protocol):
    """Chooses what to label next. May have keyword parameters after `n`."""

    def __call__(self, query: Query, n: int) -> Rows:
        """`n` distinct rows out of `query.candidates`, most wanted first."""


_ASKS_SAMPLES = "fewlabels_asks_samples"
S = TypeVar("S", bound=Callable[..., Rows])


def asks_samples(strategy: S) -> S:
    """Declare that a strategy asks its model for `samples`."""
    setattr(strategy, _ASKS_SAMPLES, True)
    return strategy


def does_ask_samples(strategy: Callable[..., Rows]) -> bool:
    """Whether a strategy declared so."""
    return bool(getattr(strategy, _ASKS_SAMPLES, False))
