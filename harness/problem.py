"""One dataset, split, encoded and scaled for one repeat: what every model of it works on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.arrays import Classes, Features, Mask, Rows
from harness.cell import Component, Setting, digest
from harness.corpus import Prepared
from harness.features import encode
from harness.registry import Registry, lookup
from harness.seeding import integer
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
        _, first, of = np.unique(groups, return_index=True, return_inverse=True)
        return cls(X[first], of)


@dataclass(frozen=True, slots=True)
class Problem:
    """Pool and test set. Rows are pool rows, in the pool's random order."""

    X: Features  # (n_pool, n_features)
    y: Classes  # (n_pool,)
    groups: Rows  # (n_pool,): twins share one
    pool: Distinct
    test: Distinct
    y_test: Classes  # (n_test,)
    is_novel: Mask  # (n_test,): without a twin in the pool
    n_classes: int


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
                "dataset": self.dataset.identity,
                "scaler": self.scaler.identity,
            }
        )


def prepare(key: ProblemKey, prepared: Prepared, registry: Registry) -> Problem:
    """Split a dataset; fit encoders and the scaler on its pool; transform all rows.

    Raises `Dropped` where the split's protocol leaves the repeat out.
    """
    table, twins, setting = prepared.table, prepared.twins, key.setting
    splitter = lookup(registry.splitters, setting.split.method, "splitter")
    draw = Draw.of(setting, key.dataset.name, key.repeat)
    sides = splitter.sides(table, setting.split.test, draw)
    X = _bounded(encode(table, sides.pool))
    seed = integer(setting.seed, "scaler", key.dataset.name, key.repeat)
    scale = lookup(registry.scalers, key.scaler.name, "scaler")(seed, **key.scaler.params)
    scale.fit(X[sides.pool])
    X = np.ascontiguousarray(_bounded(scale.transform(X)), dtype=setting.dtype)
    X_pool = X[sides.pool]
    groups, _ = pd.factorize(twins[sides.pool])  # by the pool alone: folds hang on the numbers
    problem = Problem(
        X=X_pool,
        y=table.y[sides.pool],
        groups=groups,
        pool=Distinct.rows(X_pool, groups),
        test=Distinct.rows(X[sides.test], twins[sides.test]),
        y_test=table.y[sides.test],
        is_novel=~np.isin(twins[sides.test], twins[sides.pool]),
        n_classes=len(table.classes),
    )
    for array in (problem.X, problem.y, problem.groups, problem.y_test, problem.is_novel):
        array.setflags(write=False)  # all that runs in this process works on the same arrays
    for distinct in (problem.pool, problem.test):
        distinct.X.setflags(write=False)
        distinct.of.setflags(write=False)
    return problem


def _bounded(X: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Features without infinities, and that nobody turns into one: a cast, a scaler, a tree.

    Trees work in float32 whatever the sweep's dtype. A placeholder in a file, such as 1.8e308,
    stays the largest value of its column.
    """
    return np.clip(X, -LARGEST, LARGEST)
