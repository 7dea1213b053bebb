"""What a classifier's factory declares of going on from the round before.

A declaration, and no attribute of what the factory makes: the driver asks, too, and must not run a
constructor, which is code of a component.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

_DECLARED = "fewlabels_continues"

Factory = TypeVar("Factory", bound=Callable[..., Any])


def continues(*, unless: Mapping[str, Any] | None = None) -> Callable[[Factory], Factory]:
    """Declare on a classifier's factory that `fit(X, y, before=...)` goes on from `before`.

    `before` is the model of the round before, or absent. `unless` names parameters with the value
    that means the contrary. Raises `ValueError` for one that the factory does not take.

    >>> @continues(unless={"refit": "cold"})
    ... def network(seed, threads, *, refit="cold"): ...
    >>> does_continue(network, {}), does_continue(network, {"refit": "warm"})
    (False, True)
    """

    def declared(factory: Factory) -> Factory:
        taken = inspect.signature(factory).parameters
        if unknown := [name for name in unless or {} if name not in taken]:
            raise ValueError(f"{factory} takes no {', '.join(unknown)}")
        setattr(factory, _DECLARED, dict(unless or {}))
        return factory

    return declared


def does_continue(factory: Callable[..., Any], params: Mapping[str, Any]) -> bool:
    """Whether what `factory` makes of `params`, and of its defaults, declared to continue."""
    unless: Mapping[str, Any] | None = getattr(factory, _DECLARED, None)
    if unless is None:
        return False
    taken = inspect.signature(factory).parameters
    return all(
        (params[name] if name in params else taken[name].default) != value
        for name, value in unless.items()
    )
