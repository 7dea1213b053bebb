"""What a reader meets: every page, in Chromium, from a disk and without a network."""

from __future__ import annotations

import pytest

import reports
from reports.commands import report
from reports.site.pages import PAGES

pytestmark = pytest.mark.browser
EVIL = "<img src=x onerror=alert(1)>"
PHONE = {"width": 390, "height": 844}
POINTS = """[...document.querySelectorAll('.plot')].filter((plot) => plot.offsetParent).map(
  (plot) => [plot.closest('section').id,
    (plot.data ?? []).filter((trace) => (trace.x ?? trace.y ?? trace.z ?? []).length).length])"""
CURVES = "document.querySelector('.plot').data.filter((t) => t.name).map((t) => [t.name, t.y])"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    from tests.reports.conftest import FakeRun, failed

    run = FakeRun(
        datasets=("ton", "edge"),
        classifiers=("random_forest", "svc"),
        resamplers=("none", "smote"),
        strategies=("random", "margin", EVIL),
        repeats=5,
        every_round=True,
    )
    tables = run.rows()
    tables["trials"][0] = failed(tables["trials"][0], "failed", "Traceback\nValueError: no")
    folder = tmp_path_factory.mktemp("site")
    root = run.write(folder / "run", tables)
    report([str(root)], folder / "out")
    return folder / "out"


def serious(page):
    """What axe-core finds serious or critical, with the elements."""
    from axe_playwright_python.sync_playwright import Axe

    # It would load style sheets a second time, which the page's policy forbids.
    found = Axe().run(page, options={"preload": False}).response["violations"]
    bad = [one for one in found if one["impact"] in {"serious", "critical"}]
    return [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in bad]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_draws_all_its_figures_for_everyone_and_on_a_phone(site, shown, name):
    with shown(site / f"{name}.html") as page:
        empty = [part for part, n in page.evaluate(POINTS) if not n]
        assert empty == []
        assert page.locator("h1").count() == 1
        assert page.locator("nav [aria-current]").inner_text() == PAGES[name].title
        assert serious(page) == []
        page.set_viewport_size(PHONE)
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.long
@pytest.mark.parametrize("name", PAGES)
def test_everyone_can_read_a_page_in_the_dark(site, shown, name):
    with shown(site / f"{name}.html", color_scheme="dark") as page:
        assert serious(page) == []


@pytest.mark.long
@pytest.mark.parametrize("name", PAGES)
def test_every_choice_shows_something(site, shown, name):
    with shown(site / f"{name}.html") as page:
        names = page.locator("main select").evaluate_all("(all) => all.map((one) => one.name)")
        for select in filter(None, dict.fromkeys(names)):
            control = page.locator(f"main select[name='{select}']").first
            for option in control.locator("option").all()[:4]:
                if control.is_visible():
                    control.select_option(option.get_attribute("value"))
                    page.wait_for_timeout(60)
        for slider in page.locator("main input[type=range]").all():
            if slider.is_visible():
                slider.focus()
                page.keyboard.press("End")
                page.wait_for_timeout(60)
        assert page.locator("img").count() == 0
        assert "was the site moved" not in page.inner_text("main")


def test_the_leaderboard_sorts_filters_and_keeps_both_in_the_address(site, shown):
    with shown(site / "leaderboard.html", "#dataset=ton") as page:
        rows = page.locator("#leaderboard tbody tr")
        assert rows.count() == 12
        page.click("#leaderboard thead button:text-is('tuned')")
        first = page.locator("#leaderboard tbody td:nth-child(6)")
        scores = [float(text.split()[0]) for text in first.all_inner_texts()]
        assert scores == sorted(scores, reverse=True)
        page.click("#leaderboard thead button:text-is('tuned')")
        assert [float(text.split()[0]) for text in first.all_inner_texts()] == scores[::-1]
        page.select_option("[data-filter=strategy]", "margin")
        assert rows.count() == 4
        page.select_option("select[name=budget]", "100")
        page.wait_for_timeout(200)
        assert rows.count() == 4
        caption = page.inner_text("#leaderboard caption")
        assert "ton: macro-F1 at 100 labels" in caption
        address = page.url.split("#")[1]
        seen = first.all_inner_texts()
    with shown(site / "leaderboard.html", f"#{address}") as page:
        assert page.locator("#leaderboard tbody td:nth-child(6)").all_inner_texts() == seen


