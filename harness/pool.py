"""Which pool rows have a label. The only module that does index arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from harness.arrays import Mask, Rounds, Rows
from harness.errors import BadQuery

NEVER = -1


@dataclass(frozen=True)
class Pool:
    """An immutable split of the pool into labelled, held-out and unlabelled rows.

    The pool lies in random order, so "the first rows" are a random sample. Held-out rows are
    bought from its far end: they shift nobody else's rows, and are never candidates.
    """

    bought_in: Rounds  # (n_pool,) round in which a row was labelled for fitting; NEVER: it was not
    n_holdout: int = 0
    n_rounds: int = 0

    @classmethod
    def unlabelled_of(cls, n_pool: int, n_holdout: int = 0) -> Pool:
        """A pool of `n_pool` rows of which none is labelled and the last `n_holdout` are held out.

        >>> Pool.unlabelled_of(5, n_holdout=2).candidates.tolist()
        [0, 1, 2]
        """
        return cls(np.full(n_pool, NEVER, dtype=np.int32), n_holdout)

    @classmethod
    def all_labelled(cls, n_pool: int) -> Pool:
        """A pool of which every row was labelled at once.

        >>> Pool.all_labelled(3).labelled.tolist()
        [0, 1, 2]
        """
        return cls(np.zeros(n_pool, dtype=np.int32), n_rounds=1)

    @cached_property
    def is_labelled(self) -> Mask:
        """Whether a row is labelled for fitting, (n_pool,)."""
        return np.asarray(self.bought_in != NEVER)

    def after(self, number: int) -> Pool:
        """The pool as it was after round `number`."""
        earlier = np.where(self.bought_in <= number, self.bought_in, NEVER)
        return Pool(earlier, self.n_holdout, min(number + 1, self.n_rounds))

    @property
    def n_bought(self) -> int:
        """Labels paid for: labelled and held-out rows."""
        return int(self.is_labelled.sum()) + self.n_holdout

    @cached_property
    def labelled(self) -> Rows:
        """Labelled rows, ascending."""
        return _read_only(np.flatnonzero(self.is_labelled))

    @cached_property
    def candidates(self) -> Rows:
        """Rows that may be bought, ascending: neither labelled nor held out."""
        free = ~self.is_labelled[: len(self.is_labelled) - self.n_holdout]
        return _read_only(np.flatnonzero(free))

    def stop_set(self, n: int) -> Rows:
        """The last `n` rows of those that may be bought or were, ascending: a random sample.

        It stays what it is, and the design `random` and the strategy `random` get to it last.

        >>> Pool.unlabelled_of(9, n_holdout=2).stop_set(3).tolist()
        [4, 5, 6]
        """
        end = len(self.is_labelled) - self.n_holdout
        return np.arange(max(end - n, 0), end)

    @property
    def holdout(self) -> Rows:
        """Held-out rows, ascending."""
        return np.arange(len(self.is_labelled) - self.n_holdout, len(self.is_labelled))

    def label(self, rows: Rows, n: int) -> Pool:
        """Return a pool with `rows` labelled too: `n` distinct candidates.

        Raises `BadQuery` for anything else.
        """
        rows = np.asarray(rows)
        if rows.shape != (n,) or not np.issubdtype(rows.dtype, np.integer):
            raise BadQuery(f"asked for {n} pool rows, got {rows.dtype} of shape {rows.shape}")
        end = len(self.is_labelled) - self.n_holdout
        outside = rows[(rows < 0) | (rows >= end)]
        if len(outside):
            raise BadQuery(f"no candidates: rows {outside[:5].tolist()} of {end}")
        if len(np.unique(rows)) != n:
            raise BadQuery(f"asked for {n} distinct rows, got {np.sort(rows)[:10].tolist()}")
        if self.is_labelled[rows].any():
            raise BadQuery(f"already labelled: rows {rows[self.is_labelled[rows]][:5].tolist()}")
        after = self.bought_in.copy()
        after[rows] = self.n_rounds
        return Pool(after, self.n_holdout, self.n_rounds + 1)


def _read_only(rows: Rows) -> Rows:
    """Strategies are shown these very arrays."""
    rows.setflags(write=False)
    return rows
