"""The table of contents."""

from __future__ import annotations

from reports.site import classes, curves, leaderboard, overview, tuning
from reports.site.page import Page

PAGES: dict[str, Page] = {
    "index": Page("Overview", "How few labels does an intrusion detector need?", overview.fill),
    "leaderboard": Page("Leaderboard", "Who needs the fewest labels?", leaderboard.fill),
    "curves": Page("Curves", "What is a label worth?", curves.fill),
    "classes": Page("Classes", "What are the labels worth for the rare attacks?", classes.fill),
    "tuning": Page("Tuning", "What did tuning buy?", tuning.fill),
}
