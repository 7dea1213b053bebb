"""What a page is: its template, its words, and the function that computes what it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reports.site.content import Content
from reports.site.files import Files

Filled = Mapping[str, Any]  # what the page's template reads


@dataclass(frozen=True)
class Page:
    """A page of the site; its file and its template are called `NAME.html`."""

    title: str  # in the list of pages
    question: str  # that it answers
    fill: Callable[[Content, Files], Filled]
    needs_trials: bool = True  # without any there is nothing to fill: the page says so
