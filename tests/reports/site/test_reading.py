from __future__ import annotations

import re

from reports.site.pages import PAGES
from tests.reports.site.filled import rendered


def test_the_glossary_is_there_without_any_trial(fake, stored, tmp_path):
    def change(tables):
        for name in tables:
            tables[name] = []

    html = rendered(stored(fake(), change), "reading", tmp_path / "site")
    assert "No trial is stored yet" not in html
    assert "<dt>AUBC</dt>" in html


def test_the_glossary_speaks_of_the_reference_of_this_run(fake, stored, tmp_path):
    sweep = {"reference": {"classifier": "knn", "target": 0.8}}
    html = rendered(stored(fake(sweep=sweep)), "reading", tmp_path / "site")
    assert "80 % of what knn / none / none scores" in html


def test_its_links_lead_to_pages_that_there_are(fake, stored, tmp_path):
    html = rendered(stored(fake()), "reading", tmp_path / "site")
    linked = set(re.findall(r'href="(\w+)\.html"', html))
    assert linked <= set(PAGES)
    assert {"index", "data"} <= linked
