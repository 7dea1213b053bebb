"""A network on any backend of Keras (JAX, PyTorch), by what all of them have.

Every batch has the same shape, filled up with rows of no weight: JAX compiles for each shape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from harness.arrays import Classes, Features, Rows
from harness.classifiers.neural import runtime
from harness.classifiers.neural.building import build, multiply_adds, rates, rows_at_once, seeds
from harness.classifiers.neural.initial import Weights
from harness.classifiers.neural.network import Blueprint
from harness.classifiers.neural.training import Training


class KerasNetwork:
    """`Compiled`, on the backend that Keras was started with."""

    def __init__(self, blueprint: Blueprint) -> None:
        self._model = build(blueprint, on_gpu=runtime.on_gpu())
        self._rates, self._seeds = rates(self._model), seeds(self._model)
        features, (outputs, hidden) = self._model.inputs, self._model.outputs
        self._asked = keras.Model(features, outputs)
        self._hidden = keras.Model(features, hidden)
        is_binary = blueprint.n_classes == 2  # noqa: PLR2004
        self._optimizer = keras.optimizers.Adam()
        self._asked.compile(
            self._optimizer,
            "binary_crossentropy" if is_binary else "sparse_categorical_crossentropy",
            jit_compile=False,  # XLA knows no cuDNN kernels; JAX compiles all the same
        )
        self._variables = self._model.trainable_variables
        self._optimizer.build(self._variables)
        self._at_start = [np.array(v) for v in map(_value, self._optimizer.variables)]
        self.paths = [v.path for v in self._variables]
        self.built = self.weights()
        self.multiply_adds = multiply_adds(self._model)
        self._chunk = rows_at_once(self._model)

    def load(self, weights: Weights) -> None:
        """Set the trainable variables."""
        for variable, value in zip(self._variables, weights, strict=True):
            variable.assign(value)

    def weights(self) -> Weights:
        """Their values."""
        return [np.array(_value(v)) for v in self._variables]

    def prepare(self, training: Training, seed: int) -> None:
        """Set rates; start the optimizer and the dropout masks anew."""
        for variable, value in zip(self._optimizer.variables, self._at_start, strict=True):
            variable.assign(value)
        self._optimizer.learning_rate.assign(training.learning_rate)
        for rate in self._rates:
            rate.assign(training.dropout)
        for i, state in enumerate(self._seeds):
            state.assign([(seed + i) % 2**31, 0])

    def epoch(
        self, X: Features, y: Classes, weight: Features, order: Rows, batch_size: int
    ) -> None:
        """Train once on all rows, in `order`."""
        for at in range(0, len(order), batch_size):
            rows = order[at : at + batch_size]
            filled = np.resize(rows, batch_size)
            share = batch_size / len(rows)  # Keras divides by all rows of a batch
            weights = np.where(np.arange(batch_size) < len(rows), weight[filled] * share, 0)
            self._asked.train_on_batch(X[filled], y[filled][:, None], weights.astype(np.float32))

    def probabilities(self, X: Features) -> Features:
        """Outputs, (n_rows, n_outputs)."""
        return self._by_chunk(self._asked.predict_on_batch, X)

    def embedding(self, X: Features) -> Features:
        """The last hidden layer, (n_rows, n_units)."""
        return self._by_chunk(self._hidden.predict_on_batch, X)

    def sample(self, X: Features) -> Features:
        """Outputs under the next dropout mask."""
        return self._by_chunk(lambda part: _value(self._asked(part, training=True)), X)

    def _by_chunk(self, function: Callable[[Features], Any], X: Features) -> Features:
        parts = []
        for at in range(0, len(X), self._chunk):
            rows = np.arange(at, min(at + self._chunk, len(X)))
            # A power of two: few shapes, whatever the number of rows.
            filled = np.resize(rows, 1 << (len(rows) - 1).bit_length())
            parts.append(np.asarray(function(X[filled]))[: len(rows)])
        return np.concatenate(parts)


def _value(variable: Any) -> Any:
    return keras.ops.convert_to_numpy(variable)
