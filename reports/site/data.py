"""The datasets: where they come from, what was done to them, and what to beware of."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from datasets.badges import CHOSEN_BY_CLASS, DOWN_SAMPLED, IDENTIFIERS, MAYBE_IDENTIFIERS
from datasets.visible import one_line
from reports import provenance
from reports.beware import Beware, beware
from reports.figures import PALETTE
from reports.site.content import Content
from reports.site.draw.bars import counted
from reports.site.files import Files
from reports.site.page import Filled
from reports.site.panels import Json

# What a badge means for the numbers.
MEANINGS = {
    CHOSEN_BY_CLASS: "The rows that were labelled first were chosen by their classes, which nobody "
    "knows before labels are bought. Every class is met from the start, rare attacks too, so few "
    "labels go further here than they would in use. Between strategies it is fair.",
    DOWN_SAMPLED: "Normal rows were thrown away before the split, until no more of them were left "
    "than of the largest attack. Real traffic is not like that, so scores here say little about "
    "false alarms there. Some published studies did so.",
    IDENTIFIERS: "Columns that tell these very records apart, such as addresses or times, are "
    "among the features. A model may learn who attacked when in this recording, which helps "
    "nowhere else. Scores are higher than on features that carry over.",
    MAYBE_IDENTIFIERS: "All columns are features, also those that tell these very records apart, "
    "if there are any. A model may learn this recording rather than attacks.",
}
NOISY = (
    "Whoever was asked for a label was wrong that often, at random: models were fitted, tuned and "
    "validated on such labels, as an analyst's would be. Test labels, the full_data references "
    "and the classes that are counted as found are the true ones."
)
ORACLE = (
    "It chooses rows by their labels, which nobody has who still has to buy them. Its curve "
    "shows what choosing well can do here; it is no upper bound. It has no rank."
)
OF_THE_MACHINE = (
    "Trials that took too long, took too much memory or died have no score, and tuning went on "
    "without them. On a faster or larger machine these cells may have other numbers."
)


@dataclass(frozen=True)
class Badge:
    """A badge, and what it means for the numbers."""

    title: str
    meaning: str


@dataclass(frozen=True)
class Section:
    """What the page says of one dataset."""

    place: str  # an id
    facts: provenance.DatasetFacts
    badges: list[Badge]
    beware: Beware
    rarest: str
    figure: Json | None


def fill(content: Content, _: Files) -> Filled:
    """Compute a section for each dataset that is stored."""
    rows = {str(row["dataset"]): row for _, row in content.results.datasets.iterrows()}
    return {
        "sections": [
            _section(content, i, facts, rows[facts.label])
            for i, facts in enumerate(provenance.datasets(content.results))
        ],
        "page_uses_plots": bool(rows),
    }


def _section(content: Content, i: int, facts: provenance.DatasetFacts, row: pd.Series) -> Section:
    badges = provenance.all_badges(content.results, content.grid, facts.label)
    kept = {what: text for what, text in facts.facts.items() if what != "badges"}
    order = sorted(facts.classes, key=lambda one: -one[1])
    names, counts = [one_line(name) for name, _ in order], [n for _, n in order]
    about = f"Rows per class of {one_line(facts.label)}, pool and test set together."
    figure = counted(names, counts, "rows", about, PALETTE[0]) if counts else None
    return Section(
        f"dataset-{i}",
        provenance.DatasetFacts(facts.label, facts.title, kept, facts.classes),
        [Badge(badge, meaning(badge)) for badge in badges],
        beware(row),
        _rarest(order),
        vars(figure) if figure else None,
    )


def meaning(badge: str) -> str:
    """Return what a badge means for the numbers; "" for one from elsewhere."""
    if badge.endswith("with timeouts, out-of-memory or crashes"):
        return OF_THE_MACHINE
    if badge.endswith(provenance.SEES):
        return ORACLE
    if badge.endswith(provenance.NOISY):
        return NOISY
    return MEANINGS.get(badge, "")


def _rarest(order: list[tuple[str, int]]) -> str:
    if not order:
        return "No class is stored."
    total = sum(n for _, n in order)
    (most, n_most), (least, n_least) = order[0], order[-1]
    share = f"{n_least / total:.2%}".replace("%", "\u00a0%") if total else "0 %"
    return (
        f"{len(order)} classes. The largest is {one_line(most)} with {n_most:,} rows, the rarest "
        f"{one_line(least)} with {n_least:,} ({share})."
    )
