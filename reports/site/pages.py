"""The table of contents."""

from __future__ import annotations

from reports.site import axes, classes, curves, leaderboard, overview, ranks, tuning
from reports.site.page import Page

PAGES: dict[str, Page] = {
    "index": Page("Overview", "How few labels does an intrusion detector need?", overview.fill),
    "leaderboard": Page("Leaderboard", "Who needs the fewest labels?", leaderboard.fill),
    "curves": Page("Curves", "What is a label worth?", curves.fill),
    "ranks": Page("Comparisons", "Is one better than the other, or is it noise?", ranks.fill),
    "axes": Page("Parts", "What does each part of a pipeline change?", axes.fill),
    "classes": Page("Classes", "What are the labels worth for the rare attacks?", classes.fill),
    "tuning": Page("Tuning", "What did tuning buy?", tuning.fill),
}
