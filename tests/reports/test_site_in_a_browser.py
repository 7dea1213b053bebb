"""The page in Chromium, from file:// and without a network."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.commands import report

CHROMIUM = Path("/usr/bin/chromium")
DRAWN = "JSON.stringify(document.getElementById('plot').data.map((trace) => trace.y))"
ANSWERS = "document.querySelectorAll('#board tbody tr').length"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here"),
]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Open the report of a run; fails on console messages, errors and requests beyond file:."""
    trouble = []

    def open_(root, width=1300):
        report([root], tmp_path / "site")
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(("file:", "data:", "blob:"))
                else trouble.append(request.url)
            ),
        )
        page.goto((tmp_path / "site" / "index.html").as_uri())
        return page

    yield open_
    assert trouble == []


def test_choosing_changes_the_plot_and_the_board(opened, fake, stored):
    run = fake(datasets=("ton", "edge"), classifiers=("random_forest", "svc"), every_round=True)
    page = opened(stored(run))
    seen = [page.evaluate(DRAWN)]
    for select, value in [
        ("dataset", "1"),
        ("metric", "log_loss"),
        ("model", "both"),
        ("compare", "classifier"),
    ]:
        page.select_option(f"#{select}", value)
        seen.append(page.evaluate(DRAWN))
    assert len(set(seen)) == len(seen)
    before = page.inner_text("#board")
    page.select_option("#budget", "100")
    assert page.inner_text("#board") != before
    assert "100 labels" in page.inner_text("#board-note")


def test_columns_sort_and_a_row_can_be_plotted(opened, fake, stored):
    page = opened(stored(fake(classifiers=("random_forest", "svc"))))
    page.click("#board thead button:text-is('classifier')")
    column = page.locator("#board tbody td:nth-child(2)").all_inner_texts()
    assert column == ["random_forest"] * 2 + ["svc"] * 2
    page.click("#board thead button:text-is('classifier')")
    assert page.locator("#board tbody td:nth-child(2)").first.inner_text() == "svc"
    page.click("#board tbody tr:first-child button")
    assert page.input_value("#fixed select[name=classifier]") == "svc"


@pytest.mark.parametrize("repeats", [1, 5])
def test_the_smallest_run_has_a_point(opened, fake, stored, repeats):
    page = opened(stored(fake(strategies=("random",), budgets=(100,), repeats=repeats)))
    traces = page.evaluate("document.getElementById('plot').data.filter((t) => t.name).length")
    assert traces == 1
    assert page.evaluate(ANSWERS) == 1
    assert ("No intervals: 1 repeat." in page.inner_text("#curves-note")) == (repeats == 1)


def test_a_band_is_drawn_from_five_repeats_on(opened, fake, stored):
    filled = "document.getElementById('plot').data.filter((t) => t.fill === 'toself').length"
    assert opened(stored(fake(repeats=4), name="four")).evaluate(filled) == 0
    assert opened(stored(fake(repeats=5), name="five")).evaluate(filled) == 2


def test_an_empty_run_shows_no_plot_and_no_error(opened, fake, tmp_path):
    page = opened(fake().write(tmp_path / "run", {}))
    assert "no trials yet" in page.inner_text("main")


def test_names_of_users_stay_text(opened, fake, stored):
    evil = "<img src=x onerror=alert(1)>"
    page = opened(stored(fake(strategies=("random", evil))))
    assert evil in page.inner_text("#board")
    assert page.locator("img").count() == 0


def test_a_phone_needs_no_sideways_scrolling(opened, fake, stored):
    page = opened(stored(fake(classifiers=("random_forest", "svc"))), width=360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
