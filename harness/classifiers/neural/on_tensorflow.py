"""A network on TensorFlow. Imports it: imported when a network is compiled.

An epoch is one call into a graph whose loop runs over the batches: Keras' own `fit` traces again
for each number of rows, and its `train_on_batch` takes nearly twice as long a step.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from harness.arrays import Classes, Features, Rows
from harness.classifiers.neural import runtime
from harness.classifiers.neural.building import build, multiply_adds, rates, rows_at_once, seeds
from harness.classifiers.neural.initial import Weights
from harness.classifiers.neural.network import Blueprint
from harness.classifiers.neural.training import Training


class TensorFlowNetwork:
    """`Compiled`, on TensorFlow."""

    def __init__(self, blueprint: Blueprint) -> None:
        self._loaded: Weights | None = None
        self._model = build(blueprint, on_gpu=runtime.on_gpu())
        self._rates, self._seeds = rates(self._model), seeds(self._model)
        self._variables = self._model.trainable_variables
        self._optimizer = keras.optimizers.Adam()
        self._optimizer.build(self._variables)
        self._optimizer_at_start = [v.numpy() for v in self._optimizer.variables]
        self._loss = (
            keras.losses.binary_crossentropy
            if blueprint.n_classes == 2  # noqa: PLR2004
            else keras.losses.sparse_categorical_crossentropy
        )
        self.paths = [v.path for v in self._variables]
        self.built = self.weights()
        self.multiply_adds = multiply_adds(self._model)
        self._chunk = rows_at_once(self._model)
        rows = tf.TensorSpec((None, blueprint.n_features), tf.float32)
        self._epoch = tf.function(
            self._train,
            input_signature=[
                rows,
                tf.TensorSpec((None,), tf.int32),
                tf.TensorSpec((None,), tf.float32),
                tf.TensorSpec((None,), tf.int32),
                tf.TensorSpec((), tf.int32),
            ],
        )
        self._ask = tf.function(lambda X: self._model(X, training=False)[0], input_signature=[rows])
        self._embed = tf.function(
            lambda X: self._model(X, training=False)[1], input_signature=[rows]
        )
        self._draw = tf.function(lambda X: self._model(X, training=True)[0], input_signature=[rows])

    @property
    def traces(self) -> int:
        """How often any of its functions was traced."""
        functions = (self._epoch, self._ask, self._embed, self._draw)
        return sum(f.experimental_get_tracing_count() for f in functions)

    def load(self, weights: Weights) -> None:
        """Set the trainable variables, unless they have just these values."""
        if weights is self._loaded:
            return
        for variable, value in zip(self._variables, weights, strict=True):
            variable.assign(value)
        self._loaded = weights

    def weights(self) -> Weights:
        """Their values."""
        return [v.numpy() for v in self._variables]

    def prepare(self, training: Training, seed: int) -> None:
        """Set rates; start the optimizer and the dropout masks anew."""
        for variable, value in zip(
            self._optimizer.variables, self._optimizer_at_start, strict=True
        ):
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
        self._loaded = None
        self._epoch(X, y.astype(np.int32), weight, order.astype(np.int32), np.int32(batch_size))

    def probabilities(self, X: Features) -> Features:
        """Outputs, (n_rows, n_outputs)."""
        return self._by_chunk(self._ask, X)

    def embedding(self, X: Features) -> Features:
        """The last hidden layer, (n_rows, n_units)."""
        return self._by_chunk(self._embed, X)

    def sample(self, X: Features) -> Features:
        """Outputs under the next dropout mask."""
        return self._by_chunk(self._draw, X)

    def _by_chunk(self, function: Any, X: Features) -> Features:
        parts = [function(X[at : at + self._chunk]).numpy() for at in range(0, len(X), self._chunk)]
        return np.concatenate(parts)

    def _train(self, X: Any, y: Any, weight: Any, order: Any, batch_size: Any) -> None:
        n, at = tf.shape(order)[0], tf.constant(0)
        while at < n:
            rows = order[at : at + batch_size]
            self._step(tf.gather(X, rows), tf.gather(y, rows), tf.gather(weight, rows))
            at += batch_size

    def _step(self, X: Any, y: Any, weight: Any) -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self._loss(y[:, None], self._model(X, training=True)[0]) * weight)
        self._optimizer.apply_gradients(
            zip(tape.gradient(loss, self._variables), self._variables, strict=True)
        )
