"""What YAML gave must be plain: names, numbers, lists and mappings, of a sane size.

YAML also knows dates, sets, infinite numbers, and lists that hold themselves.
"""

from __future__ import annotations

import math
import unicodedata
from typing import Any

from harness.spec.problems import Path

DEEPEST = 32
MOST_VALUES = 100_000
LARGEST = 2**63 - 1  # whole numbers have 64 bits in every table


def implausible(raw: Any) -> list[tuple[Path, str]]:
    """Every value that no field can hold: its path, and why."""
    found: list[tuple[Path, str]] = []
    waiting: list[tuple[Path, Any]] = [((), raw)]
    for _ in range(MOST_VALUES):
        if not waiting:
            return found
        path, value = waiting.pop()
        if len(path) > DEEPEST:
            return [(path[:1], f"is nested more than {DEEPEST} deep")]
        if isinstance(value, dict):
            found += [(path, why) for key in value if (why := _not_a_name(key))]
            waiting += [((*path, str(key)), inner) for key, inner in value.items()][::-1]
        elif isinstance(value, list):
            waiting += [((*path, i), inner) for i, inner in enumerate(value)][::-1]
        elif why := _not_a_value(value):
            found.append((path, why))
    return [(path[:1], f"more than {MOST_VALUES} values are too many")]


def _not_a_name(key: Any) -> str | None:
    if not isinstance(key, str):
        return f"{key!r} is not the name of a field"
    return _not_a_value(key)


def _not_a_value(value: Any) -> str | None:
    if isinstance(value, str):
        return None if _is_text(value) else f"{value!r} holds a character that no name has"
    if isinstance(value, float):
        return None if math.isfinite(value) else f"must be a finite number, not {value}"
    if isinstance(value, int):
        return None if abs(value) <= LARGEST else "must be below 2**63 in size"
    return (
        None if value is None else f"must be text, a number or a list, not a {type(value).__name__}"
    )


def _is_text(value: str) -> bool:
    """Whether files and terminals can hold it: no control characters, no half characters."""
    return value.isprintable() or not any(unicodedata.category(c) in ("Cc", "Cs") for c in value)
