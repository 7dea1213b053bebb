"""A bidirectional LSTM and multi-head attention."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge

from harness.classifiers.neural.net import Input, Net, Tensor
from harness.classifiers.neural.network import neural


@neural
def bilstm_attention(
    net: Net,
    *,
    input: Input = "window",
    window: Annotated[int, Ge(1)] | None = None,
    units: Annotated[int, Ge(1)] = 64,
    heads: Annotated[int, Ge(1)] = 4,
) -> Tensor:
    """Bidirectional LSTM, then multi-head self-attention over its steps.

    Over one step there is nothing to attend to, hence windows of features by default. Stands for
    study B's reference [25], a BiLSTM with multi-head attention.

    Vaswani et al., "Attention is all you need", NeurIPS 2017, for the attention.
    """
    x = net.lstm(net.steps(input, window), units, both_ways=True, whole=True)
    return net.dropout(net.self_attention(net.dropout(x), heads))
