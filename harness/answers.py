"""What one fit says of a problem's rows: each asked about as seldom as is known to be enough.

Equal rows get equal answers, so distinct rows are asked about, whatever the classifier. Of trees
it is known which rows they tell apart (`fast/`): one row of each region is asked about, and where
the candidates and the test rows are asked about in turn, the regions of both together. A support
vector machine is asked itself about those rows alone for which matrix products might round to
another answer, or another order of the candidates, than its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from harness.arrays import Classes, Features, Probabilities, Rows, Samples, Scores
from harness.fast.cuts import Cuts, cuts_of
from harness.fast.kernel import Expansion, expansion_of
from harness.fast.neighbours import Neighbours, shares, voting_of
from harness.fast.numbering import occurring
from harness.fast.regions import Regions
from harness.learner import Fitted
from harness.problem import Problem
from harness.strategies.margin import gap
from harness.strategies.query import Asked, RowScore, Summary

AT_ONCE = 2**13  # rows whose samples are held: of 100 trees and 10 classes some 65 MB
ASKED_AT_ONCE = 2**13  # regions whose features are held: of 40 features some 1.3 MB
Side = Literal["pool", "test"]
VOTERS_AT_ONCE = 128  # labelled rows whose distances are held
STEEP = 64  # how much more than values a score may change, by class (`Query.lowest_of`)
ROUNDED = 2.0**-48  # what evaluating a score may add to it, in the same units


@dataclass(frozen=True, slots=True)
class _Scored:
    rows: Rows  # (n_regions,): a distinct row of each, those of the test set after the pool's
    values: Probabilities  # (n_regions, n_classes)
    of: Rows  # (n_distinct,): the region of each distinct row of a side


class Answers:
    """Of a fit, to whoever asks: the strategy about pool rows, the test about test rows."""

    def __init__(
        self,
        fitted: Fitted,
        problem: Problem,
        *,
        together: bool = False,
        labelled: Rows | None = None,
        before: Answers | None = None,
    ) -> None:
        """`together`: both sides will be asked about, so the first question answers for both.

        `labelled`: the pool rows that it was fitted on, where that is known. `before`: of the fit
        on fewer of them, whose neighbours need not be found again.
        """
        self.fitted = fitted
        self.problem = problem
        self.asked: set[Side] = set()
        self._together = together
        self._cuts: Cuts | None = cuts_of(fitted.model)
        self._expansion: Expansion | None = expansion_of(fitted.model)
        self._scored: dict[Side, _Scored] = {}
        self._labelled = self._voters(labelled)
        self.neighbours: dict[Side, Neighbours] = dict(before.neighbours) if before else {}

    @classmethod
    def of_few(cls, fitted: Fitted, problem: Problem) -> Answers:
        """To questions about few rows, for which to find the regions of all would not pay."""
        answers = cls(fitted, problem)
        answers._cuts = None
        return answers

    def test(self) -> tuple[Classes, Probabilities | None, Rows]:
        """Classes and probabilities, if there are any, of the test rows that may differ.

        Third, (n_test,), which of them each test row has.
        """
        of = self.problem.test.of
        if self._expansion is not None:
            self.asked.add("test")
            return self._voted(self._expansion, self.problem.test.X), None, of
        if (known := self._known("test")) is None:
            return *self.fitted.predict(self.problem.test.X), of
        needed, at = occurring(known.of, len(known.values))
        values = known.values[needed]
        return values.argmax(axis=1), values, at[of]

    def classes(self, rows: Rows) -> tuple[Classes, Probabilities | None]:
        """What a test would say of pool rows: classes and, if there are any, probabilities."""
        if (known := self._scored.get("pool")) is None:
            needed, at = np.unique(self.problem.pool.of[rows], return_inverse=True)
            X = self.problem.pool.X[needed]
            if self._expansion is not None:
                return self._voted(self._expansion, X)[at], None
            classes, probabilities = self.fitted.predict(X)
            return classes[at], None if probabilities is None else probabilities[at]
        values = known.values[self._regions(known, rows)]
        return values.argmax(axis=1), values

    def confidences(self, rows: Rows) -> Probabilities:
        """`Fitted.confidences` of pool rows, (n_rows, n_classes)."""
        if (known := self._known("pool")) is None:
            return np.asarray(self._of_each(self.fitted.confidences, rows))
        return known.values[self._regions(known, rows)]

    def margins(self, rows: Rows) -> Scores:
        """`Fitted.margins` of pool rows, (n_rows,)."""
        if (known := self._known("pool")) is None:
            return np.asarray(self._of_each(self.fitted.margins, rows))
        return self._of_regions(known, gap(known.values), rows)

    def scores(self, score: RowScore, rows: Rows, n: int, of: Asked) -> Scores:
        """`score` of pool rows, (n_rows,), as `FittedModel.scores` promises it."""
        if (known := self._known("pool")) is not None:
            return self._of_regions(known, score(known.values), rows)
        if self._expansion is not None:
            return self._refined(self._expansion, score, rows, n, of)
        ask = self.fitted.confidences if of == "probabilities" else self.fitted.decisions
        return np.asarray(self._of_each(lambda X: score(ask(X)), rows))

    def embedding(self, rows: Rows) -> Features:
        """`Fitted.embedding` of pool rows, (n_rows, n_units)."""
        return np.asarray(self._of_each(self.fitted.embedding, rows))

    def samples(self, rows: Rows, n: int, seed: int) -> Samples:
        """`Fitted.samples` of pool rows, (n_samples, n_rows, n_classes)."""
        if (known := self._known("pool")) is not None:
            needed, at = occurring(self._regions(known, rows), len(known.rows))
            return self.fitted.samples(self._features(known.rows[needed]), n, seed)[:, at]

        def of(X: Features) -> Samples:
            return self.fitted.samples(X, n, seed).swapaxes(0, 1)

        return np.asarray(self._of_each(of, rows)).swapaxes(0, 1)

    def of_samples(self, rows: Rows, n: int, seed: int, summary: Summary) -> npt.NDArray[Any]:
        """`summary` of `samples`, (n_rows, ...), of which `AT_ONCE` rows are held at a time."""
        if (known := self._known("pool")) is not None:
            needed, at = occurring(self._regions(known, rows), len(known.rows))

            def of_regions(part: Rows) -> npt.NDArray[Any]:
                return summary(self.fitted.samples(self._features(part), n, seed))

            return _in_parts(of_regions, known.rows[needed], AT_ONCE)[at]
        # Which dropout masks a row meets hangs on those beside it: candidates, as they come.
        return _in_parts(lambda part: summary(self.samples(part, n, seed)), rows, AT_ONCE)

    def of_others(
        self, rows: Rows, samples: Callable[[Features], Samples], summary: Summary
    ) -> npt.NDArray[Any]:
        """`summary` of what other models say of pool rows, asked about each distinct one once."""
        X = self.problem.pool.X
        needed, at = self._needed(rows)
        return _in_parts(lambda part: summary(samples(X[part])), needed, AT_ONCE)[at]

    def _of_each(self, of: Callable[[Features], npt.NDArray[Any]], rows: Rows) -> Any:
        needed, at = self._needed(rows)
        return of(self.problem.pool.X.take(needed, axis=0, mode="clip"))[at]

    def _needed(self, rows: Rows) -> tuple[Rows, Rows]:
        """The distinct rows among pool rows, ascending, and the place of each row among them."""
        return occurring(self.problem.pool.of[rows], len(self.problem.pool.X))

    def _features(self, rows: Rows) -> Features:
        """Of distinct rows, (n_rows, n_features): those of the test set after the pool's."""
        pool, test = self.problem.pool.X, self.problem.test.X
        X = pool.take(rows, axis=0, mode="clip")
        beyond = rows >= len(pool)
        X[beyond] = test[rows[beyond] - len(pool)]
        return X

    def _voted(self, expansion: Expansion, X: Features) -> Classes:
        """The classes that libsvm gives rows, (n_rows,)."""
        close = expansion.close(X)
        found = self.fitted.classes[close.classes]
        unsure = np.flatnonzero(~close.is_sure)
        if len(unsure):
            found[unsure] = self.fitted.classes[self.fitted.model.predict(X[unsure])]
        return found

    def _refined(
        self, expansion: Expansion, score: RowScore, rows: Rows, n: int, of: Asked
    ) -> Scores:
        """Scores of which those that may be among the `n` lowest are libsvm's own.

        The n-th lowest of the largest that each score can be is not below the n-th lowest score,
        so what cannot be as low as that is above it, whatever rounding did.
        """
        needed, at = self._needed(rows)
        X = self.problem.pool.X.take(needed, axis=0, mode="clip")
        close = expansion.close(X)
        values_of = self.fitted.likened if of == "probabilities" else self.fitted.spread
        scores = score(values_of(close.decisions))
        far = STEEP * self.problem.n_classes * (close.error + ROUNDED)

        def ask(which: Rows) -> None:
            if len(which):
                scores[which] = score(values_of(self.fitted.model.decision_function(X[which])))
                far[which] = 0.0

        ask(np.flatnonzero(~close.is_sure))
        bound = np.partition((scores + far)[at], n - 1)[n - 1]
        ask(np.flatnonzero(~(scores - far > bound) & (far > 0)))
        return scores[at]

    def _regions(self, known: _Scored, rows: Rows) -> Rows:
        return known.of[self.problem.pool.of[rows]]

    def _of_regions(self, known: _Scored, scores: Scores, rows: Rows) -> Scores:
        """Of pool rows, from `scores` of their regions, step by step: no index is made for it."""
        return scores[known.of][self.problem.pool.of][rows]

    def _known(self, side: Side) -> _Scored | None:
        """The answers to each region of a side; None for a classifier whose regions are unknown."""
        self.asked.add(side)
        if side in self._scored:
            return self._scored[side]
        if self._cuts is not None:
            self._score(self._cuts, side)
        elif self._labelled is not None:
            self._count(self._labelled, side)
        return self._scored.get(side)

    def _voters(self, labelled: Rows | None) -> Rows | None:
        """`labelled`, where these rows as they are, and nothing else, vote."""
        remembered = voting_of(self.fitted.model)
        if labelled is None or remembered is None:
            return None
        X, y = remembered
        is_same = np.array_equal(X, self.problem.X[labelled]) and np.array_equal(
            self.fitted.classes[y], self.problem.y[labelled]
        )
        return labelled if is_same else None

    def _count(self, labelled: Rows, side: Side) -> None:
        X, k = getattr(self.problem, side).X, self.fitted.model.n_neighbors
        found = self.neighbours.get(side)
        if found is None or not np.isin(found.known, labelled).all():
            found = Neighbours.none(X, self.fitted.model.most)
        new = np.setdiff1d(labelled, found.known)
        for at in range(0, len(new), VOTERS_AT_ONCE):
            rows = new[at : at + VOTERS_AT_ONCE]
            found = found.with_rows(X, rows, self.problem.X[rows], self.problem.y[rows])
        self.neighbours[side] = found
        values = shares(found, X, k, self.fitted.confidences, self.problem.n_classes)
        every = np.arange(len(X))
        rows = every if side == "pool" else every + len(self.problem.pool.X)
        self._scored[side] = _Scored(rows, values, every)

    def _score(self, cuts: Cuts, side: Side) -> None:
        n = len(self.problem.pool.X)
        end = n + len(self.problem.test.X)
        own: dict[Side, slice] = {"pool": slice(0, n), "test": slice(n, end)}
        asked = slice(0, end) if self._together else own[side]
        regions = Regions.of_rows(self.problem.ranks, cuts, asked)
        rows = regions.first + asked.start

        def probabilities(part: Rows) -> Probabilities:
            values = self.fitted.probabilities(self._features(part))
            if values is None:
                raise TypeError(f"{type(self.fitted.model).__name__} has cuts, no probabilities")
            return values

        values = _in_parts(probabilities, rows, ASKED_AT_ONCE)
        if self._together:
            self._scored = {s: _Scored(rows, values, regions.of[at]) for s, at in own.items()}
        else:
            self._scored[side] = _Scored(rows, values, regions.of)


def _in_parts(answer: Callable[[Rows], npt.NDArray[Any]], rows: Rows, n: int) -> npt.NDArray[Any]:
    """`answer` to all `rows`, asked about `n` of them at a time."""
    return np.concatenate([answer(rows[at : at + n]) for at in range(0, len(rows), n)])
