"""Adam in JAX, as Keras has it, over all weights as one vector.

Kingma and Ba, "Adam", ICLR 2015, algorithm 1 in the form at the end of section 2. Keras' own goes
through the weights one by one, for each of which XLA compiles a loop: half of what a network takes
to compile.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jax import numpy as jnp

from harness.classifiers.neural.initial import Weights

MEAN_KEPT, SQUARE_KEPT, EPSILON = 0.9, 0.999, 1e-7  # Keras' defaults


class State(NamedTuple):
    """Of the optimizer."""

    mean: Any  # of slopes, (n_weights,)
    square: Any  # of slopes, on average, (n_weights,)
    n_steps: Any  # so far
    learning_rate: Any


def start(weights: Weights, learning_rate: float) -> State:
    """Before the first step."""
    nothing = np.zeros(sum(w.size for w in weights), dtype=np.float32)
    return State(nothing, nothing, np.int32(0), np.float32(learning_rate))


def step(state: State, slopes: list[Any], weights: list[Any]) -> tuple[list[Any], State]:
    """The weights after a step against `slopes`, traced."""
    flat = jnp.concatenate([s.ravel() for s in slopes])
    n_steps = state.n_steps + 1
    mean = state.mean + (flat - state.mean) * (1 - MEAN_KEPT)
    square = state.square + (flat**2 - state.square) * (1 - SQUARE_KEPT)
    missing = jnp.sqrt(1 - SQUARE_KEPT**n_steps) / (1 - MEAN_KEPT**n_steps)
    change = mean * (state.learning_rate * missing) / (jnp.sqrt(square) + EPSILON)
    ends = np.cumsum([w.size for w in weights])[:-1]
    moved = [
        w - part.reshape(w.shape) for w, part in zip(weights, jnp.split(change, ends), strict=True)
    ]
    return moved, State(mean, square, n_steps, state.learning_rate)
