"""From a blueprint to a Keras model, and what a pass through it costs.

Imports Keras: imported when a network is compiled.
"""

from __future__ import annotations

import random
from math import prod
from typing import Any

import keras

from harness.classifiers.neural.net import Net
from harness.classifiers.neural.network import Blueprint

MOST_STEPS = 300_000  # rows × steps at a time: 0.3 GB in a layer of 128 units both ways


def build(blueprint: Blueprint, *, on_gpu: bool) -> keras.Model:
    """A model with two outputs: (n, n_outputs), a sigmoid or a softmax; and what it reads.

    Keras draws seeds from Python's global generator where a layer is given none; they are
    replaced before they matter, and the generator is left as it was.
    """
    before = random.getstate()
    try:
        features = keras.Input((blueprint.n_features,), dtype="float32")
        net = Net(features, on_gpu=on_gpu)
        hidden = blueprint.architecture(net, **dict(blueprint.params))
        two = blueprint.n_classes == 2  # noqa: PLR2004
        last = keras.layers.Dense(
            1 if two else blueprint.n_classes, activation="sigmoid" if two else "softmax"
        )
        return keras.Model(features, [last(hidden), hidden])
    finally:
        random.setstate(before)


def multiply_adds(model: keras.Model) -> int:
    """Of one row: every kernel, times the positions that it is applied at, and attention."""
    return sum(_of_layer(layer) for layer in model.layers)


def _of_layer(layer: Any) -> int:
    kernels = sum(prod(w.shape) for w in layer.trainable_variables if w.path.endswith("kernel"))
    kind = type(layer).__name__
    if kind in {"LSTM", "Bidirectional"}:
        return int(kernels * layer.input.shape[1])
    if kind == "MultiHeadAttention":
        steps = layer.output.shape[1]
        heads, size = layer.num_heads, layer.key_dim
        return int(kernels * steps + 2 * heads * size * steps**2)
    return int(kernels * prod(layer.output.shape[1:-1]))


def dropouts(model: keras.Model) -> list[Any]:
    """The layers whose masks and rate a fit sets."""
    return [layer for layer in model.layers if type(layer).__name__ == "VariableDropout"]


def rows_at_once(model: keras.Model) -> int:
    """How many rows to ask for at a time."""
    steps = [layer.output.shape[1] for layer in model.layers if len(layer.output.shape) > 2]  # noqa: PLR2004
    return max(256, min(8192, MOST_STEPS // max(steps, default=1)))
