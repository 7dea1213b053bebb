"""Rows that no cut of a model separates: one answer will do for all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.arrays import Rows
from harness.fast.cuts import Cuts
from harness.fast.ranks import Ranks

_MOST = 2**62  # keys that an int64 holds, with room


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
        keys: npt.NDArray[np.int64] = np.zeros(len(ranks.codes[0][rows]), dtype=np.int64)
        n_keys = 1
        for feature, bins in ranks.bins(cuts).items():
            n_bins = int(bins[-1]) + 1
            if n_keys * n_bins > _MOST:
                keys, known = pd.factorize(keys, sort=True)
                n_keys = len(known)
            keys *= n_bins
            keys += bins[ranks.codes[feature][rows]]
            n_keys *= n_bins
        of, known = pd.factorize(keys, sort=True)
        first = np.empty(len(known), dtype=np.intp)
        first[of[::-1]] = np.arange(len(of) - 1, -1, -1)
        return cls(of, first)
