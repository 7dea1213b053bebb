"""One dataset, split, encoded and scaled for one repeat: what every model of it works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from datasets.dataset import Table
from harness.arrays import Classes, Features, Mask, Rows
from harness.cell import Component, Setting, digest
from harness.corpus import Prepared
from harness.errors import BadSplit, Dropped
from harness.fast.numbering import as_they_come, first_of_each
from harness.fast.ranks import Ranks
from harness.features import encode
from harness.first_labels import first_labels
from harness.label_noise import mistaken
from harness.registry import Registry, lookup
from harness.seeding import generator, integer
from harness.splits import Draw

LARGEST = 1e36  # of a feature: float32 ends at 3.4e38, and differences must fit too


@dataclass(frozen=True, slots=True)
class Distinct:
    """Some rows, each different one once. Equal rows get equal scores, so one will do."""

    X: Features  # (n_distinct, n_features)
    of: Rows  # (n_rows,), into X

    @classmethod
    def rows(cls, X: Features, groups: Rows) -> Distinct:
        """The rows of `X`, of which those with equal `groups` are equal."""
        of, _ = pd.factorize(groups, sort=True)
        return cls(_frozen(X[first_of_each(of)]), _frozen(of))


@dataclass(frozen=True)
class Problem:
    """Pool and test set. Rows are pool rows, in the pool's random order."""

    X: Features  # (n_pool, n_features)
    y: Classes  # (n_pool,), as whoever is asked for a label gives it
    groups: Rows  # (n_pool,): twins share one
    pool: Distinct
    test: Distinct
    y_test: Classes  # (n_test,)
    is_novel: Mask  # (n_test,): without a twin in the pool
    n_classes: int
    truth: Classes | None = None  # (n_pool,), where some of `y` are wrong

    @property
    def y_true(self) -> Classes:
        """The true classes, (n_pool,): of references and of what is recorded, of no fit."""
        return self.y if self.truth is None else self.truth

    @cached_property
    def ranks(self) -> Ranks:
        """Of the pool's distinct rows, then the test set's: each made for the first who asks."""
        return Ranks(self.pool.X, self.test.X)

    @property
    def nbytes(self) -> int:
        """Bytes of the features, and of the ranks where somebody has asked for them."""
        ranks = self.ranks.nbytes if "ranks" in vars(self) else 0
        return self.X.nbytes + self.pool.X.nbytes + self.test.X.nbytes + ranks


@dataclass(frozen=True)
class ProblemKey:
    """Which problem: all that it depends on."""

    dataset: Component
    scaler: Component
    repeat: int
    setting: Setting

    @property
    def id(self) -> str:
        """16 hex digits."""
        return digest(
            {
                **self.setting.identity_of(self.repeat),
                **self.setting.oracle.identity,
                "dataset": self.dataset.identity,
                "scaler": self.scaler.identity,
            }
        )


def prepare(key: ProblemKey, prepared: Prepared, registry: Registry) -> Problem:
    """Split a dataset; fit encoders and the scaler on its pool; transform either side.

    Rows of both sides lie in random order from here on: the table's own order, by class in most
    files, is seen by no scaler and no classifier. Raises `BadSplit` where the splitter breaks its
    contract, and `Dropped` where its protocol leaves the repeat out.
    """
    table, twins, setting = prepared.table, prepared.twins, key.setting
    n_classes = len(table.classes)
    pool, test = _split(key, table, registry)
    seed = integer(setting.seed, "scaler", key.dataset.name, key.repeat)
    scale = lookup(registry.scalers, key.scaler.name, "scaler")(seed, **key.scaler.params)
    # Twins are encoded and scaled once. Numbered as they come: folds hang on the numbers, and order
    # would tell; so each that the pool holds comes before those that the test set alone does.
    together = np.concatenate([pool, test])
    of, first = as_they_come(twins[together])
    groups, of_test = of[: len(pool)], of[len(pool) :]
    n_in_pool = int(groups.max()) + 1
    rows = together[first]
    X = _bound(encode(table, pool, rows, kinds=rows[:n_in_pool]))
    scale.fit(X[:n_in_pool] if getattr(scale, "ignores_counts", False) else X[groups])
    scaled = [scale.transform(side) for side in np.split(X, [n_in_pool]) if len(side)]
    with np.errstate(over="ignore"):  # bounded right afterwards
        X = _bound(np.concatenate(scaled, dtype=setting.dtype, casting="unsafe"))
    test_of, first_in_test = as_they_come(of_test)
    y = table.y[pool]
    noise, name = setting.oracle.noise, key.dataset.name
    rng = generator(setting.seed, "label noise", name, key.repeat) if noise else None
    problem = Problem(
        X=_frozen(X.take(groups, axis=0, mode="clip")),  # all are there: "clip" does not look
        y=_frozen(y if rng is None else mistaken(y, n_classes, noise, rng)),
        groups=_frozen(groups),
        pool=Distinct(_frozen(X[:n_in_pool]), _frozen(groups)),
        test=Distinct(_frozen(X[of_test[first_in_test]]), _frozen(test_of)),
        y_test=_frozen(table.y[test]),
        is_novel=_frozen(of_test >= n_in_pool),
        n_classes=n_classes,
        truth=None if rng is None else _frozen(y),
    )
    _check_start(key, problem, table.classes, registry)
    return problem


def _split(key: ProblemKey, table: Table, registry: Registry) -> tuple[Rows, Rows]:
    """Table rows of the pool and of the test set, both in random order."""
    split, name = key.setting.split, key.dataset.name
    splitter = lookup(registry.splitters, split.method, "splitter")
    sides = splitter.sides(table, split.test, Draw.of(key.setting, name, key.repeat))
    pool, test = np.asarray(sides.pool), np.asarray(sides.test)
    together = np.concatenate([pool, test])
    n_pool, _ = splitter.sizes(table, split.test)
    are_there = bool(((together >= 0) & (together < len(table))).all())
    if not are_there or np.bincount(together, minlength=1).max() > 1:
        raise BadSplit(
            f"{split.method} puts a row into both sides, or twice, or one that is no row"
        )
    if len(pool) < n_pool or not len(test):
        raise BadSplit(
            f"{split.method} gives {len(pool)} pool and {len(test)} test rows, but its sizes say "
            f"that the pool has {n_pool}"
        )
    order = generator(key.setting.seed, "test", name, key.repeat).permutation(len(test))
    return pool, test[order]


def _check_start(
    key: ProblemKey, problem: Problem, classes: Sequence[str], registry: Registry
) -> None:
    """Raise `Dropped` where the split's protocol wants every class among the initial labels."""
    setting = key.setting
    if not setting.split.needs_start:
        return
    design = first_labels(setting, key.dataset.name, key.repeat, problem.y_true, registry)
    buyable = problem.X[: len(problem.y) - setting.tuning.validation.rows]
    start = problem.y_true[design(buyable, setting.labelling.initial)]
    if missing := sorted(set(range(problem.n_classes)) - set(start.tolist())):
        raise Dropped(
            f"{setting.split.method} leaves out repeats whose initial labels miss a class: none of "
            f"these {len(start)} is {classes[missing[0]]}"
        )


def _bound(X: Features) -> Features:
    """In place: no infinities, and nothing that a cast, a scaler or a tree turns into one.

    Trees work in float32 whatever the sweep's dtype. A placeholder in a file, such as 1.8e308,
    stays the largest value of its column.
    """
    return np.clip(X, -LARGEST, LARGEST, out=X)


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A view that nobody can make writable: all that runs in a process works on the same arrays."""
    owner = array if array.base is None else array.copy()
    owner.setflags(write=False)
    return owner.view()
