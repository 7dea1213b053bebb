"""Everything the datasets raise on purpose.

DatasetError    a data set is not there, is not what it says, or is asked for what it has not
    StaleImport what is cached of it was read by another card, other code or another version
"""

from __future__ import annotations


class DatasetError(Exception):
    """One clear message: what is wrong, where, and what to do about it."""


class StaleImport(DatasetError):
    """What is in the cache was read by another card, other code or another version."""
