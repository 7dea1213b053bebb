"""What two runs must have in common for their numbers to be compared: one split, one way to buy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

SHARED = ("seed", "split", "labelling", "dtype", "threads")
OF_TUNING = ("validation", "acquisition")  # who pays for validation, and who buys


def terms(sweep: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of a resolved sweep, by their path in it; none of an empty one.

    >>> terms({"seed": 1, "split": {"test": 0.2}, "tuning": {"trials": 3, "acquisition": "tuned"}})
    {'seed': 1, 'split.test': 0.2, 'tuning.acquisition': 'tuned'}
    """
    own = {name: sweep[name] for name in SHARED if name in sweep}
    tuning = sweep.get("tuning", {})
    own["tuning"] = {name: tuning[name] for name in OF_TUNING if name in tuning}
    return dict(_flat(own, ""))


def difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    """Return the first term of both that differs, with both values.

    Of two lists of seeds the shorter one may be the start of the longer: it has fewer repeats.

    >>> difference({"seed": 1, "split.seeds": [4]}, {"seed": 2, "split.seeds": [4, 5]})
    'seed (1 and 2)'
    """
    for path, value in one.items():
        now = other.get(path, value)
        if path == "split.seeds":
            n = min(len(value), len(now))
            value, now = value[:n], now[:n]  # noqa: PLW2901
        if value != now:
            return f"{path} ({value} and {now})"
    return None


def _flat(value: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _flat(inner, f"{path}{name}.")
        else:
            yield f"{path}{name}", inner
