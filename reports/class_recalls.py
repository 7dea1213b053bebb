"""Recall per class along the curves of one dataset, as arrays: what the page on classes draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.schema import AXES
from reports.efficiency.of_run import baselines
from reports.frames import Frames
from reports.interval import half_width

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Classes:
    """The classes of a dataset, the rarest first."""

    names: tuple[str, ...]
    shares: tuple[float, ...]  # of the rows of pool and test
    places: tuple[int, ...]  # in the order of every stored class list


@dataclass(frozen=True)
class ClassRecalls:
    """Recall of the tuned models by (curve, class, budget), NaN where there is none.

    Recall of one test set is tp / (tp + fn); these are means over repeats.
    """

    curves: npt.NDArray[np.intp]  # numbers, ascending
    budgets: tuple[int, ...]
    mean: Numbers
    half: Numbers  # of the 95 % interval; NaN below five repeats
    over_chance: Numbers  # mean difference to random in the same pipeline, paired by repeat
    n_repeats: npt.NDArray[np.int64]
    n_test: Numbers  # (class,) test rows of a repeat, on average


def classes(frames: Frames, dataset: str) -> Classes:
    """Return the classes of `dataset`; of equal shares the first in the stored order first."""
    rows = frames.tables.datasets
    one = rows[rows["dataset"] == dataset].iloc[0]
    counts = np.asarray(one["counts"], dtype=np.float64)
    order = np.argsort(counts, kind="stable")
    shares = counts / max(counts.sum(), 1)
    return Classes(
        tuple(str(one["classes"][k]) for k in order),
        tuple(shares[order].tolist()),
        tuple(order.tolist()),
    )


def class_recalls(frames: Frames, dataset: str) -> ClassRecalls:
    """Return what `frames.recalls` come to for the tuned models of `dataset`."""
    names = classes(frames, dataset).names
    budgets = frames.grid.budgets[dataset]
    numbers = frames.grid.of_dataset(dataset)
    every = frames.recalls
    mine = every[(every["dataset"] == dataset) & (every["series"] == "tuned")]
    mine = mine[mine["n_labels"].isin(budgets)]
    n_repeats = int(mine["repeat"].max()) + 1 if len(mine) else 1
    values = np.full((len(numbers), len(names), len(budgets), n_repeats), np.nan)
    curve = np.searchsorted(numbers, frames.grid.number(mine[list(AXES)]))
    of_class = pd.Index(names).get_indexer(pd.Index(mine["class"]))
    at = np.searchsorted(budgets, mine["n_labels"].to_numpy())
    repeat = mine["repeat"].to_numpy(dtype=np.int64)
    values[curve, of_class, at, repeat] = mine["recall"].to_numpy(dtype=np.float64)
    tested = mine.groupby("class")["n_test"].mean().reindex(list(names))
    n = (~np.isnan(values)).sum(axis=3)
    chance = _by_chance(values, numbers, baselines(frames.grid)[numbers])
    mean, std = _over_repeats(values)
    return ClassRecalls(
        numbers,
        tuple(budgets),
        mean,
        half_width(std, n),
        _over_repeats(values - chance)[0],
        n,
        tested.to_numpy(dtype=np.float64),
    )


def as_frame(frames: Frames) -> pd.DataFrame:
    """Return `class_recalls` of all datasets, a row per curve, class and number of labels.

    Columns: curve, class, n_labels, mean, half, over_chance, n_repeats. Rows without a recall are
    left out.
    """
    parts = []
    for dataset in sorted(frames.grid.budgets):
        found = class_recalls(frames, dataset)
        names = classes(frames, dataset).names
        index = pd.MultiIndex.from_product(
            [found.curves, names, found.budgets], names=["curve", "class", "n_labels"]
        )
        numbers = {
            name: getattr(found, name).ravel()
            for name in ("mean", "half", "over_chance", "n_repeats")
        }
        parts.append(pd.DataFrame(numbers, index=index).dropna(subset=["mean"]).reset_index())
    return pd.concat(parts, ignore_index=True)


def by_repeat(frames: Frames, curve: int, name: str, budget: int) -> pd.Series[float]:
    """Return the recall of the class `name` of one tuned cell by repeat; empty where none is."""
    every = frames.recalls
    is_mine = (every["series"] == "tuned") & (every["class"] == name)
    is_mine &= every["n_labels"] == budget
    for axis, label in frames.grid.curves.loc[curve].items():
        is_mine &= every[str(axis)] == label
    found: pd.Series[float] = every[is_mine].set_index("repeat")["recall"]
    return found


def _by_chance(values: Numbers, numbers: npt.NDArray[np.intp], of: npt.NDArray[np.intp]) -> Numbers:
    place = np.searchsorted(numbers, of)
    known = of >= 0
    found = np.full_like(values, np.nan)
    found[known] = values[place[known]]
    return found


def _over_repeats(values: Numbers) -> tuple[Numbers, Numbers]:
    """Mean and sample standard deviation over the last axis; NaN is left out, nothing imputed."""
    n = (~np.isnan(values)).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):  # no repeat: NaN is the answer
        mean = np.nansum(values, axis=-1) / np.where(n > 0, n, np.nan)
        apart = np.nansum((values - mean[..., None]) ** 2, axis=-1)
        return mean, np.sqrt(apart / np.where(n > 1, n - 1, np.nan))
