"""Dense layers."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge

from harness.classifiers.neural.net import Net, Tensor
from harness.classifiers.neural.network import neural


@neural
def ffnn(
    net: Net, *, units: Annotated[int, Ge(1)] = 128, layers: Annotated[int, Ge(1)] = 3
) -> Tensor:
    """Feed-forward network: rectified dense layers, each with half the units of the one before.

    Stands for the feed-forward network that study B compares with, its reference [24].

    Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors",
    Nature 323, 1986; Glorot, Bordes and Bengio, "Deep sparse rectifier neural networks", AISTATS
    2011.
    """
    x = net.features
    for i in range(layers):
        x = net.dropout(net.dense(x, max(units >> i, 1)))
    return x
