"""Sizes and durations as a reader wants them."""

from __future__ import annotations

import math

_BYTES = ("B", "kB", "MB", "GB", "TB")
_SECONDS = ("ns", "µs", "ms", "s")


def size(n_bytes: float) -> str:
    """Return bytes in the unit that suits them, of a thousand each.

    >>> [size(n) for n in (0, 420, 98_640, 999_600, 5_842_224)]
    ['0 B', '420 B', '98.6 kB', '1 MB', '5.84 MB']
    """
    return _scaled(n_bytes, 3, _BYTES)


def duration(seconds: float) -> str:
    """Return seconds in the unit that suits them, to two digits: a stopwatch knows no more.

    >>> [duration(s) for s in (0.000_04, 0.002_234, 0.0996, 1.52, 250)]
    ['40 µs', '2.2 ms', '100 ms', '1.5 s', '250 s']
    """
    return _scaled(seconds * 1e9, 2, _SECONDS)


def _scaled(value: float, digits: int, units: tuple[str, ...]) -> str:
    """`value`, in the first of `units`, to so many significant digits."""
    rounded = float(f"{value:.{digits - 1}e}")
    step = min(math.floor(math.log10(rounded)) // 3, len(units) - 1) if rounded >= 1 else 0
    return f"{rounded / 1000**step:.6g} {units[step]}"
