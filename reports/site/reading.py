"""What the words and numbers of the other pages mean."""

from __future__ import annotations

from reports.interval import ENOUGH
from reports.metric_names import TITLES
from reports.ranks.bayesian import EQUIVALENT
from reports.site.content import Content
from reports.site.files import Files
from reports.site.page import Filled


def fill(content: Content, _: Files) -> Filled:
    """Return what the glossary needs to know of this run."""
    reference = content.results.reference
    return {
        "enough": ENOUGH,
        "equivalent": EQUIVALENT,
        "metric": TITLES[content.metric],
        "reference": reference,
        "share": f"{reference.share:.0%}".replace("%", " %"),
        "page_uses_plots": False,
    }
