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

    What of the weights `initial.py` does not draw keeps the values from here, in every process the
    same: Keras draws them from Python's global generator, which is left as it was.

    Raises `ValueError` for a layer that keeps a state of its own: compiled once and fitted often,
    the network would carry it from fit to fit.
    """
    before = random.getstate()
    random.seed(0)
    try:
        features = keras.Input((blueprint.n_features,), dtype="float32")
        net = Net(features, on_gpu=on_gpu)
        hidden = blueprint.architecture(net, **dict(blueprint.params))
        two = blueprint.n_classes == 2  # noqa: PLR2004
        last = keras.layers.Dense(
            1 if two else blueprint.n_classes, activation="sigmoid" if two else "softmax"
        )
        model = keras.Model(features, [last(hidden), hidden])
    finally:
        random.setstate(before)
    set_anew = {id(v) for v in [*rates(model), *seeds(model)]}
    if kept := [v.path for v in model.non_trainable_variables if id(v) not in set_anew]:
        raise ValueError(
            f"{blueprint.architecture.__name__} keeps a state from fit to fit ({', '.join(kept)}); "
            f"use layers without one, and net.dropout for dropout"
        )
    return model


def multiply_adds(model: keras.Model) -> int:
    """Of one row: every kernel, times the positions that it is applied at, and attention."""
    return sum(_of_layer(layer) for layer in model.layers)


def _of_layer(layer: Any) -> int:
    kernels = sum(prod(w.shape) for w in layer.trainable_variables if w.path.endswith("kernel"))
    kind = type(layer).__name__
    if isinstance(layer, keras.layers.RNN | keras.layers.Bidirectional):
        return int(kernels * layer.input.shape[1])
    if kind == "MultiHeadAttention":
        steps = layer.output.shape[1]
        heads, size = layer.num_heads, layer.key_dim
        return int(kernels * steps + 2 * heads * size * steps**2)
    return int(kernels * prod(layer.output.shape[1:-1]))


def rates(model: keras.Model) -> list[Any]:
    """The variables that hold the rate of dropout."""
    return [layer.rate for layer in model.layers if type(layer).__name__ == "VariableDropout"]


def seeds(model: keras.Model) -> list[Any]:
    """The variables that random masks are drawn by."""
    return [v for v in model.non_trainable_variables if v.path.endswith("seed_generator_state")]


def rows_at_once(model: keras.Model) -> int:
    """How many rows to ask for at a time."""
    steps = [layer.output.shape[1] for layer in model.layers if len(layer.output.shape) > 2]  # noqa: PLR2004
    return max(256, min(8192, MOST_STEPS // max(steps, default=1)))
