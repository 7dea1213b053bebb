"""One thread, whatever is allowed: for sums and ties that hang on how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def single_threaded() -> Iterator[None]:
    """Hold scikit-learn's loops and the BLAS to one thread."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield
