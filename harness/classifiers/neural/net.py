"""What an architecture is built with: the input in its shapes, and the layers.

Keras is imported by the methods: a sweep that names no network never pays for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Tensor = Any  # a Keras tensor; shapes leave out the batch
DEFAULT_WINDOW = 8  # features
MOST_UNROLLED = 24  # steps; a longer sequence costs more to trace than most studies save

Input = Literal["one_step", "feature_steps", "window"]


@dataclass(frozen=True)
class Net:
    """A network in the making, for rows of some number of features."""

    features: Tensor  # (n_features,)
    on_gpu: bool = field(kw_only=True)

    def steps(self, shape: Input, window: int | None) -> Tensor:
        """The row as a sequence, (n_steps, n_values).

        `one_step`: one step of all features. `feature_steps`: one step per feature. `window`: each
        step has the next `window` features, zeros after the last one. A step is never another row:
        rows are bought one by one and split at random, so neighbours in a file are no sequence.
        """
        from keras import layers

        n_features = self.features.shape[-1]
        if shape == "one_step":
            return layers.Reshape((1, n_features))(self.features)
        if shape == "feature_steps":
            return layers.Reshape((n_features, 1))(self.features)
        window = window or DEFAULT_WINDOW
        missing = -n_features % window
        one_by_one = layers.Reshape((n_features, 1))(self.features)
        filled = layers.ZeroPadding1D((0, missing))(one_by_one)
        return layers.Reshape(((n_features + missing) // window, window))(filled)

    def lstm(self, x: Tensor, units: int, *, both_ways: bool, whole: bool) -> Tensor:
        """LSTM over steps; `whole`: all steps' outputs, else the last one's.

        cuDNN's kernel needs a loop that is not unrolled; on a CPU the loop costs more than the
        arithmetic where there are few steps.
        """
        from keras import layers

        unroll = not self.on_gpu and x.shape[-2] <= MOST_UNROLLED
        layer = layers.LSTM(units, return_sequences=whole, unroll=unroll)
        return (layers.Bidirectional(layer) if both_ways else layer)(x)

    def convolution(self, x: Tensor, filters: int, width: int) -> Tensor:
        """Convolution over steps, rectified, then the larger of every two neighbours."""
        from keras import layers

        convolved = layers.Conv1D(filters, width, padding="same", activation="relu")(x)
        return layers.MaxPooling1D(2, padding="same")(convolved)

    def dense(self, x: Tensor, units: int) -> Tensor:
        """A rectified dense layer."""
        from keras import layers

        return layers.Dense(units, activation="relu")(x)

    def flat(self, x: Tensor) -> Tensor:
        """All steps' values beside each other."""
        from keras import layers

        return layers.Flatten()(x)

    def dropout(self, x: Tensor) -> Tensor:
        """Dropout at the rate of the training."""
        from harness.classifiers.neural.layers import VariableDropout

        return VariableDropout()(x)

    def self_attention(self, x: Tensor, heads: int) -> Tensor:
        """Multi-head self-attention beside a shortcut, normalised, averaged over the steps."""
        from keras import layers

        width = x.shape[-1]
        attended = layers.MultiHeadAttention(heads, max(width // heads, 1))(x, x)
        return layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x + attended))

    def weighted_sum(self, x: Tensor) -> Tensor:
        """Soft attention: the steps' outputs, weighted by how much each has to say."""
        from keras import layers

        if x.shape[-2] == 1:  # nothing to weigh, and Keras warns of it
            return layers.Flatten()(x)
        weights = layers.Softmax(axis=-2)(layers.Dense(1, activation="tanh")(x))
        return layers.Flatten()(layers.Dot(axes=-2)([weights, x]))

    def random_neurons(self, units: Sequence[int]) -> Tensor:
        """Excitation probabilities of the last of some layers of random neurons."""
        from harness.classifiers.neural.layers import RandomNeurons

        return RandomNeurons(units)(self.features)
