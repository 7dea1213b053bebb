"""Which labelled rows a network does not train on, but is judged by while it trains.

They are paid for like all others. A row's side is drawn by what it holds, so that twins are on one
side, and a row that was held back in one round is so in all that follow.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from harness.arrays import Classes, Features, Mask

Digests = npt.NDArray[np.uint64]  # (n_rows,), equal for equal rows


def digests(X: Features, seed: int) -> Digests:
    """A number per row, drawn by its values and `seed`."""
    key = seed.to_bytes(8, "little", signed=True)
    drawn = b"".join(
        blake2b(row, digest_size=8, key=key).digest() for row in np.ascontiguousarray(X)
    )
    return np.frombuffer(drawn, dtype=np.uint64)


def held_back(rows: Digests, y: Classes, share: float, seen: Digests | None = None) -> Mask:
    """True for about `share` of the rows, (n_rows,).

    Never for one that a network has `seen`, for twins that are more than `share` of a class (many
    flows of an attack are copies of one), or for the last rows of a class: all of these train.
    """
    held = rows < np.uint64(min(int(share * 2**64), 2**64 - 1))
    if seen is not None:
        held &= ~np.isin(rows, seen)
    _, twins, n_twins = np.unique(
        np.column_stack([rows, y.astype(np.uint64)]),
        axis=0,
        return_inverse=True,
        return_counts=True,
    )
    n_of_class = np.bincount(y)[y]
    held &= n_twins[twins.ravel()] <= np.maximum(share * n_of_class, 1)
    is_whole = np.bincount(y[~held], minlength=int(y.max()) + 1) == 0
    return np.asarray(held & ~is_whole[y])
