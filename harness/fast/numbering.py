"""Rows that share a number: groups told apart without hashing or sorting, by tables of marks."""

from __future__ import annotations

import numpy as np

from harness.arrays import Mask, Rows


def first_of_each(groups: Rows) -> Rows:
    """The first row of each group, (n_groups,); `groups`, (n_rows,), has every number from 0 on."""
    return _first(groups, int(groups.max(initial=-1)) + 1)


def as_they_come(numbers: Rows) -> tuple[Rows, Rows]:
    """The group of each row, counted from 0 as groups appear, and the first row of each group.

    `numbers`, (n_rows,), tells groups apart: not negative, not all need occur.

    >>> [found.tolist() for found in as_they_come(np.array([7, 2, 7, 0]))]
    [[0, 1, 0, 2], [0, 1, 3]]
    """
    first = _first(numbers, int(numbers.max(initial=-1)) + 1)[numbers]
    is_first = first == np.arange(len(numbers))
    return _places(is_first)[first], np.flatnonzero(is_first)


def occurring(numbers: Rows, n: int) -> tuple[Rows, Rows]:
    """Those of 0 .. n - 1 among `numbers`, ascending, and the place of each number among them.

    >>> [found.tolist() for found in occurring(np.array([7, 2, 7, 0]), 9)]
    [[0, 2, 7], [2, 1, 2, 0]]
    """
    does_occur = np.zeros(n, dtype=bool)
    does_occur[numbers] = True
    return np.flatnonzero(does_occur), _places(does_occur)[numbers]


def _first(numbers: Rows, n: int) -> Rows:
    """By number the first row that has it; anything for those that do not occur."""
    first = np.empty(n, dtype=np.intp)
    first[numbers[::-1]] = np.arange(len(numbers) - 1, -1, -1)  # the last one written stays
    return first


def _places(marks: Mask) -> Rows:
    """How many marks come before each place."""
    before: Rows = np.cumsum(marks)
    before -= marks
    return before
