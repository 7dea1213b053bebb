"""Gelenbe's random neurons."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge

from harness.classifiers.neural.net import Net, Tensor
from harness.classifiers.neural.network import neural


@neural
def random_neural_network(
    net: Net, *, units: Annotated[int, Ge(1)] = 64, layers: Annotated[int, Ge(1)] = 2
) -> Tensor:
    """Layers of random neurons, feed-forward, each with half the units of the one before.

    The neurons are Gelenbe's; the training is not: a dense layer reads their excitation
    probabilities, and Adam lowers the cross-entropy, where Gelenbe's algorithm lowers squared
    errors of the neurons themselves. Features are spike rates, those below 0 of neurons of their
    own. Stands for the random neural network that study B compares with, its reference [24].

    Gelenbe, "Random neural networks with negative and positive signals and product form solution",
    Neural Computation 1, 1989; "Learning in the recurrent random neural network", 5, 1993.
    """
    return net.dropout(net.random_neurons([max(units >> i, 1) for i in range(layers)]))
