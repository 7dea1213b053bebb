"""The page in Chromium, from file:// and without a network."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.schema import COSTS
from reports import units
from reports.commands import report

CHROMIUM = Path("/usr/bin/chromium")
EVIL = "<img src=x onerror=alert(1)>"
DRAWN = "JSON.stringify(document.getElementById('plot').data.map((trace) => trace.y))"
BANDS = "document.getElementById('plot').data.filter((t) => t.fill === 'toself').length"
CURVES = "document.getElementById('plot').data.filter((t) => t.name).length"
PRICED = "document.getElementById('costs-plot').data.map((trace) => [trace.name, trace.x.length])"
LOCAL = ("file:", "data:", "blob:")

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


def wait_until_narrow(page):
    """Waits here: the page's policy lets nobody evaluate texts in it."""
    for _ in range(100):
        if page.evaluate("document.documentElement.scrollWidth <= 360"):
            return
        page.wait_for_timeout(50)
    raise AssertionError(page.evaluate("document.documentElement.scrollWidth"))


class Site:
    """An open page, and what it should not have done: console messages, errors, requests."""

    def __init__(self, browser, root, site):
        report([root], site)
        self.trouble = []
        self.page = browser.new_page(viewport={"width": 1300, "height": 900})
        self.page.on("console", lambda message: self.trouble.append(message.text))
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("request", self._request)
        self.page.goto((site / "index.html").as_uri())

    def _request(self, request):
        if not request.url.startswith(LOCAL):
            self.trouble.append(request.url)


@pytest.fixture
def opened(browser, stored, tmp_path):
    sites = []

    def open_(run):
        sites.append(Site(browser, stored(run), tmp_path / "site"))
        return sites[-1].page

    yield open_
    for site in sites:
        assert site.trouble == []
        site.page.close()


def test_the_page_answers_to_choices(opened, fake):
    run = fake(
        datasets=("ton", "edge"),
        classifiers=("random_forest", "svc"),
        strategies=("random", EVIL),
        every_round=True,
    )
    page = opened(run)
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

    page.select_option("#budget", "100")
    assert "Ranked by the mean tuned log loss at 100 labels." in page.inner_text("#board-note")

    classifiers = page.locator("#board tbody td:nth-child(3)")
    page.click("#board thead button:text-is('classifier')")
    assert classifiers.all_inner_texts() == ["random_forest"] * 2 + ["svc"] * 2
    page.click("#board thead button:text-is('classifier')")
    assert classifiers.first.inner_text() == "svc"

    page.select_option("#compare", "strategy")
    page.click("#board tbody tr:last-child button")
    assert page.input_value("#fixed select[name=classifier]") == "random_forest"

    assert EVIL in page.inner_text("#board")
    assert page.locator("img").count() == 0

    page.set_viewport_size({"width": 360, "height": 800})
    wait_until_narrow(page)


def test_the_smallest_run_has_a_point(opened, fake):
    page = opened(fake(strategies=("random",), budgets=(100,), repeats=1))
    assert page.evaluate(CURVES) == 1
    assert page.inner_text("#curves-note") == "No intervals: 1 repeat."


def test_five_repeats_have_a_band(opened, fake):
    page = opened(fake(repeats=5, strategies=("random",), budgets=(100, 200)))
    assert page.evaluate(BANDS) == 1
    assert page.inner_text("#curves-note") == ""


def test_an_empty_run_shows_no_plot(opened, fake):
    assert "no trials yet" in opened(fake(strategies=())).inner_text("main")


def test_scores_are_drawn_against_size_and_latency(opened, fake):
    run = fake(classifiers=("random_forest", "svc", EVIL), budgets=(100, 500), repeats=5)
    page = opened(run)
    front, *classifiers = page.evaluate(PRICED)
    assert front[0].startswith("front")
    assert [n for _, n in classifiers] == [2, 2, 2]
    assert "6 cells at 500 labels" in page.inner_text("#costs-note")
    assert "251 kB" in page.inner_text("#board")
    assert "2.2 ms" in page.inner_text("#board")

    ticks = page.locator("#costs-plot .xtick text").all_text_contents()
    assert "1 kB" in ticks
    page.select_option("#against", "latency_row_s")
    ticks = page.locator("#costs-plot .xtick text").all_text_contents()
    assert {"100 µs", "1 ms"} <= set(ticks)

    page.select_option("#budget", "100")
    assert "6 cells at 100 labels" in page.inner_text("#costs-note")
    page.click("#costs-details summary")
    rows = page.locator("#costs-numbers tbody tr").count()
    assert f", {rows} of them on the front." in page.inner_text("#costs-note")
    assert page.locator("img").count() == 0


def test_the_page_writes_sizes_and_durations_as_the_terminal_does(opened, fake):
    page = opened(fake(strategies=("random",), budgets=(100,), repeats=1))
    for n in (1, 420, 98_640, 999_600, 5_842_224, 3 * 10**13):
        assert page.evaluate(f"UNITS.model_bytes({n})") == units.size(n)
        assert page.evaluate(f"UNITS.latency_row_s({n})") == units.duration(n / 1e9)


def test_a_run_from_before_models_were_measured_says_so(opened, fake):
    class Unmeasured(fake):
        def rows(self):
            tables = super().rows()
            for row in tables["trials"]:
                row.update(dict.fromkeys(COSTS))
            return tables

    page = opened(Unmeasured(repeats=5))
    assert "from before models were measured" in page.inner_text("#costs-note")
    assert page.locator("#costs-plot").is_hidden()
    assert "latency" not in page.inner_text("#board thead")
