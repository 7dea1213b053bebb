"""One query, put to a strategy of scikit-activeml; its answer, read by this tree's rules.

The library sees the labelled rows with their labels and the candidates without: what a `Query`
holds, no more. Its seeds come from the query's generator. Where it would draw lots between equal
utilities, and has one utility for each row, the pool's order decides, as it does everywhere here.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge

from harness.arrays import Features, Rows, Scores
from harness.strategies.query import Query

Shown = Annotated[int, Ge(1)] | None  # candidates that the library sees; None: all
NONE = np.empty(0, dtype=np.intp)


@dataclass(frozen=True)
class Library:
    """A query in scikit-activeml's terms: `X`, `y` with NaN for no label, and candidates in `X`."""

    query: Query
    n_shown: int | None  # so many candidates are shown to it: the first, a random sample
    asks: bool = False  # the query model

    @cached_property
    def shown(self) -> Rows:
        """The candidates that it sees, ascending: the library refuses NaN probabilities."""
        first = self.query.candidates[: self.n_shown]
        if not self.asks:
            return first
        return first[np.isfinite(self.query.model.probabilities(first)).all(axis=1)]

    @cached_property
    def rows(self) -> Rows:
        """All pool rows that it sees, ascending: labelled ones and candidates."""
        return np.sort(np.concatenate([self.query.labelled, self.shown]))

    @cached_property
    def X(self) -> Features:  # noqa: N802 - the field's name for it
        """Features of `rows`, (n_rows, n_features), float64."""
        return np.asarray(self.query.X[self.rows], dtype=np.float64)

    @cached_property
    def y(self) -> Scores:
        """Classes of `rows`, (n_rows,), NaN where not labelled."""
        y = np.full(len(self.rows), np.nan)
        y[np.searchsorted(self.rows, self.query.labelled)] = self.query.y_labelled
        return y

    @cached_property
    def at(self) -> Rows:
        """Where the candidates stand in `X`."""
        return np.searchsorted(self.rows, self.shown)

    @cached_property
    def classes(self) -> list[int]:
        """All classes of the problem, met or not."""
        return list(range(self.query.n_classes))

    @cached_property
    def seed(self) -> int:
        """The library's seed for this query."""
        return int(self.query.rng.integers(2**31))

    @property
    def classifier(self) -> dict[str, Any]:
        """How most strategies take the model."""
        return {"clf": self.model, "fit_clf": False}

    @property
    def ensemble(self) -> dict[str, Any]:
        """How queries by committee take it; see `members`."""
        return {"ensemble": self.model, "fit_ensemble": False}

    def members(self, n: int) -> dict[str, Any]:
        """Settings for its committee of `n`."""
        return {
            "sample_predictions_method_name": "committee",
            "sample_predictions_dict": {"n": n, "seed": self.seed},
        }

    @property
    def parzen(self) -> Any:
        """The library's own classifier, for strategies that fit one again and again."""
        from skactiveml.classifier import ParzenWindowClassifier

        return ParzenWindowClassifier(classes=self.classes, random_state=self.seed)

    @property
    def mixture(self) -> Any:
        """Its Gaussian mixture, for strategies that ask for densities."""
        from skactiveml.classifier import MixtureModelClassifier

        return MixtureModelClassifier(classes=self.classes, random_state=self.seed)

    @property
    def logistic_regression(self) -> Any:
        """Scikit-learn's, for strategies that tell labelled rows from others."""
        from skactiveml.classifier import SklearnClassifier
        from sklearn.linear_model import LogisticRegression

        return SklearnClassifier(LogisticRegression(max_iter=1000), random_state=self.seed)

    @cached_property
    def model(self) -> Any:
        """The query model, as the library wants it."""
        from harness.strategies.activeml.answering import Answering

        labelled = self.query.labelled
        its = self.X[np.searchsorted(self.rows, labelled)]
        known = [(self.X[self.at], self.shown), (its, labelled)]
        return Answering(self.query.model, known, self.query.n_classes)

    def by_utility(self, name: str, settings: Mapping[str, Any], n: int, **more: Any) -> Rows:
        """The `n` candidates of the highest utilities, for a strategy that gives each row one.

        `name` is the class, `settings` its parameters, `more` what `query` takes beside X and y.
        Asked for one row: the library's longer batches are the next-best utilities.
        """
        scores = np.full(len(self.query.candidates), np.nan)  # who is not shown comes last
        if len(self.shown):
            _, utilities = self._ask(name, settings, 1, more)
            scores[np.searchsorted(self.query.candidates, self.shown)] = -utilities[0, self.at]
        return self.query.lowest(scores, n)

    def by_batch(self, name: str, settings: Mapping[str, Any], n: int, **more: Any) -> Rows:
        """A batch that the library puts together row by row.

        From where all that is left has one utility, the pool's order goes on; so it does where the
        library names a row twice, or there are fewer candidates to see than rows to choose.
        """
        chosen: list[int] = []
        share = 1.0  # of candidates that tie with the last one
        left = np.ones(len(self.shown), dtype=bool)
        size = min(n, len(self.shown))
        picks, utilities = self._ask(name, settings, size, more) if size else (NONE, NONE)
        for pick, all_of_it in zip(np.searchsorted(self.at, picks), utilities, strict=True):
            of_each = all_of_it[self.at]
            if not left[pick] or _is_flat(of_each[left]):
                break
            share = float((of_each[left] == of_each[pick]).mean())
            left[pick] = False
            chosen.append(int(pick))
        self.query.ties.append(share if len(chosen) == n else 1.0)
        unseen = np.setdiff1d(self.query.candidates, self.shown, assume_unique=True)
        return np.concatenate([self.shown[chosen], self.shown[left], unseen])[:n]

    def nothing(self, n: int) -> Rows:
        """The pool's order, where the library has no answer."""
        return self.query.lowest(np.full(len(self.query.candidates), np.nan), n)

    def _ask(
        self, name: str, settings: Mapping[str, Any], size: int, more: Mapping[str, Any]
    ) -> tuple[Rows, Scores]:
        from skactiveml import pool

        strategy = getattr(pool, name)(**settings, random_state=self.seed)
        with _quiet(self.seed):
            picks, utilities = strategy.query(
                self.X,
                self.y,
                candidates=self.at,
                batch_size=size,
                return_utilities=True,
                **more,
            )
        return np.asarray(picks, dtype=np.intp), np.asarray(utilities)


def _is_flat(utilities: Scores) -> bool:
    """Whether all are equal, of two or more; NaN and infinite ones are none."""
    if not np.isfinite(utilities).any():
        return True
    return len(utilities) > 1 and bool((utilities == utilities[0]).all())


@contextmanager
def _quiet(seed: int) -> Iterator[None]:
    """Its advice, such as on fewer clusters than asked for, is for who calls it by hand.

    And what draws from NumPy's global generator within, such as scikit-learn's SVR, finds the same
    there each time, and leaves no trace.
    """
    state = np.random.get_state()  # noqa: NPY002 - it is what the library may use
    np.random.seed(seed)  # noqa: NPY002
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
