"""What a figure gives away, on a telephone and on paper; and what its choices offer."""

from __future__ import annotations

import pytest

from reports.commands import report

pytestmark = pytest.mark.browser
EVIL = "<img src=x onerror=alert(1)>"
PHONE = {"width": 390, "height": 844}
NUMBERS = """(id) => numbersOf([...drawn].find((one) => one.place.closest(`#${id}`)).figure)"""
CUT = """[...document.querySelectorAll('.plot')].flatMap((plot) => {
  const edge = plot.getBoundingClientRect();
  return [...plot.querySelectorAll('.xtitle, .ytitle')].filter((title) => {
    const box = title.getBoundingClientRect();
    return box.right > edge.right + 1 || box.left < edge.left - 1;
  }).map((title) => title.textContent);
})"""
TWO_PARTS = """async () => {
  const panel = (note) => ({figure: null, table: null, note, reading: ""});
  const parts = {one: ["a", "b"], two: ["b", "c"]};
  for (const [name, options] of Object.entries(parts)) {
    fewlabels.waiting.set(name, {promise: Promise.resolve(
      Object.fromEntries(options.map((option) => [option, panel(option)])))});
    const section = element("section", null, {id: name});
    for (const role of ["note", "figure", "table", "reading", "choices"]) {
      section.append(element("div", null, {[`data-${role}`]: ""}));
    }
    section.append(element("script", JSON.stringify({
      name, title: name, choices: [{name: "letter", title: "Letter", titles: {}, is_on_top: true}],
      keys: options.map((option) => [option, name]),
    }), {type: "application/json", "data-panels": ""}));
    document.querySelector("main").append(section);
    new Part(section);
  }
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    from tests.reports.conftest import FakeRun

    folder = tmp_path_factory.mktemp("site")
    root = FakeRun(strategies=("random", "margin", EVIL), repeats=5).write(folder / "run")
    report([str(root)], folder / "out")
    return folder / "out"


def test_names_among_the_numbers_are_as_their_users_wrote_them(site, shown):
    with shown(site / "ranks.html") as page:
        names = page.evaluate(NUMBERS, "matrix")[0]
        assert EVIL in names
    with shown(site / "cost.html") as page:
        about = [row[-1] for row in page.evaluate(NUMBERS, "front")]
        assert any(EVIL in text for text in about)
        assert not any("<br>" in text or "&lt;" in text for text in about)


def test_a_dot_beside_its_like_is_given_where_it_belongs(site, shown):
    with shown(site / "tuning.html") as page:
        titles, *rows = page.evaluate(NUMBERS, "gain")
        assert {row[titles.index("labels bought")] for row in rows} == {"100", "200", "500"}


def test_the_numbers_of_a_confusion_matrix_are_its_counts(site, shown):
    with shown(site / "classes.html") as page:
        corner, *rows = page.evaluate(NUMBERS, "confusion")
        assert corner[0] == "true class / predicted class"
        counts = page.evaluate("document.querySelector('#confusion .plot').data[0].customdata")
        assert [row[1:] for row in rows] == counts


def test_intervals_are_among_the_numbers(site, shown):
    with shown(site / "index.html") as page:
        titles, *rows = page.evaluate("numbersOf([...drawn][0].figure)")
        line = "document.querySelector('.plot').data.find((one) => one.error_y)"
        halves = page.evaluate(f"{line}.error_y.array")
        at = titles.index("half of the 95 % interval")
        assert [row[at] for row in rows][: len(halves)] == halves


@pytest.mark.parametrize("name", ["index", "classes", "tuning", "cost"])
def test_no_title_is_cut_on_a_phone(site, shown, name):
    with shown(site / f"{name}.html", viewport=PHONE) as page:
        assert page.evaluate(CUT) == []


def test_the_answers_at_each_budget_need_no_scrolling_on_a_phone(site, shown):
    with shown(site / "index.html", viewport=PHONE) as page:
        rows = page.locator(".stack tbody tr").all()
        assert len(rows) >= 3
        for cell in page.locator(".stack tbody :is(th, td)").all():
            box = cell.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE["width"]
        row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="200")).first
        assert row.get_by_role("cell").count() == 6


def test_on_paper_tables_keep_their_headings_and_figures_fit(site, shown):
    with shown(site / "classes.html") as page:
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        assert page.locator("#discovery th button").first.is_visible()
        assert not page.locator("#discovery .save button").first.is_visible()
        widths = "[...document.querySelectorAll('.plot .main-svg')].map((svg) => svg.clientWidth)"
        assert 0 < max(page.evaluate(widths)) <= 700
        page.emulate_media(media="screen")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert max(page.evaluate(widths)) > 1000


def test_on_paper_rows_have_no_links_and_choices_are_told(site, shown):
    with shown(site / "leaderboard.html") as page:
        assert page.locator("td.link").first.is_visible()
        page.emulate_media(media="print")
        assert page.locator("select[name=budget]").is_visible()
        assert not page.locator("td.link").first.is_visible()


def test_a_choice_of_two_parts_offers_what_either_has(site, shown):
    with shown(site / "leaderboard.html") as page:
        page.evaluate(TWO_PARTS)
        select = page.locator("select[name=letter]")
        assert select.locator("option").all_inner_texts() == ["a", "b", "c"]
        assert select.input_value() == "a"
        assert page.inner_text("#two [data-note]").startswith("Letter: a is not in this part")
        select.select_option("b")
        notes = [page.locator(f"#{name} [data-note]") for name in ("one", "two")]
        assert [note.inner_text() for note in notes] == ["b", "b"]
        select.select_option("c")
        assert notes[1].inner_text() == "c"
        assert notes[0].inner_text().endswith("a is shown. a")


def test_an_edited_address_shows_what_it_says(site, shown):
    with shown(site / "leaderboard.html") as page:
        with page.expect_navigation(wait_until="load"):
            page.evaluate("location.hash = 'leaderboard.only.strategy=margin'")
        page.locator("#leaderboard tbody tr").first.wait_for()
        assert page.input_value("[data-filter=strategy]") == "margin"
