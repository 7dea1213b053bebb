"""What a classifier declares that it needs of a machine, beside CPUs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

NEURAL = "neural"  # a network: a framework that is slow to import, and a GPU where there is one
GROUPS = {NEURAL}
_DECLARED = "fewlabels_needs"

Factory = TypeVar("Factory", bound=Callable[..., Any])


def needs(group: str) -> Callable[[Factory], Factory]:
    """Declare on a classifier's factory that what it makes needs `group`.

    Raises `ValueError` for a group that is not in `GROUPS`.

    >>> @needs("neural")
    ... def small_network(seed, threads): ...
    >>> needs_of(small_network)
    'neural'
    """
    if group not in GROUPS:
        raise ValueError(f"no group {group!r} of needs; known: {', '.join(sorted(GROUPS))}")

    def declared(factory: Factory) -> Factory:
        setattr(factory, _DECLARED, group)
        return factory

    return declared


def needs_of(factory: Callable[..., Any]) -> str:
    """The group that `factory` declared; "": none, a CPU will do."""
    declared: str = getattr(factory, _DECLARED, "")
    return declared
