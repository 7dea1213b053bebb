"""A convolution, a bidirectional LSTM, and attention over its steps."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge

from harness.classifiers.neural.net import Input, Net, Tensor
from harness.classifiers.neural.network import neural


@neural
def cnn_bilstm_attention(  # noqa: PLR0913 - the parameters of the architecture
    net: Net,
    *,
    input: Input = "feature_steps",
    window: Annotated[int, Ge(1)] | None = None,
    filters: Annotated[int, Ge(1)] = 32,
    width: Annotated[int, Ge(1)] = 3,
    units: Annotated[int, Ge(1)] = 64,
) -> Tensor:
    """Convolution, bidirectional LSTM, and a learned weight for each of its steps.

    Stands for study B's reference [23], a CNN-BiLSTM with attention.

    Zhou et al., "Attention-based bidirectional long short-term memory networks for relation
    classification", ACL 2016, for the attention; `cnn_bilstm` for the rest.
    """
    x = net.convolution(net.steps(input, window), filters, width)
    x = net.lstm(net.dropout(x), units, both_ways=True, whole=True)
    return net.dropout(net.weighted_sum(x))
