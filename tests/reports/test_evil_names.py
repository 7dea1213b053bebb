"""Names as an attacker would choose them, everywhere that a page shows one: they stay text.

The real commands write the pages; a parser and Chromium read them, and no script of a name runs.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from datasets import cache
from datasets.dataset import Dataset
from reports.commands import describe, report
from reports.site.pages import PAGES
from tests.datasets.imported_rows import card, rows

CHROMIUM = Path("/usr/bin/chromium")
LOCAL = ("file:", "data:", "blob:")
SCRIPT = "<script>hit=1</script>"
EVIL = (
    SCRIPT,
    '"><img src=x onerror=hit=2>',
    "</script><script>hit=3</script>",
    "<!--<script>",
    "' onmouseover='hit=4",
    "javascript:hit=5",
    '<a href="javascript:hit=6">here</a>',
    "<svg onload=hit=7>",
    "{{ 7 * 7 }}{% raw %}",
    "${hit=8}`",
    "]]><b>&lt;i&gt;",
    "\u202eevil\u0000\u0085\ud7ff",
)
ALL = " ".join(EVIL)
LINK = re.compile(r"#|https://|data:,|(assets|data|downloads)/[\w.-]+$|[a-z]+\.html(#[^\"<>]*)?$")
VOID = {"meta", "link", "img", "br", "input", "hr"}


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text) -> None:
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.said, self.scripts = [], [], "", []
        self._inside = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "script":
            self.scripts.append(dict(attrs))

    def handle_data(self, data):
        self.said += data


def must_hold_no_code(text, policy):
    """The page's tags are ours, and no attribute runs anything."""
    found = Page(text)
    assert not {"img", "iframe", "object", "embed", "base", "svg", "b", "i"} & set(found.tags)
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    links = [value for name, value in found.attributes if name in {"href", "src", "action"}]
    assert [link for link in links if not LINK.match(link)] == []
    assert all(one.get("type") == "application/json" for one in found.scripts if one.get("type"))
    policies = [value for name, value in found.attributes if name == "content"]
    assert any(one.startswith(f"default-src 'none'; script-src {policy}") for one in policies)
    return found


@pytest.fixture
def evil_run(fake, stored, as_failed):
    """A run whose every text is evil."""
    run = fake(
        datasets=(EVIL[0], EVIL[1]),
        classifiers=("random_forest", EVIL[2]),
        scalers=(EVIL[3],),
        resamplers=(EVIL[4],),
        strategies=EVIL[5:9],
        budgets=(100,),
        sweep={"reference": {"classifier": EVIL[2], "scaler": EVIL[3], "resampler": EVIL[4]}},
    )

    def change(tables):
        for row in tables["datasets"]:
            row.update(
                title=ALL,
                source=EVIL[5],
                citation=ALL,
                licence=ALL,
                classes=[SCRIPT, *EVIL[1:3]],
                preparation=json.dumps({ALL: ALL}),
                removed=json.dumps({ALL: ALL}),
                badges=[ALL],
            )
        tables["environments"][0].update(cpu=ALL, gpu=ALL, git_commit=ALL, platform=ALL)
        error = f"Traceback\n{ALL}"
        tables["trials"] = [
            as_failed(row, "failed", error) if i % 7 == 0 else row
            for i, row in enumerate(tables["trials"])
        ]
        attempt = {"work_id": "a", "kind": ALL, "unit": 0, "cause": ALL, "error": ALL}
        attempt |= {"action": ALL, "at": 0}
        tables["attempts"] = [attempt]

    root = stored(run, change, name="' onload='hit=9' <svg>")
    (root / "sweep.yaml").write_text(f"name: {ALL}\n")
    return root


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


def opened(browser, path):
    """The page at `path`, once everything on it was clicked; nothing may have been amiss."""
    trouble = []
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("dialog", lambda dialog: trouble.append(dialog.message))
    page.on("request", lambda r: None if r.url.startswith(LOCAL) else trouble.append(r.url))
    page.goto(path.as_uri())
    for each in page.locator("summary").all():
        each.click()
    for select in page.locator("select").all():
        for option in select.locator("option").all():
            if select.is_visible():
                select.select_option(option.get_attribute("value"))
    assert page.evaluate("typeof hit") == "undefined"
    assert page.locator("img").count() == 0
    page.wait_for_timeout(200)
    hrefs = page.locator("a").evaluate_all("(all) => all.map((a) => a.href.baseVal ?? a.href)")
    assert [href for href in hrefs if "script:" in href] == []
    assert trouble == []
    return page


