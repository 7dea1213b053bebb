"""Draw what each query strategy chooses: docs/strategies/*.png.

    python -m tests.benchmarks.strategy_pictures [--out docs/strategies] [--ton-iot]
        [--strategies margin k_center] [--activeml]

One panel per strategy: the pool in grey, or in its classes' colours where `--ton-iot` has ten; the
labelled rows as black crosses; one batch as red circles. The batch goes through the loop that
sweeps use. *Moons*: two half circles, a rare class of 1 % in a corner (green), which no label shows
yet, and a few outliers; the background is the query model's likeliest class. *ToN-IoT*: 6,000 rows
of the network data, min-max scaled, as t-SNE lays them out: no row's values.
"""

from __future__ import annotations

import argparse
import warnings
from dataclasses import dataclass
from functools import partial
from itertools import islice
from math import ceil
from pathlib import Path

import matplotlib as mpl
import numpy as np
import sklearn
from sklearn.manifold import TSNE

mpl.use("Agg")
from matplotlib import pyplot as plt

from harness import corpus
from harness.at_most import most
from harness.cell import Component, Labelling
from harness.designs import DESIGNS
from harness.errors import BadQuery
from harness.learner import Learner
from harness.loop import Buying, OnLabels, active_learning
from harness.plan import make_plan
from harness.pool import Pool
from harness.problem import Distinct, Problem, ProblemKey, prepare
from harness.registry import Registry
from harness.schema import SEES_LABELS
from harness.seeding import generator
from harness.spec import read_sweep
from harness.strategies import STRATEGIES, activeml

COLUMNS = 5
RARE = 2  # the class that has no label yet
NONE = Component("none", "none")


@dataclass(frozen=True)
class Scene:
    """A pool, how it is seen, and what is bought of it."""

    name: str
    problem: Problem
    seen: np.ndarray  # (n_pool, 2)
    labelled: int
    batch: int
    model: str


def moons(seed=3):
    """600 rows: two half circles, 1 % of a third class in a corner, 2 % of outliers."""
    rng = np.random.default_rng(seed)
    n = 294
    angle = rng.uniform(0, np.pi, 2 * n)
    upper = np.arange(2 * n) < n
    X = np.column_stack([np.cos(angle), np.sin(angle)])
    X[~upper] = [1.0, 0.4] - X[~upper]
    X += rng.normal(scale=0.13, size=X.shape)
    rare = rng.normal([-1.3, 1.25], 0.06, size=(6, 2))  # where the model is sure of itself
    far = rng.uniform([-1.7, -1.3], [2.7, 1.7], size=(12, 2))
    X = np.vstack([X, rare, far]).astype(np.float32)
    y = np.r_[(~upper).astype(int), np.full(6, RARE), rng.integers(0, 2, 12)]
    start = rng.permutation(np.flatnonzero(y != RARE))[:16]
    order = np.r_[start, rng.permutation(np.setdiff1d(np.arange(len(y)), start))]
    X, y = X[order], y[order]
    rows = np.arange(len(y))
    problem = Problem(
        X, y, rows, Distinct(X, rows), Distinct(X, rows), y, np.zeros(len(y), dtype=bool), 3
    )
    return Scene("moons", problem, X, labelled=16, batch=20, model="random_forest")


def ton_iot():
    """The pool of 6,000 rows of the network data."""
    sweep = read_sweep(
        "{repeats: 1, datasets: [{name: ton_iot_network, rows: 6000}], budgets: [100], "
        "classifiers: [random_forest], scalers: [min_max], strategies: [random]}"
    )
    prepared = corpus.load(sweep)
    (first,) = make_plan(sweep, prepared).acquisitions
    key = ProblemKey(first.curve.dataset, first.curve.scaler, 0, first.setting)
    problem = prepare(key, prepared["ton_iot_network"], sweep.registry)
    seen = TSNE(random_state=0).fit_transform(problem.X)
    return Scene("ton_iot", problem, seen, labelled=50, batch=50, model="random_forest")


