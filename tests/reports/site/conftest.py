"""A site in Chromium, from file:// and without a network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
LOCAL = ("file:", "data:", "blob:")
WIDE = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        pytest.skip("no Chromium here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def shown(browser):
    """Open a page; nothing may have been amiss when it is closed."""

    @contextmanager
    def show(path: Path, about: str = "", **context) -> Iterator:
        trouble = []
        page = browser.new_page(**({"viewport": WIDE} | context))
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("dialog", lambda dialog: trouble.append(dialog.message))
        page.on("requestfailed", lambda request: trouble.append(request.url))
        page.on("request", lambda r: None if r.url.startswith(LOCAL) else trouble.append(r.url))
        page.goto(path.as_uri() + about)
        drawn(page)
        yield page
        page.close()
        assert trouble == []

    return show


def drawn(page) -> None:
    """Wait until every part has shown what it was asked for."""
    for part in page.locator(".part").all():
        part.and_(page.locator("[data-shown]")).wait_for(state="attached", timeout=20_000)
    page.wait_for_timeout(150)  # what is loaded already is shown in no time
