"""Networks that this process has compiled, by their shape.

Tracing a BiLSTM takes seconds and memory that TensorFlow never gives back, a fit of a few hundred
rows less than a second: so a network is traced once, and each fit sets its weights, its
optimizer, and the state of its dropout masks anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from harness.arrays import Classes, Features, Rows
from harness.classifiers.neural import runtime
from harness.classifiers.neural.initial import Weights
from harness.classifiers.neural.network import Blueprint
from harness.classifiers.neural.training import Training

MOST = 16  # shapes kept at a time; those of a sweep are few


class Compiled(Protocol):
    """A network that can be trained and asked, on one backend."""

    paths: list[str]  # of the trainable variables
    built: Weights  # their values after building
    multiply_adds: int  # for one row

    def load(self, weights: Weights) -> None:
        """Set the trainable variables."""

    def weights(self) -> Weights:
        """Their values."""

    def prepare(self, training: Training, seed: int) -> None:
        """Set rates; start the optimizer and the dropout masks anew."""

    def epoch(
        self, X: Features, y: Classes, weight: Features, order: Rows, batch_size: int
    ) -> None:
        """Train once on all rows, in `order`."""

    def probabilities(self, X: Features) -> Features:
        """Outputs, (n_rows, n_outputs): one sigmoid unit for two classes, else a softmax."""

    def embedding(self, X: Features) -> Features:
        """The last hidden layer, (n_rows, n_units)."""

    def sample(self, X: Features) -> Features:
        """Outputs under the next dropout mask."""


_networks: OrderedDict[Blueprint, Compiled] = OrderedDict()


@contextmanager
def opened(blueprint: Blueprint, threads: int) -> Iterator[Compiled]:
    """The network of that shape, compiled once.

    Raises `MemoryError` where the GPU is full, and then lets go of what the network held there.
    """
    runtime.start(threads)
    try:
        if blueprint not in _networks:
            _networks[blueprint] = _compile(blueprint)
            if len(_networks) > MOST:
                _networks.popitem(last=False)
        _networks.move_to_end(blueprint)
        yield _networks[blueprint]
    except Exception as error:
        if not runtime.is_out_of_memory(error):
            raise
        _networks.pop(blueprint, None)
        raise MemoryError(str(error).partition("\n")[0]) from error


def _compile(blueprint: Blueprint) -> Compiled:
    if runtime.backend() == "tensorflow":
        from harness.classifiers.neural.on_tensorflow import TensorFlowNetwork

        network: Compiled = TensorFlowNetwork(blueprint)
        return network
    from harness.classifiers.neural.on_keras import KerasNetwork

    other: Compiled = KerasNetwork(blueprint)
    return other
