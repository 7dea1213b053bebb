"""The layers that Keras does not have. Imports Keras: imported where a network is built."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import keras
from keras import ops


class VariableDropout(keras.layers.Layer):  # type: ignore[misc]  # Keras is untyped
    """Dropout whose rate is a variable: a trial changes it without a new trace."""

    def __init__(self) -> None:
        super().__init__()
        self.seed_generator = keras.random.SeedGenerator(seed=0)
        self.rate = self.add_weight(shape=(), initializer="zeros", trainable=False, name="rate")

    def call(self, x: Any, training: bool = False) -> Any:  # noqa: FBT001, FBT002 - Keras calls it
        """(..., units), some of them 0 while training."""
        if not training:
            return x
        drawn = keras.random.uniform(ops.shape(x), seed=self.seed_generator)
        return ops.where(drawn >= self.rate, x / (1.0 - self.rate), ops.zeros_like(x))


SPREAD = 10.0  # of rates at the start: drawn alike, all neurons say the same, and learn slowly


class RandomNeurons(keras.layers.Layer):  # type: ignore[misc]  # Keras is untyped
    """A feed-forward network of random neurons (Gelenbe, Neural Computation 1, 1989).

    A neuron that gets excitatory spikes at rate a and inhibitory ones at rate b, and fires at rate
    r, is excited with probability q = a / (r + b), at most 1. Neuron i sends excitatory spikes to
    neuron j of the next layer at rate q_i w+_ij, inhibitory ones at q_i w-_ij, and fires at the sum
    of its w+ and w-; the last layer's firing rates are learned. A feature has two neurons, for its
    values above and below 0; of a value v one gets both kinds of spikes at v times its firing rate,
    so that it is excited with probability v / (1 + v): no value is too large to matter.
    """

    def __init__(self, units: Sequence[int]) -> None:
        super().__init__()
        self.units = list(units)

    def build(self, shape: Any) -> None:
        """Rates w+ and w- between the layers, as what a softplus makes positive."""
        widths = [2 * shape[-1], *self.units]
        self.excite, self.inhibit = (
            [
                self.add_weight(shape=pair, name=f"{kind}_{i}_kernel")
                for i, pair in enumerate(pairwise(widths))
            ]
            for kind in ("excite", "inhibit")
        )
        self.fire = self.add_weight(shape=(widths[-1],), initializer="zeros", name="fire")

    def call(self, x: Any) -> Any:
        """Excitation probabilities of the last layer, (n, units)."""
        excite = [ops.softplus(SPREAD * w) for w in self.excite]
        inhibit = [ops.softplus(SPREAD * w) for w in self.inhibit]
        leaving = [ops.sum(a + b, axis=1) for a, b in zip(excite, inhibit, strict=True)]
        firing = [*leaving[1:], ops.softplus(self.fire)]
        v = ops.concatenate([ops.relu(x), ops.relu(-x)], axis=1)
        q = v / (1.0 + v)
        for w_plus, w_minus, r in zip(excite, inhibit, firing, strict=True):
            q = ops.minimum(ops.matmul(q, w_plus) / (r + ops.matmul(q, w_minus)), 1.0)
        return q
