"""One-dimensional convolutions."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge

from harness.classifiers.neural.net import Input, Net, Tensor
from harness.classifiers.neural.network import neural


@neural
def cnn(  # noqa: PLR0913 - the parameters of the architecture
    net: Net,
    *,
    input: Input = "feature_steps",
    window: Annotated[int, Ge(1)] | None = None,
    filters: Annotated[int, Ge(1)] = 32,
    width: Annotated[int, Ge(1)] = 3,
    layers: Annotated[int, Ge(1)] = 2,
    units: Annotated[int, Ge(1)] = 64,
) -> Tensor:
    """Convolutions along the features, each with twice the filters of the one before; one dense.

    Neighbouring columns of a flow table are related by kind only, so what a convolution finds
    hangs on the order of the columns. Stands for study B's reference [22].

    Vinayakumar, Soman and Poornachandran, "Applying convolutional neural network for network
    intrusion detection", ICACCI 2017.
    """
    x = net.steps(input, window)
    for i in range(layers):
        x = net.convolution(x, filters << i, width)
    return net.dropout(net.dense(net.dropout(net.flat(x)), units))
