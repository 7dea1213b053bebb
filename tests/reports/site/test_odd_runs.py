"""Runs that lack something are shown, and what they lack is said."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

import reports
from reports.site.pages import PAGES
from reports.site.write import write

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def site(stored, tmp_path):
    """Write a run and its site; return the texts of its pages, tags aside, by name."""

    def make(run, change=lambda _tables: None):
        write(reports.load(stored(run, change)), tmp_path / "site", NOW)
        return {name: words(tmp_path / "site" / f"{name}.html") for name in PAGES}

    return make


def words(path):
    text = re.sub(r"<script.*?</script>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def notes(path):
    """What the parts of a site say besides their figures and tables."""
    found = []
    for part in (path / "data").glob("*.js"):
        text = part.read_text(encoding="utf-8").removeprefix("fewlabels.receive(")
        panels = json.loads(text.removesuffix(")\n"))
        found += [one["note"] for one in panels.values() if isinstance(one, dict) and "note" in one]
    return found


def test_a_run_that_holds_nothing_says_so(fake, tmp_path):
    write(reports.load(fake().write(tmp_path / "run", {})), tmp_path / "site", NOW)
    for name, page in PAGES.items():
        text = words(tmp_path / "site" / f"{name}.html")
        assert ("so there is nothing to rank or to draw" in text) == page.needs_trials


def test_a_run_that_has_only_bought_labels_says_that_nothing_can_be_ranked(site, fake):
    def change(tables):
        for table in ("trials", "references", "evaluations"):
            tables[table].clear()

    assert "No trial is stored yet" in site(fake(), change)["index"]


def test_one_repeat_has_no_interval_and_no_test(site, fake):
    text = site(fake(repeats=1))["index"]
    assert "No intervals: 1 repeat, and 5 are needed." in text
    assert "not known: underpowered: N = 1, needs 5" in text
    assert "±" not in text.split("± and [ ] are")[0]


def test_one_strategy_is_compared_with_nothing(site, fake):
    text = site(fake(repeats=5, strategies=("margin",)))["index"]
    assert "Random sampling was not run in its pipeline" in text
    assert "random was not run" in text


def test_where_less_is_better_differences_are_said_to_be_turned_around(site, fake):
    def change(tables):
        tables["references"].clear()
        for row in tables["trials"]:
            row["metric"] = "log_loss"
            if row["strategy"] == "margin":
                row["test_log_loss"] -= 0.2 + 0.01 * row["repeat"]

    text = site(fake(repeats=5, sweep={"split": {"method": "stratified"}}), change)["index"]
    assert re.search(
        r"The first combination is 0\.\d{3} better than random sampling in the same", text
    )
    assert "pipeline in mean log loss over the budgets" in text
    assert "For log loss, of which less is better, differences are turned around" in text
    assert "with every label of the pool, divided by 0.95." in text


def test_chance_that_only_some_choices_have_is_not_called_absent(site, fake):
    """Two classifiers that win by turns, one of them without random."""

    def change(tables):
        for name in ("acquisitions", "rounds", "trials"):
            tables[name] = [
                row
                for row in tables[name]
                if (row["classifier"], row["strategy"]) != ("svc", "random")
            ]
        for row in tables["trials"]:
            luck = row["repeat"] < 3 if row["classifier"] == "svc" else row["repeat"] >= 2
            row["test_macro_f1"] = 0.2 + 0.5 * luck + 0.1 * (row["strategy"] == "margin")

    run = fake(repeats=5, classifiers=("knn", "svc"), budgets=(100,))
    text = site(run, change)["index"]
    assert "random was not run for each choice" in text
    assert "Random sampling lacks scores, or was not run in the pipeline of every such" in text


def test_chance_alone_is_said_to_be_chance(site, fake):
    assert (
        "The first combination samples at random: no strategy did better."
        in site(fake(repeats=5, strategies=("random",)))["index"]
    )


def test_where_chance_wins_the_page_says_how_far_the_others_are(site, fake, tmp_path):
    def change(tables):
        for row in tables["trials"]:
            loss = 0.1 + 0.001 * row["repeat"] if row["strategy"] != "random" else 0.0
            row["test_macro_f1"] = 0.5 + row["budget"] / 2000 - loss

    run = fake(repeats=5, sweep={"split": {"method": "stratified", "test": 0.2}})
    text = site(run, change)["index"]
    assert "The first combination samples at random: no strategy did better." in text
    assert "The best with another strategy, random_forest + margin, is 0.1" in text
    assert "the best other strategy: random_forest + margin" in text
    assert "yes, random is better" in text
    assert "is the winner see the next row see the next row it is random itself" in text
    assert "at most 100" in text
    html = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert html.count('<tr role="row" class="second">') == 3  # budgets
    (figure,) = re.findall(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)
    data = json.loads(figure)["data"]
    assert [one["name"] for one in data if "name" in one] == [
        "random_forest + random (first)",
        "random_forest + margin (best other)",
    ]
    assert [one["fill"] for one in data if "fill" in one] == ["toself"] * 2


def test_a_classifier_that_always_fails_is_named_and_never_ranked(site, fake, as_failed):
    def change(tables):
        tables["trials"] = [
            as_failed(row, "failed", "Traceback\nValueError: no")
            if row["classifier"] == "svc"
            else row
            for row in tables["trials"]
        ]

    pages = site(fake(repeats=5, classifiers=("random_forest", "svc")), change)
    assert "svc + margin - - - - 0/5*" in pages["index"]  # no rank, no score, no coverage
    assert "svc" not in pages["index"].split("The first of the leaderboard, and")[0]
    assert "ValueError: no" in pages["failures"]


def test_a_missing_repeat_takes_a_cell_out_of_the_race_and_is_counted(site, fake):
    def change(tables):
        tables["trials"] = [
            row for row in tables["trials"] if (row["strategy"], row["repeat"]) != ("margin", 2)
        ]

    text = site(fake(repeats=5), change)["index"]
    assert "4/5*" in text
    assert "margin (first)" not in text


def test_a_score_that_is_not_a_number_is_missing_not_zero(site, fake, tmp_path):
    def change(tables):
        for row in tables["trials"]:
            if (row["strategy"], row["budget"]) == ("margin", 200):
                row["test_macro_f1"] = float("nan")

    site(fake(repeats=5), change)
    board = reports.load(tmp_path / "run").leaderboard(budget=200)
    assert board.set_index("strategy")["coverage"].to_dict() == {"random": 5, "margin": 0}
    written = (tmp_path / "site" / "downloads" / "leaderboard-by-budget.csv").read_text()
    assert len([line for line in written.splitlines() if ",200,0.0," in line]) == 0


@pytest.mark.parametrize("lacking", ["test_novel_macro_f1", "test_log_loss"])
def test_a_metric_that_no_model_has_is_missing_and_stops_no_page(site, fake, lacking):
    def change(tables):
        for row in [*tables["trials"], *tables["references"]]:
            row[lacking] = None

    assert "Which combination wins at each budget?" in site(fake(repeats=5), change)["index"]


def test_one_dataset_is_too_few_for_tests_over_datasets(site, fake, tmp_path):
    site(fake(repeats=5, strategies=("random", "margin", "entropy")))
    assert [note for note in notes(tmp_path / "site") if "underpowered: N = 1, needs" in note]


def test_two_runs_make_one_site(fake, stored, tmp_path):
    runs = [stored(fake(strategies=(name,)), name=name) for name in ("random", "margin")]
    write(reports.load(*runs), tmp_path / "site", NOW)
    text = words(tmp_path / "site" / "index.html")
    assert "random, margin" in text
    assert text.count("2/2") >= 2


@pytest.mark.parametrize("datasets", [("ton",), ("ton", "edge")])
def test_several_datasets_stand_in_short_on_top(site, fake, datasets):
    text = site(fake(repeats=5, datasets=datasets))["index"]
    assert ("In short" in text) == (len(datasets) > 1)
    assert text.count("Each winner is chosen on all repeats but one") == 1
    if len(datasets) > 1:
        short = text.split("In short")[1].split("More than noise?")[1]
        assert short.split()[0] == "edge"
        assert short.index("edge") < short.index("ton ")
