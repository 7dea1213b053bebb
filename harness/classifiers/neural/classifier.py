"""A network as a classifier: what scikit-learn's interface means for it.

Compiled networks are shared by all fits of one shape in a process; a fit owns nothing but its
weights, which are loaded when they are asked.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Self

import numpy as np

from harness.arrays import Classes, Features, Probabilities
from harness.classifiers.neural.initial import Weights, initial_weights
from harness.classifiers.neural.training import Training
from harness.classifiers.size import Size

if TYPE_CHECKING:
    from harness.classifiers.neural.compiled import Compiled
    from harness.classifiers.neural.network import Blueprint

SMALLEST = 1e-7  # probability of which a logarithm is taken


class NeuralClassifier:
    """Fits a network of some shape on rows; predicts, embeds, and samples by dropout."""

    classes_: Classes

    def __init__(
        self,
        seed: int,
        threads: int,
        blueprint: Callable[[int, int], Blueprint],
        training: Training,
    ) -> None:
        """`blueprint` gives the shape for a number of features and of classes."""
        self.seed = seed
        self.threads = threads
        self.training = training
        self._blueprint = blueprint
        self.weights: Weights = []  # of the last fit

    @property
    def validation_share(self) -> float:
        """Share of the labelled rows to keep from training and hand over as `held`."""
        return self.training.held_share

    def fit(
        self,
        X: Features,
        y: Classes,
        held: tuple[Features, Classes] | None = None,
        before: NeuralClassifier | None = None,
    ) -> Self:
        """Train until the epochs are over, or the loss on `held` has stopped falling.

        Without `held` all epochs are trained. With `before`, its weights are where training
        starts; of a network for other classes all but the last layer's.

        Raises `FloatingPointError` where training diverges, `MemoryError` on a full GPU.
        """
        self.classes_ = np.unique(y)
        self.shape = self._blueprint(X.shape[1], len(self.classes_))
        X = _numbers(X)
        held = None if held is None else (_numbers(held[0]), held[1])
        with self._opened() as network:
            start = initial_weights(network.paths, network.built, self.seed)
            if before is not None:
                start = [
                    old if old.shape == new.shape else new
                    for old, new in zip(before.weights, start, strict=True)
                ]
            self.weights = self._trained(network, start, (X, y), held)
            if before is not None and self._is_no_better(network, before, held):
                self.weights = before.weights
        return self

    def predict(self, X: Features) -> Classes:
        """The likeliest class per row."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])

    def predict_proba(self, X: Features) -> Probabilities:
        """(n_rows, n_classes)."""
        with self._opened() as network:
            network.load(self.weights)
            return _columns(network.probabilities(_numbers(X)))

    def embed(self, X: Features) -> Features:
        """What the last hidden layer says, (n_rows, n_units), float32."""
        with self._opened() as network:
            network.load(self.weights)
            return network.embedding(_numbers(X))

    def samples(self, X: Features, n: int, seed: int) -> Probabilities:
        """Probabilities under `n` random dropout masks, (n, n_rows, n_classes).

        Gal and Ghahramani, "Dropout as a Bayesian approximation", ICML 2016. All alike where the
        dropout is 0.
        """
        with self._opened() as network:
            network.load(self.weights)
            network.prepare(self.training, seed)
            return np.stack([_columns(network.sample(_numbers(X))) for _ in range(n)])

    def size(self) -> Size:
        """Of the network as it would be shipped: its weights as float32."""
        with self._opened() as network:
            n = sum(weight.size for weight in self.weights)
            return Size(n_parameters=n, n_bytes=4 * n, n_operations=network.multiply_adds)

    def _opened(self) -> AbstractContextManager[Compiled]:
        from harness.classifiers.neural.compiled import opened

        return opened(self.shape, self.threads)

    def _trained(
        self,
        network: Compiled,
        start: Weights,
        rows: tuple[Features, Classes],
        held: tuple[Features, Classes] | None,
    ) -> Weights:
        X, y = rows
        weight = _weights_of(y, self.training.class_weight)
        rng = np.random.default_rng(self.seed)
        network.load(start)
        network.prepare(self.training, self.seed)
        best, lowest, waited = start, np.inf, 0
        for _ in range(self.training.epochs):
            network.epoch(X, y, weight, rng.permutation(len(y)), self.training.batch_size)
            if held is None or not self.training.patience:
                continue
            loss = _loss(network, held)
            if loss < lowest:
                best, lowest, waited = network.weights(), loss, 0
            else:
                waited += 1
                if waited == self.training.patience:
                    break
        trained = best if np.isfinite(lowest) else network.weights()
        if not all(np.isfinite(w).all() for w in trained):
            raise FloatingPointError(
                "training diverged: weights are no numbers any more; scale the features, or take "
                "a smaller learning_rate"
            )
        return trained

    def _is_no_better(
        self,
        network: Compiled,
        before: NeuralClassifier,
        held: tuple[Features, Classes] | None,
    ) -> bool:
        """Whether `keep_better` keeps the old weights: the new ones' accuracy has not risen."""
        if self.training.refit != "keep_better" or held is None:
            return False
        if before.shape != self.shape:
            return False
        X, y = held

        def accuracy(weights: Weights) -> float:
            network.load(weights)
            return float((_columns(network.probabilities(X)).argmax(axis=1) == y).mean())

        return accuracy(self.weights) <= accuracy(before.weights)


def _numbers(X: Features) -> Features:
    return np.ascontiguousarray(X, dtype=np.float32)


def _columns(p: Features) -> Probabilities:
    """A column per class: of one sigmoid unit both."""
    p = p.astype(np.float64)
    if p.shape[1] == 1:
        return np.column_stack([1 - p, p])
    return np.asarray(
        p / p.sum(axis=1, keepdims=True)
    )  # float32 sums differ from 1 by more than others do


def _loss(network: Compiled, held: tuple[Features, Classes]) -> float:
    X, y = held
    p = _columns(network.probabilities(X))
    return float(-np.log(np.maximum(p[np.arange(len(y)), y], SMALLEST)).mean())


def _weights_of(y: Classes, class_weight: str | None) -> Features:
    """The weight of each row, (n_rows,): 1, or inversely to its class's size; 1 on average."""
    if class_weight is None:
        return np.ones(len(y), dtype=np.float32)
    counts = np.bincount(y)
    return np.asarray(len(y) / (len(counts) * counts[y]), dtype=np.float32)
