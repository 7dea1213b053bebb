"""Which labelled rows a network does not train on, but is judged by while it trains.

They are paid for like all others. A row's side is drawn by what it holds: it is the same in every
round, so that a network that goes on with the weights of the round before is never judged by rows
that these have seen, and twins are on one side.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from harness.arrays import Classes, Features, Mask


def held_back(X: Features, y: Classes, share: float, seed: int) -> Mask:
    """True for about `share` of the rows, (n_rows,).

    Nothing of a class that would be held back whole: it has to be trained on.
    """
    key = seed.to_bytes(8, "little", signed=True)
    below = int(share * 2**64)
    held = np.array(
        [
            int.from_bytes(blake2b(row, digest_size=8, key=key).digest(), "little") < below
            for row in np.ascontiguousarray(X)
        ]
    )
    whole = np.bincount(y[~held], minlength=int(y.max()) + 1) == 0
    return np.asarray(held & ~whole[y])