def bought(scene, name, strategy):
    """The batch, in the order of choice."""
    problem = scene.problem
    learner = Learner(
        Component(scene.model, scene.model), NONE, Registry(), 0, 1, problem.n_classes
    )
    buying = Buying(
        problem,
        Labelling(scene.labelled, "random", scene.batch),
        0,
        DESIGNS["random"],
        strategy,
        partial(generator, 1, "query"),
        sees_labels=name in SEES_LABELS,
    )
    pool = Pool.unlabelled_of(len(problem.y)).label(np.arange(scene.labelled), scene.labelled)
    (one,) = islice(active_learning(buying, OnLabels(problem, learner), pool, 1, 10**9), 1)
    rare = int((problem.y[one.batch] == np.bincount(problem.y).argmin()).sum())
    print(f"{scene.name:8} {name:42} rarest {rare:3}  classes {np.bincount(problem.y[one.batch])}")
    return one.batch


def background(scene, axes):
    """What the query model makes of the plane."""
    problem, first = scene.problem, np.arange(scene.labelled)
    learner = Learner(
        Component(scene.model, scene.model), NONE, Registry(), 0, 1, problem.n_classes
    )
    fitted = learner.fit(problem.X[first], problem.y[first])
    a, b = np.meshgrid(np.linspace(-1.8, 2.8, 93), np.linspace(-1.4, 1.8, 65))
    plane = np.column_stack([a.ravel(), b.ravel()]).astype(np.float32)
    classes = fitted.confidences(plane)[:, 1].reshape(a.shape)
    axes.contourf(a, b, classes, levels=[-0.1, 0.5, 1.1], colors=["#f3e6d3", "#dfe9f5"])


def panel(axes, scene, name, batch):
    """One strategy's batch."""
    seen, y = scene.seen, scene.problem.y
    if scene.name == "moons":
        background(scene, axes)
        axes.scatter(*seen[y != RARE].T, s=3, c="#a0a0a0", linewidths=0)
        axes.scatter(*seen[y == RARE].T, s=7, c="#2a7f2a", linewidths=0)
    else:
        axes.scatter(*seen.T, s=2, c=y, cmap="tab10", alpha=0.5, linewidths=0)
    axes.scatter(*seen[: scene.labelled].T, s=16, c="black", marker="x", linewidths=0.8)
    axes.scatter(*seen[batch].T, s=30, facecolors="none", edgecolors="#d01020", linewidths=1.0)
    axes.set_title(name, fontsize=8, pad=2)
    axes.set_xticks([])
    axes.set_yticks([])


def draw(scene, strategies, path):
    """All panels of a scene into one file."""
    rows = ceil(len(strategies) / COLUMNS)
    figure, grid = plt.subplots(rows, COLUMNS, figsize=(1.9 * COLUMNS, 1.5 * rows), squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, (name, strategy) in zip(grid.flat, strategies.items(), strict=False):
        try:
            batch = bought(scene, name, strategy)
        except BadQuery as refusal:
            axes.set_title(f"{name}: not here", fontsize=8, pad=2)
            print(f"{scene.name:8} {name:42} {refusal}")
        else:
            axes.set_axis_on()
            panel(axes, scene, name, batch)
    figure.tight_layout(pad=0.3)
    figure.savefig(path, dpi=110, pil_kwargs={"optimize": True})
    plt.close(figure)
    print(f"{path}: {path.stat().st_size / 1e3:.0f} kB")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("docs/strategies"))
    parser.add_argument("--ton-iot", action="store_true")
    parser.add_argument("--activeml", action="store_true")
    parser.add_argument("--strategies", nargs="+")
    options = parser.parse_args()
    listed = activeml.named() if options.activeml else STRATEGIES
    chosen = {name: listed[name] for name in options.strategies or listed}
    scene = ton_iot() if options.ton_iot else moons()
    for name, strategy in chosen.items():
        limit = most(strategy)
        if limit.sample and (limit.rows or len(scene.problem.y)) < len(scene.problem.y):
            chosen[name] = partial(strategy, **{limit.sample: limit.rows})
    options.out.mkdir(parents=True, exist_ok=True)
    name = f"{'activeml_' if options.activeml else ''}{scene.name}.png"
    with (
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        sklearn.config_context(assume_finite=True),
    ):
        warnings.simplefilter("ignore")
        draw(scene, chosen, options.out / name)


if __name__ == "__main__":
    main()
