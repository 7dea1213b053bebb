"""Random generators named after what they are for. Nobody else creates one."""

from __future__ import annotations

import hashlib

import numpy as np


def generator(root_seed: int, *purpose: str | int) -> np.random.Generator:
    """A generator that depends on `root_seed` and `purpose` alone.

    >>> a, b = generator(7, "split", "iris", 0), generator(7, "split", "iris", 0)
    >>> bool(a.integers(1000) == b.integers(1000))
    True
    """
    return np.random.default_rng(_sequence(root_seed, purpose))


def integer(root_seed: int, *purpose: str | int) -> int:
    """A seed below 2**31 for a library that wants a plain integer.

    >>> integer(7, "model", "iris", 0) == integer(7, "model", "iris", 1)
    False
    """
    return int(_sequence(root_seed, purpose).generate_state(1)[0] >> 1)


def as_given(seed: int) -> np.random.Generator:
    """NumPy's generator of a seed that a sweep gives as it is, to follow somebody's protocol."""
    return np.random.default_rng(seed)


def legacy(seed: int) -> np.random.RandomState:
    """The generator that scikit-learn makes of a seed, to draw what it would draw."""
    return np.random.RandomState(seed)


def _sequence(root_seed: int, purpose: tuple[str | int, ...]) -> np.random.SeedSequence:
    digest = hashlib.sha256("\x1f".join(map(str, purpose)).encode()).digest()
    key = tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))
    return np.random.SeedSequence(root_seed, spawn_key=key)
