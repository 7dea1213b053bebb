"""Bidirectional LSTM layers."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge

from harness.classifiers.neural.net import Input, Net, Tensor
from harness.classifiers.neural.network import neural


@neural
def bilstm(
    net: Net,
    *,
    input: Input = "one_step",
    window: Annotated[int, Ge(1)] | None = None,
    units: Annotated[int, Ge(1)] = 128,
    layers: Annotated[int, Ge(1)] = 3,
) -> Tensor:
    """Bidirectional LSTM layers, each with half the units of the one before.

    The system of study B (docs/neural.md): three layers, dropout after each. It does not give its
    units or input shape; 128, 64, 32 and one step of all features are what similar code has.

    Schuster and Paliwal, "Bidirectional recurrent neural networks", IEEE Trans. Signal Processing
    45, 1997; Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9, 1997.
    """
    x = net.steps(input, window)
    for i in range(layers):
        whole = i < layers - 1
        x = net.dropout(net.lstm(x, max(units >> i, 1), both_ways=True, whole=whole))
    return x
