"""Rows that no cut of a model separates: one answer will do for all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.arrays import Rows
from harness.fast.cuts import Cuts
from harness.fast.numbering import first_of_each, occurring
from harness.fast.ranks import Ranks

_MOST = 2**62  # keys that an int64 holds, with room
_SPARSE = 4  # times as many keys as rows: a table of all of them is still faster than hashing

Keys = npt.NDArray[np.int64]  # (n_rows,)


@dataclass(frozen=True, slots=True)
class Regions:
    """A partition of some rows.

    Regions are numbered by where they lie, feature by feature: trees that are asked about them in
    this order take similar ways one after another, which processors foresee, in two thirds of the
    time.
    """

    of: Rows  # (n_rows,): the region of each
    first: Rows  # (n_regions,): the first row of each

    @classmethod
    def of_rows(cls, ranks: Ranks, cuts: Cuts, rows: slice) -> Regions:
        """The finest partition of `rows` of `ranks` that `cuts` can make; rows count from 0 there.

        Exact: a region's key counts the places between cuts, feature by feature, as digits of one
        number. Where the next digit would not fit into 64 bits, the keys so far are numbered anew.
        """
        keys: Keys = np.zeros(len(range(len(ranks))[rows]), dtype=np.int64)
        n_keys = 1
        for feature, bins in ranks.bins(cuts).items():
            n_bins = int(bins[-1]) + 1
            if n_keys * n_bins > _MOST:
                known, keys = _numbered(keys, n_keys)
                n_keys = len(known)
            keys *= n_bins
            _, codes = ranks.of(feature)
            keys += bins.take(codes[rows], mode="clip")  # all are there: "clip" does not look
            n_keys *= n_bins
        _, of = _numbered(keys, n_keys)
        return cls(of, first_of_each(of))


def _numbered(keys: Keys, n_keys: int) -> tuple[Keys, Rows]:
    """The different ones of `keys` below `n_keys`, ascending, and the place of each key in them."""
    if n_keys <= _SPARSE * len(keys):
        return occurring(keys, n_keys)
    of, known = pd.factorize(keys, sort=True)
    return known, of
