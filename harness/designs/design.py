"""What an initial design is given, and what it must return.

A design is a function `(X, n) -> rows`: `n` distinct rows out of the scaled features, (n_rows,
n_features), of what may be bought. It may ask for two more things by naming them: `rng`, a
generator of its own, and `y`, the classes of those rows. Nobody knows `y` before labels are
bought, so what asks for it is marked wherever its numbers stand.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from harness.arrays import Classes, Features, Rows

GIVEN = ("rng", "y")  # to who asks, by name


def misfit(design: Callable[..., Rows]) -> str | None:
    """Why a function cannot be called as a design; None if it can.

    >>> def mine(X, n, *, seed): ...
    >>> misfit(mine)
    'must be (X, n), and may ask for rng and y by name; nobody gives it seed'
    """
    parameters = [*inspect.signature(design).parameters.values()]
    by_name = {p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty}
    by_place = [p for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    rule = "must be (X, n), and may ask for rng and y by name"
    takes_any = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    n_needed = sum(p.default is p.empty for p in by_place)
    if n_needed > 2 or (len(by_place) < 2 and not takes_any):  # noqa: PLR2004 - X and n
        return f"{rule}; it takes ({', '.join(p.name for p in by_place)})"
    if unknown := sorted(by_name - set(GIVEN)):
        return f"{rule}; nobody gives it {', '.join(unknown)}"
    return None


def looks_at_labels(design: Callable[..., Rows]) -> bool:
    """Whether it asks for `y`."""
    return _asks_for(design, "y")


def bound(
    design: Callable[..., Rows], y: Classes, rng: Callable[[], np.random.Generator]
) -> Callable[[Features, int], Rows]:
    """The design with what it asks for; `y` is (n_pool,), of which it gets the part of its rows."""

    def choose(X: Features, n: int) -> Rows:
        asked: dict[str, Any] = {}
        if _asks_for(design, "rng"):
            asked["rng"] = rng()
        if looks_at_labels(design):
            asked["y"] = y[: len(X)]
        return np.asarray(design(X, n, **asked))

    return choose


def _asks_for(design: Callable[..., Rows], name: str) -> bool:
    asked = inspect.signature(design).parameters.get(name)
    return asked is not None and asked.kind is asked.KEYWORD_ONLY
