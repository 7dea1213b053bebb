"""The page of a dataset: its numbers, and what it looks like in Chromium without a network."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import fewlabels
from datasets import DATASETS
from datasets.errors import DatasetError
from reports import dataset_figures as figures
from reports.commands import describe
from reports.dataset_page import Content, page
from tests.datasets.imported_rows import card, rows

CHROMIUM = Path("/usr/bin/chromium")
EVIL = "<img src=x onerror=alert(1)>"
LOCAL = ("file:", "data:", "blob:")
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def wide(n_classes=40, n_numbers=120, n=3_000):
    """Many classes of very unequal size, many columns with long names, gaps, repetitions."""
    rng = np.random.default_rng(0)
    names = ["normal", *[f"attack_of_kind_{i}" for i in range(1, n_classes)]]
    sizes = np.maximum(2, n * 0.6 ** np.arange(n_classes)).astype(int)
    types = np.repeat(names, sizes)
    made = {
        f"LogicalDisk(_Total) Avg  Disk sec Transfer {i} & more": rng.integers(
            3 + i, size=len(types)
        ).astype(float)
        for i in range(n_numbers)
    }
    made["flat"] = np.ones(len(types))
    columns = dict.fromkeys(made, "float64")
    for i in range(5):
        made[f"word {i}"] = rng.choice(["a", "b"], size=len(types)).tolist()
        columns[f"word {i}"] = "category"
    made["half"] = [None if k % 2 else "x" for k in range(len(types))]
    columns["half"] = "category"
    return {**made, "type": types.tolist()}, columns


def small():
    """Two classes that share a row, one column with gaps; names as an attacker would choose."""
    made = {
        EVIL: [1, 1, 2, 3, 4, 5, 6, 7] * 5,
        "word": ["x", "x", None, "y", EVIL, "y", "y", "y"] * 5,
        "type": ["normal", EVIL, "normal", "normal", "normal", EVIL, "normal", "normal"] * 5,
    }
    return made, {EVIL: "int64", "word": "category"}


def content(made, columns, **changes):
    return Content.of(rows(made), card(columns, **changes))


def text_of(content_):
    whole = page(content_, "a" * 64, NOW)
    return re.sub(r"<script>.*?</script>", "", whole, flags=re.DOTALL)


def test_the_page_says_what_the_facts_are():
    said = text_of(content(*small(), identifiers={"ts": "a time"}, leaky={"word": "tells"}))
    assert "40 in 2 classes" in said
    assert "38" not in said.split("exact duplicates</dt><dd>")[1][:2]
    assert "32 rows equal an earlier one in all columns, labels included" in said
    assert "1 groups of equal rows with several classes, 10 rows" in said
    assert "Written 2026-01-02 00:00 UTC" in said
    assert "a time" not in said  # no column of these rows
    assert "tells" in said


def test_names_cannot_become_markup():
    whole = page(content(*small(), title=EVIL, about=EVIL, source=EVIL), "a" * 64, NOW)
    assert EVIL not in whole
    assert "&lt;img src=x" in whole


def test_nothing_is_loaded_from_elsewhere():
    said = text_of(content(*small()))
    assert not re.findall(r"(?:src|href)=[\"'](?!#|data:)[^\"']*", said)


def test_balancing_is_shown_as_a_sweep_would_do_it():
    made, columns = wide(4, 2)
    bars = content(made, columns).figures["class-bars"]["data"]
    after, before = ({y: x for x, y in zip(b["x"], b["y"], strict=True)} for b in bars)
    assert before["normal"] == 3_000
    assert after["normal"] == before["attack_of_kind_1"] == after["attack_of_kind_1"] == 1_800
    assert "3,000 to 1,800 rows" in text_of(content(made, columns))


def test_without_a_normal_class_nothing_is_balanced():
    made, columns = wide(3, 2)
    found = content(made, columns, normal=None)
    assert len(found.figures["class-bars"]["data"]) == 1
    assert len(found.figures["class-pies"]["data"]) == 1
    assert "changes nothing here" in text_of(found)


def test_pies_of_many_classes_put_the_smallest_together():
    pie = content(*wide()).figures["class-pies"]["data"][0]
    assert len(pie["labels"]) == figures.SLICES
    assert pie["labels"][-1] == "31 others"
    assert len(pie["marker"]["colors"]) == len(set(pie["marker"]["colors"])) == figures.SLICES
    made, _ = wide()
    assert sum(pie["values"]) == len(made["type"])


def test_unequal_classes_get_a_logarithmic_axis():
    assert content(*wide(40)).figures["class-bars"]["layout"]["xaxis"]["type"] == "log"
    assert content(*wide(3, 2)).figures["class-bars"]["layout"]["xaxis"].get("type") != "log"


def test_rows_of_one_class_have_a_page():
    found = content({"n": [1, 1, 2], "type": ["dos"] * 3}, {"n": "int64"})
    said = text_of(found)
    assert "nothing to give away" in said
    assert "No two classes share a row." in said
    assert "Fewer than two numeric columns vary." in said
    assert "No cell is missing." in said


def test_the_payload_is_json_without_nan():
    whole = page(content(*wide(5, 3)), "a" * 64, NOW)
    text = re.search(r'type="application/json">(.*?)</script>', whole, re.DOTALL).group(1)
    drawn = json.loads(text, parse_constant=pytest.fail)
    assert set(drawn) >= {"class-bars", "class-pies", "missing-bars", "correlation-map"}
    assert "flat" not in drawn["correlation-map"]["data"][0]["x"]


def cli(*arguments):
    return CliRunner().invoke(fewlabels._app(), ["datasets", "describe", *arguments])


def test_describe_writes_the_page(real_data, tmp_path, monkeypatch):
    monkeypatch.setenv("FEWLABELS_CACHE", str(tmp_path / "cache"))
    with pytest.raises(DatasetError, match="unsw_nb15 is not imported yet"):
        describe("unsw_nb15", html=True)
    DATASETS["unsw_nb15"].import_file(real_data / "unsw_nb15")
    out = tmp_path / "site" / "unsw.html"
    raw = str(real_data / "unsw_nb15")
    done = cli("unsw_nb15", "--html", "-o", str(out), "--raw", raw)
    assert done.output.strip() == str(out)
    said = out.read_text(encoding="utf-8")
    assert "82,332 in 10 classes" in said
    assert "The untouched cells of the download" in said
    assert "version 82,332 rows" in said


def test_describe_without_html_prints():
    assert cli("wdbc").output.startswith("wdbc: ")


def test_describe_refuses_what_it_cannot_draw(tmp_path):
    with pytest.raises(DatasetError, match="wdbc is not imported, so there are no rows to draw"):
        describe("wdbc", html=True)
    with pytest.raises(DatasetError, match="add --html"):
        describe("wdbc", out=tmp_path / "page.html")
    with pytest.raises(DatasetError, match="did you mean 'unsw_nb15'"):
        describe("unsw_nb1", html=True)


def test_a_disk_that_refuses_is_named(tmp_path):
    from reports.dataset_page import write

    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match="cannot write"):
        write("", tmp_path / "file" / "page.html")


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


TICKS_APART = """(axis) => [...document.querySelectorAll(axis)].every((plot) => {
  const ends = [...plot.querySelectorAll('.ytick text')].map((t) => t.getBoundingClientRect());
  ends.sort((a, b) => a.top - b.top);
  return ends.length > 1 && ends.every((end, i) => !i || end.top >= ends[i - 1].bottom - 4);
})"""


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here")
@pytest.mark.parametrize("made", [small, wide])
def test_every_plot_is_drawn_offline(browser, tmp_path, made):
    found = content(*made())
    path = tmp_path / "page.html"
    path.write_text(page(found, "a" * 64, NOW), encoding="utf-8")
    trouble = []
    opened = browser.new_page(viewport={"width": 1300, "height": 900})
    opened.on("console", lambda message: trouble.append(message.text))
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.on("request", lambda r: None if r.url.startswith(LOCAL) else trouble.append(r.url))
    opened.goto(path.as_uri())
    for name in found.figures:
        box = opened.locator(f"#{name} svg.main-svg").first.bounding_box()
        assert box["width"] > 200, name
        assert box["height"] > 100, name
    assert opened.evaluate(TICKS_APART, "#class-bars, #correlation-map")
    n_squares = "document.getElementById('correlation-map').data[0].z.length"
    if "correlation-map" in found.figures:
        before = opened.evaluate("JSON.stringify(drawn['correlation-map'].ranks)")
        opened.select_option("#coefficient", "ranks")
        z = "JSON.stringify(document.getElementById('correlation-map').data[0].z)"
        assert opened.evaluate(z) == before
        assert opened.evaluate(n_squares) > 1
    assert opened.locator("img").count() == 0
    opened.set_viewport_size({"width": 360, "height": 800})
    wait_until_narrow(opened)
    opened.close()
    assert trouble == []
