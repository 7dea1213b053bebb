"""A name out of a few: the known one, or an error that names the nearest."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from datasets.errors import DatasetError


def check_choice(what: str, value: str, known: Iterable[str]) -> str:
    """Return `value` if it is one of `known`; raise `DatasetError` otherwise.

    >>> check_choice("task", "binry", ["multiclass", "binary"])
    Traceback (most recent call last):
    datasets.errors.DatasetError: no task 'binry'; did you mean 'binary'? Known: multiclass, binary
    """
    names = list(known)
    if value in names:
        return value
    close = get_close_matches(str(value), names, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else "."
    raise DatasetError(f"no {what} {value!r}{hint} Known: {', '.join(names)}")