def test_the_leaderboard_has_the_numbers_of_the_terminal(site, shown):
    frames = reports.load(site.parent / "run")
    expected = frames.leaderboard()
    expected = expected[expected["dataset"] == "edge"]
    with shown(site / "leaderboard.html", "#dataset=edge") as page:
        texts = page.locator("#leaderboard tbody td:nth-child(6)").all_inner_texts()
        assert [text.split()[0] for text in texts] == [f"{v:.3f}" for v in expected["tuned"]]
        page.click("#leaderboard .save button:text-is('More columns')")
        assert page.locator("#leaderboard thead button:text-is('speed-up')").is_visible()


def test_a_row_leads_to_its_curve(site, shown):
    with shown(site / "leaderboard.html", "#dataset=ton") as page:
        page.select_option("[data-filter=classifier]", "svc")
        page.click("#leaderboard tbody tr:last-child a")
        page.wait_for_selector(".plot svg")
        assert page.input_value("select[name=classifier]") == "svc"


def test_curves_answer_to_every_choice(site, shown):
    with shown(site / "curves.html", "#dataset=ton") as page:
        page.wait_for_selector(".plot svg")
        seen = [str(page.evaluate(CURVES))]
        for name, value in [
            ("metric", "log_loss"),
            ("model", "both"),
            ("compare", "classifier"),
            ("strategy", EVIL),
            ("view", "difference"),
            ("dataset", "edge"),
        ]:
            page.select_option(f"select[name={name}]", value)
            page.wait_for_timeout(250)
            seen.append(str(page.evaluate(CURVES)))
        assert len(set(seen)) == len(seen)
        page.select_option("select[name=axis]", "log")
        page.wait_for_timeout(100)
        assert page.evaluate("document.querySelector('.plot').layout.xaxis.type") == "log"


def test_a_choice_goes_along_to_other_pages(site, shown):
    with shown(site / "leaderboard.html") as page:
        page.select_option("select[name=dataset]", "ton")
        page.click("nav a:text-is('Curves')")
        page.wait_for_selector(".plot svg")
        assert page.input_value("select[name=dataset]") == "ton"


def test_the_theme_is_kept_and_figures_follow_it(site, shown):
    paper = "document.querySelector('.plot')._fullLayout.paper_bgcolor"
    with shown(site / "curves.html") as page:
        page.wait_for_selector(".plot svg")
        light = page.evaluate(paper)
        page.click("#theme")
        dark = page.evaluate(paper)
        assert dark != light
        page.reload()
        page.wait_for_selector(".plot svg")
        assert page.evaluate(paper) == dark


def test_all_of_a_page_can_be_reached_by_keyboard(site, shown):
    with shown(site / "leaderboard.html") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.focus("#leaderboard thead button")
        page.keyboard.press("Enter")
        assert page.locator("#leaderboard th[aria-sort]").count() == 1
        assert page.evaluate("document.activeElement.textContent") == "#"


@pytest.mark.parametrize("kind", ["SVG", "PNG", "Its data (CSV)"])
def test_a_figure_can_be_saved(site, shown, kind):
    with shown(site / "curves.html") as page:
        page.wait_for_selector(".plot svg")
        with page.expect_download() as saved:
            page.click(f".save button:text-is('{kind}')")
        path = saved.value.path()
        start = path.read_bytes()[:60]
        sign = {"SVG": b"<svg", "PNG": b"\x89PNG", "Its data (CSV)": b"series,labels bought,"}
        assert sign[kind] in start


def test_without_a_script_the_answer_is_there(site, shown):
    with shown(site / "index.html", java_script_enabled=False) as page:
        assert "reaches 95 %" in page.inner_text("main") or "No curve" in page.inner_text("main")
        assert page.locator("main table tbody tr").count() > 10
