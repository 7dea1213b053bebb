"""Facts of imported rows, and what their columns give away, as text to read in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import fill

from datasets.card import Card
from datasets.describe import WIDTH
from datasets.facts import Facts, Repetition
from datasets.leakage import Tell, role

SHOWN = 10  # columns per task
NAME = 40  # characters of a column, or of two
RULE = """
Majority class of each value, learned on half of the rows and tried on the other half. Baseline: \
always the majority class. A column that removes over 80 % of its mistakes gives the class away, \
one that removes over a third tells much: ask whether a detector would have it."""


def facts_lines(facts: Facts, content: str) -> Iterator[str]:
    """Yield what is in the rows of `content`, a line each."""
    yield f"imported: {facts.n_rows:,} rows, content {content[:8]}"
    width = max(12, *(len(name) for name in facts.classes))
    yield f"  {'class':<{width}}{'rows':>10}{'distinct':>10}{'shared':>10}"
    for name, one in facts.classes.items():
        yield f"  {name:<{width}}{one.n_rows:>10,}{one.n_patterns:>10,}{one.n_shared:>10,}"
    yield fill(
        "Distinct without labels, identifiers and what is never a feature; shared: rows that are "
        "then equal to one of another class.",
        WIDTH,
    )
    yield ""
    yield from _repetition("", facts.whole)
    for side, repetition in facts.sides.items():
        yield from _repetition(f"{side}: ", repetition)
    for twins in facts.twins:
        yield (
            f"{twins.split} split: {twins.n_twins:,} of {twins.n_test:,} test rows "
            f"({_percent(twins.share)}) have a twin in the pool"
        )
    yield ""
    gaps = {name: f"{n:,}" for name, n in facts.missing.items() if n}
    yield _listed("missing cells", gaps)
    yield _listed("constant columns", {n: v or "missing" for n, v in facts.constants.items()})


def leakage_lines(tells: Sequence[Tell], card: Card) -> Iterator[str]:
    """Yield which columns give the class away, and how well those do that the card names."""
    if not tells:
        yield "leakage: all rows are of one class, so there is nothing to give away"
        return
    yield fill(RULE.strip(), WIDTH, initial_indent="leakage: ")
    for task in dict.fromkeys(tell.task for tell in tells):
        of_it = [tell for tell in tells if tell.task == task]
        yield ""
        title = f"{task}, baseline {of_it[0].baseline:.3f}"
        yield f"  {title:<{NAME}}accuracy  mistakes removed"
        told = [tell for tell in of_it if tell.grade]
        yield from (_tell(tell, card) for tell in told[:SHOWN])
        if not told:
            yield "  no column tells much"
        if len(told) > SHOWN:
            yield f"  {len(told) - SHOWN} more tell much"
        named = [tell for tell in of_it if role(card, tell) and tell not in told[:SHOWN]]
        yield from (_tell(tell, card) for tell in named)


def _tell(tell: Tell, card: Card) -> str:
    name = tell.name if len(tell.name) < NAME else f"{tell.name[: NAME - 2]}…"
    notes = ", ".join(filter(None, [tell.grade, role(card, tell)]))
    return f"  {name:<{NAME}}{tell.accuracy:>8.3f}{_percent(tell.removed):>9}  {notes}".rstrip()


def _repetition(side: str, one: Repetition) -> Iterator[str]:
    if side:
        yield f"{side}{one.n_rows:,} rows"
    indent = "  " if side else ""
    yield f"{indent}exact duplicates: {one.n_duplicates:,} rows equal an earlier one in all columns"
    yield f"{indent}distinct rows without identifiers and labels: {one.n_patterns:,}"
    text = f"conflicts: {one.n_conflicts:,} groups of equal rows with several classes"
    yield f"{indent}{text}" + (f", {one.n_conflict_rows:,} rows" if one.n_conflicts else "")
    if one.n_conflicts:
        best = ", ".join(f"{_percent(share, 2)} {task}" for task, share in one.ceiling.items())
        yield f"{indent}  so no classifier gets above {best}"


def _listed(title: str, found: Mapping[str, str]) -> str:
    shown: Iterable[str] = (f"{name} {value}" for name, value in found.items())
    return fill(f"{title}: {', '.join(shown) or 'none'}", WIDTH, subsequent_indent="  ")


def _percent(share: float, digits: int = 1) -> str:
    return f"{round(100 * share, digits) + 0.0:.{digits}f} %"  # no -0.0