def test_a_site_shows_evil_names_as_text(evil_run, tmp_path):
    report([evil_run], tmp_path / "site")
    said = ""
    for name in PAGES:
        text = (tmp_path / "site" / f"{name}.html").read_text(encoding="utf-8")
        assert SCRIPT not in text
        found = must_hold_no_code(text, "'self'")
        own = [one for one in found.scripts if "src" in one]
        assert all(re.fullmatch(r"assets/[a-z]+-[0-9a-f]{10}\.js", one["src"]) for one in own)
        assert all(one["type"] == "application/json" for one in found.scripts if one not in own)
        said += found.said
    assert said.count(SCRIPT) > 10
    assert all(evil in said for evil in EVIL[1:9])


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here")
def test_no_script_of_a_name_runs_on_a_site(evil_run, tmp_path, browser):
    report([evil_run], tmp_path / "site")
    for name in PAGES:
        page = opened(browser, tmp_path / "site" / f"{name}.html")
        if name == "leaderboard":
            assert EVIL[2] in page.inner_text("#leaderboard")
        page.close()

    page = opened(browser, tmp_path / "site" / "index.html")
    assert SCRIPT in page.inner_text("main")
    page.on("console", lambda _: None)
    page.evaluate(  # what would get through all the same does not run and loads nothing
        """() => {
          document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.hit=1'>");
          const script = document.createElement("script");
          script.textContent = "window.hit=2";
          document.body.append(script);
        }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("typeof hit") == "undefined"
    page.close()


@pytest.fixture
def evil_page(tmp_path, monkeypatch):
    """`describe --html` of a dataset whose every text is evil; the page's path."""
    monkeypatch.setenv("FEWLABELS_CACHE", str(tmp_path / "cache"))
    made = {
        EVIL[1]: [1, 1, 2, 3, 4, 5, 6, 7] * 20,
        EVIL[2]: [1, 2, 2, 3, 4, 5, 7, 7] * 20,
        EVIL[6]: ["x", "x", None, "y", SCRIPT, "y", "y", EVIL[7]] * 20,
        EVIL[3]: [ALL] * 160,
        "type": [SCRIPT, EVIL[1], SCRIPT, EVIL[2], EVIL[6], SCRIPT, SCRIPT, SCRIPT] * 20,
    }
    columns = {EVIL[1]: "int64", EVIL[2]: "int64", EVIL[6]: "category", EVIL[3]: "category"}
    evil = card(
        columns,
        **dict.fromkeys(("title", "about", "citation", "licence"), ALL),
        source=EVIL[5],
        normal=SCRIPT,
        identifiers={EVIL[1]: ALL},
        leaky={EVIL[6]: ALL},
        useless={EVIL[3]: ALL},
        tested_on=ALL,
    )
    with cache.writing("made") as store:
        for batch in rows(made).to_batches():
            store.write(batch)
        store.keep("a" * 64, {ALL: 3})
    dataset = Dataset(evil, prepare=lambda: None, import_file=lambda _: "")
    monkeypatch.setattr("datasets.commands.at_hand", lambda: {"made": dataset})
    describe("made", html=True, out=tmp_path / "made.html")
    return tmp_path / "made.html"


def test_a_dataset_page_shows_evil_names_as_text(evil_page):
    text = evil_page.read_text(encoding="utf-8")
    assert SCRIPT not in text
    said = must_hold_no_code(text, "'sha256-").said
    assert said.count(SCRIPT) > 10
    assert all(evil in said for evil in EVIL[:9])


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here")
def test_no_script_of_a_name_runs_on_a_dataset_page(evil_page, browser):
    page = opened(browser, evil_page)
    assert SCRIPT in page.inner_text("#columns")
    assert SCRIPT in page.inner_text("#class-bars")
    page.close()
