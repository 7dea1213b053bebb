"""Rows in few shapes, for a framework that compiles for every shape of an array.

A labelled set grows with every round and differs between folds; what is compiled for one must
serve all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from harness.arrays import Features, Rows

BLOCK_ROWS = 4096  # small next to the work on them: one block holds most labelled sets
SMALLEST_CHUNK = 32  # rows


@dataclass(frozen=True, slots=True)
class Block:
    """Some batches, as many as any block of that batch size has; the first `n` are real."""

    rows: Rows  # (n_batches, n_places); what stands in a place without a row is any row
    share: Features  # (n_batches, n_places): 1 / rows of that batch; 0 in a place without a row
    n: int


def blocks(order: Rows, batch_size: int) -> Iterator[Block]:
    """The batches of an epoch in `order`; a batch's places are a power of two."""
    places = power_of_two(batch_size)
    n_batches = max(1, BLOCK_ROWS // places)
    step = n_batches * batch_size
    for at in range(0, len(order), step):
        part = order[at : at + step]
        batch, place = np.divmod(np.arange(len(part)), batch_size)
        rows = np.full((n_batches, places), part[0])
        rows[batch, place] = part
        share = np.zeros(rows.shape, dtype=np.float32)
        share[batch, place] = 1 / np.bincount(batch)[batch]
        yield Block(rows, share, int(batch[-1]) + 1)


def chunks(X: Features, at_most: int) -> Iterator[tuple[Features, int]]:
    """X in parts of one of three sizes, and how many rows of each are real."""
    largest = power_of_two(at_most + 1) // 2
    sizes = [max(largest // ratio, SMALLEST_CHUNK) for ratio in (1, 8, 64)]
    at = 0
    while at < len(X):
        size = next((s for s in sizes if s <= len(X) - at), sizes[-1])
        part = X[at : at + size]
        at += size
        yield np.concatenate([part, np.zeros((size - len(part), X.shape[1]), X.dtype)]), len(part)


def power_of_two(n: int) -> int:
    """The smallest that is not below `n`."""
    return 1 << (n - 1).bit_length()
