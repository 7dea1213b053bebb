"""A network on JAX. Imports it: imported when a network is compiled.

Training compiles once for each power of two that batch sizes fall into, asking once for each size
of a chunk, whatever the rows, rates and seeds (`few_shapes`). What training changes is handed in
and out of compiled code once for thousands of rows: Keras' own `train_on_batch` does so for each
batch, which takes ten times as long as the batch.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import numpy as np
from jax import numpy as jnp

from harness.arrays import Classes, Features, Rows
from harness.classifiers.neural import adam, runtime
from harness.classifiers.neural.building import build, multiply_adds, rates, rows_at_once, seeds
from harness.classifiers.neural.few_shapes import blocks, chunks
from harness.classifiers.neural.initial import Weights
from harness.classifiers.neural.network import Blueprint
from harness.classifiers.neural.training import Training


class State(NamedTuple):
    """All that training changes, and what a trial chooses: so nothing of it is compiled in."""

    weights: list[Any]  # the model's trainable variables
    masks: list[Any]  # its other variables: rates of dropout, and seeds
    adam: adam.State


class JaxNetwork:
    """`Compiled`, on JAX."""

    def __init__(self, blueprint: Blueprint) -> None:
        self._loaded: Weights | None = None
        self._model = build(blueprint, on_gpu=runtime.on_gpu())
        self._is_binary = blueprint.n_classes == 2  # noqa: PLR2004
        variables = self._model.trainable_variables
        self.paths = [v.path for v in variables]
        self.built = [np.array(v.value) for v in variables]
        self._state = State(self.built, self._masks(0.0, 0), adam.start(self.built, 0.0))
        self.multiply_adds = multiply_adds(self._model)
        self._chunk = rows_at_once(self._model)
        self.traces = 0  # how often any of its functions was traced, and so compiled
        self._train = jax.jit(self._trained)
        self._ask = jax.jit(self._answer)
        self._draw = jax.jit(self._drawn)

    def load(self, weights: Weights) -> None:
        """Set the trainable variables, unless they have just these values."""
        if weights is not self._loaded:
            self._state = self._state._replace(weights=jax.device_put(weights))
            self._loaded = weights

    def weights(self) -> Weights:
        """Their values."""
        return [np.array(w) for w in self._state.weights]

    def prepare(self, training: Training, seed: int) -> None:
        """Set rates; start the optimizer and the dropout masks anew."""
        at_start = adam.start(self.built, training.learning_rate)
        masks = self._masks(training.dropout, seed)
        self._state = State(self._state.weights, *jax.device_put((masks, at_start)))

    def epoch(
        self, X: Features, y: Classes, weight: Features, order: Rows, batch_size: int
    ) -> None:
        """Train once on all rows, in `order`."""
        self._loaded = None
        for block in blocks(order, batch_size):
            share = weight[block.rows] * block.share
            batches = (X[block.rows], y[block.rows].astype(np.int32), share)
            self._state = self._train(self._state, batches, np.int32(block.n))

    def probabilities(self, X: Features) -> Features:
        """Outputs, (n_rows, n_outputs)."""
        return self._asked(X)[0]

    def embedding(self, X: Features) -> Features:
        """The last hidden layer, (n_rows, n_units)."""
        return self._asked(X)[1]

    def sample(self, X: Features) -> Features:
        """Outputs under the next dropout mask."""
        parts = []
        for rows, n in chunks(X, self._chunk):
            outputs, masks = self._draw(self._state, rows)
            self._state = self._state._replace(masks=masks)
            parts.append(np.asarray(outputs)[:n])
        return np.concatenate(parts)

    def _masks(self, rate: float, seed: int) -> list[Any]:
        """Of all variables that are no weights, the values at a fit's start."""
        of: dict[int, Any] = {id(v): np.float32(rate) for v in rates(self._model)}
        for i, v in enumerate(seeds(self._model)):
            of[id(v)] = np.array([(seed + i) % 2**31, 0], dtype=np.uint32)
        return [of[id(v)] for v in self._model.non_trainable_variables]

    def _asked(self, X: Features) -> tuple[Features, Features]:
        parts = []
        for rows, n in chunks(X, self._chunk):
            answer = self._ask(self._state, rows)
            parts.append([np.asarray(part)[:n] for part in answer])
        outputs, hidden = map(np.concatenate, zip(*parts, strict=True))
        return outputs, hidden

    def _trained(self, state: State, batches: Any, n: Any) -> State:
        self.traces += 1

        def step(i: Any, state: State) -> State:
            batch = [jax.lax.dynamic_index_in_dim(part, i, keepdims=False) for part in batches]
            slopes, masks = jax.grad(self._loss, has_aux=True)(state.weights, state.masks, *batch)
            weights, after = adam.step(state.adam, slopes, state.weights)
            return State(weights, masks, after)

        return jax.lax.fori_loop(0, n, step, state)  # type: ignore[no-any-return]  # untyped

    def _loss(self, weights: Any, masks: Any, X: Any, y: Any, share: Any) -> tuple[Any, Any]:
        """The batch's mean loss, and the masks' next state.

        Of logits, as on TensorFlow: of an output that has reached 0 or 1 nothing would be learned.
        """
        (_, hidden), masks = self._model.stateless_call(weights, masks, X, training=True)
        kernel, bias = weights[-2:]
        logits = hidden @ kernel + bias
        if self._is_binary:
            logits = logits[:, 0]
            losses = jnp.logaddexp(0.0, logits) - logits * y
        else:
            chances = jax.nn.log_softmax(logits)
            losses = -jnp.take_along_axis(chances, y[:, None], axis=1)[:, 0]
        return jnp.sum(losses * share), masks

    def _answer(self, state: State, X: Any) -> tuple[Any, Any]:
        self.traces += 1
        (outputs, hidden), _ = self._model.stateless_call(
            state.weights, state.masks, X, training=False
        )
        return outputs, hidden

    def _drawn(self, state: State, X: Any) -> tuple[Any, Any]:
        self.traces += 1
        (outputs, _), masks = self._model.stateless_call(
            state.weights, state.masks, X, training=True
        )
        return outputs, masks
