"""A network's weights before training: a function of its seed, on every backend the same.

Drawn here and not by Keras, whose layers draw once, when they are built: a compiled network is
used for many fits, each with a seed of its own.
"""

from __future__ import annotations

from math import prod, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

Weights = list[npt.NDArray[np.float32]]


def initial_weights(paths: list[str], built: Weights, seed: int) -> Weights:
    """Weights in the order and shapes of `built`, whose variables are called `paths`.

    Kernels are Glorot-uniform (Glorot and Bengio, AISTATS 2010), recurrent ones orthogonal (Saxe,
    McClelland and Ganguli, ICLR 2014), as Keras has them. Everything else, such as biases, keeps
    the constants that it was built with.
    """
    rng = np.random.default_rng(seed)
    return [_drawn(path, value, rng) for path, value in zip(paths, built, strict=True)]


def _drawn(path: str, value: npt.NDArray[Any], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    if path.endswith("recurrent_kernel"):
        return _orthogonal(value.shape, rng)
    if path.endswith("kernel"):
        positions = prod(value.shape[:-2])  # of a convolution: its width
        fan_in, fan_out = value.shape[-2] * positions, value.shape[-1] * positions
        limit = sqrt(6 / (fan_in + fan_out))
        return rng.uniform(-limit, limit, value.shape).astype(np.float32)
    return value


def _orthogonal(shape: tuple[int, ...], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    rows, columns = shape
    q, r = np.linalg.qr(rng.normal(size=(max(shape), min(shape))))
    q *= np.sign(np.diag(r))
    return np.asarray(q if rows >= columns else q.T, dtype=np.float32)
