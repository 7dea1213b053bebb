"""LSTM layers."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge

from harness.classifiers.neural.net import Input, Net, Tensor
from harness.classifiers.neural.network import neural


@neural
def lstm(
    net: Net,
    *,
    input: Input = "one_step",
    window: Annotated[int, Ge(1)] | None = None,
    units: Annotated[int, Ge(1)] = 128,
    layers: Annotated[int, Ge(1)] = 2,
) -> Tensor:
    """LSTM layers, each with half the units of the one before.

    Stands for the LSTM that study B compares with, its reference [24].

    Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9, 1997.
    """
    x = net.steps(input, window)
    for i in range(layers):
        whole = i < layers - 1
        x = net.dropout(net.lstm(x, max(units >> i, 1), both_ways=False, whole=whole))
    return x
