"""The table of contents."""

from __future__ import annotations

from reports.site import (
    axes,
    classes,
    cost,
    curves,
    data,
    failures,
    leaderboard,
    overview,
    provenance,
    ranks,
    reading,
    tuning,
)
from reports.site.page import Page

PAGES: dict[str, Page] = {
    "index": Page("Overview", "How few labels does an intrusion detector need?", overview.fill),
    "leaderboard": Page("Leaderboard", "Who needs the fewest labels?", leaderboard.fill),
    "curves": Page("Curves", "What is a label worth?", curves.fill),
    "ranks": Page("Comparisons", "Is one better than the other, or is it noise?", ranks.fill),
    "axes": Page("Parts", "What does each part of a pipeline change?", axes.fill),
    "classes": Page("Classes", "What are the labels worth for the rare attacks?", classes.fill),
    "tuning": Page("Tuning", "What did tuning buy?", tuning.fill),
    "cost": Page("Cost", "What does it cost?", cost.fill),
    "data": Page("Data", "What are the data like?", data.fill, needs_trials=False),
    "failures": Page("Failures", "What went wrong?", failures.fill, needs_trials=False),
    "provenance": Page(
        "Provenance", "Where do the numbers come from?", provenance.fill, needs_trials=False
    ),
    "reading": Page("How to read", "How to read these pages", reading.fill, needs_trials=False),
}
