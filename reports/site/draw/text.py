"""Names in figures: plotly.js reads texts as a kind of HTML, and names come from users."""

from __future__ import annotations

import html

from datasets.visible import one_line


def plain(name: object) -> str:
    """Return `name` so that plotly.js shows it as it is.

    >>> plain("<b>knn</b>")
    '&lt;b&gt;knn&lt;/b&gt;'
    """
    return html.escape(one_line(str(name)), quote=False)
