"""In what a file differs from what its card says, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from datasets.card import Card, Version
from datasets.sources import Source

SHOWN = 12  # differences
LONGEST = 80  # characters of a name


def unlike(card: Card, source: Source, found: Sequence[str]) -> str:
    """Return how the columns `found` in `source` differ from those of the nearest version."""
    if not card.has_header:
        n = len(card.columns_of(card.versions[0]))
        return (
            f"{source.where} does not have the {n} fields per line of {card.name}, but {len(found)}"
        )

    def distance(version: Version) -> int:
        # Whatever the case: one that is mistaken in a name is still nearer than one without.
        names = {c.name.lower() for c in card.columns_of(version)}
        return len(names ^ {name.lower() for name in found})

    nearest = min(card.versions, key=distance)
    expected = [column.name for column in card.columns_of(nearest)]
    missing = [name for name in expected if name not in found]
    unexpected = [name for name in found if name not in expected]
    problems = []
    if missing:
        problems.append(f"missing: {listed(missing, unexpected)}")
    if unexpected:
        problems.append(f"unexpected: {listed(unexpected, [])}")
    if not problems:
        problems.append("the right names in another order")
    name = nearest.files[0].name if nearest.files else card.name
    return (
        f"{source.where} does not have the {len(expected)} columns of {name} but "
        f"{len(found)}; {'; '.join(problems)}"
    )


def other_rows(version: Version, classes: Mapping[str, int]) -> str:
    """Return in what the rows differ, of a file that has the columns but not the checksum."""
    differences = other_counts(version, classes)
    if differences and version.classes:
        return (
            f"it holds {sum(classes.values()):,} rows where {sum(version.classes.values()):,} "
            f"are expected: {', '.join(differences[:SHOWN])}"
        )
    return (
        "its rows per class are right, so it was probably saved again by another program "
        "(line ends, byte-order mark, spelling of numbers)"
    )


def other_counts(version: Version, classes: Mapping[str, int]) -> list[str]:
    """Return the classes with another number of rows than `version` has of them."""
    return [
        f"{name} {classes.get(name, 0):,} (expected {version.classes.get(name, 0):,})"
        for name in sorted({*classes, *version.classes} - {*version.uncounted})
        if classes.get(name, 0) != version.classes.get(name, 0)
    ]


def listed(names: list[str], others: list[str]) -> str:
    """Return the first names, each with the one of `others` that may stand in its place."""
    shown = []
    for name in names[:6]:
        alike = {other.lower(): other for other in others}
        close = get_close_matches(name.lower(), alike, n=1, cutoff=0.8)
        shown.append(
            f"{_short(name)} (spelt {_short(alike[close[0]])}?)" if close else _short(name)
        )
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _short(name: str) -> str:
    """A name on one line: a lost quotation mark makes half a file one."""
    line = " ".join(name.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
