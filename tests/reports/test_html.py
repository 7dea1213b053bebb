from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from reports import html, provenance
from reports.results import read

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def page(root):
    return html.page(read(root), NOW)


def data(text):
    return json.loads(re.search(r'<script id="data"[^>]*>(.*?)</script>', text, re.DOTALL)[1])


def own_markup(text):
    """The page without the scripts in it."""
    return re.sub(r"<script[^>]*>.*?</script>", "", text, flags=re.DOTALL)


def test_the_page_answers_and_says_where_it_comes_from(fake, stored):
    whole = page(stored(fake()))
    found = data(whole)["datasets"][0]
    assert len(found["metrics"]) == 13
    assert set(found["metrics"]["mcc"]["order"]) == {"100", "200", "500", "all"}
    assert [rank for rank, _ in found["metrics"]["log_loss"]["order"]["100"]] == [1, 2]
    text = own_markup(whole)
    assert '<html lang="en">' in text
    assert len(re.findall("<h1>", text)) == 1
    for said in (
        "of the reference&#39;s macro-F1 (target 0.8",
        "No intervals: 2 repeats.",
        "Run run. Written 2026-11-22 12:00 UTC",
        "free for academic use",
        "53.0 %",
        "912",
        "seed: 2026",
        "AMD EPYC 9654",
        "4 acquisitions: 4 done; 12 studies, 3 trials each; 36 trials: 36 done",
    ):
        assert said in text
    assert "<p>None.</p>" in text


def test_labels_and_errors_of_users_stay_text(fake, stored, as_failed):
    evil = "</script><script>alert(1)</script>"

    def change(tables):
        tables["trials"][0] = as_failed(tables["trials"][0], "failed", f"Trace\n{evil}")

    run = fake(datasets=(evil,), strategies=("random", evil), budgets=(100,))
    text = page(stored(run, change))
    assert "<script>alert" not in text
    assert data(text)["datasets"][0]["name"] == evil
    as_text = "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
    assert f"<summary>{as_text}</summary>" in text
    assert f"Trace\n{as_text}</pre>" in text


def test_an_empty_run_says_that_nothing_is_there(fake, tmp_path):
    text = own_markup(page(fake().write(tmp_path / "run", {})))
    assert "This run holds no trials yet" in text
    assert "Stored by now: 0 acquisitions; 0 trials; 0 full_data references." in text


def test_a_run_that_has_bought_labels_only_says_that_nothing_is_there(fake, stored):
    def change(tables):
        for table in ("trials", "references", "evaluations"):
            tables[table].clear()

    assert "This run holds no trials yet" in page(stored(fake(), change))


def test_the_metric_that_chose_the_winners_is_shown_first(fake, stored):
    def change(tables):
        for row in tables["trials"]:
            row["metric"] = "mcc"

    assert html.tuning_metric(read(stored(fake(), change))) == "mcc"


def test_unfinished_studies_are_counted(fake, stored):
    def change(tables):
        tables["trials"].pop()

    lines = provenance.progress(read(stored(fake(), change)))
    assert "12 studies, 3 trials each, 1 with fewer so far" in lines
