"""A convolution, then a bidirectional LSTM."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge

from harness.classifiers.neural.net import Input, Net, Tensor
from harness.classifiers.neural.network import neural


@neural
def cnn_bilstm(  # noqa: PLR0913 - the parameters of the architecture
    net: Net,
    *,
    input: Input = "feature_steps",
    window: Annotated[int, Ge(1)] | None = None,
    filters: Annotated[int, Ge(1)] = 32,
    width: Annotated[int, Ge(1)] = 3,
    units: Annotated[int, Ge(1)] = 64,
) -> Tensor:
    """Convolution along the features, then a bidirectional LSTM over what it finds.

    Stands for study B's reference [26], a BiLSTM with a CNN on UNSW-NB15.

    Sinha and Manollas, "Efficient deep CNN-BiLSTM model for network intrusion detection", AIPR
    2020.
    """
    x = net.convolution(net.steps(input, window), filters, width)
    return net.dropout(net.lstm(net.dropout(x), units, both_ways=True, whole=False))
