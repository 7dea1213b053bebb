from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from harness.schema import COSTS
from tests.reports.site.filled import Filled


@pytest.fixture
def page(stored, tmp_path):
    def make(run, change=lambda _: None):
        return Filled(stored(run, change), "cost", tmp_path / "site")

    return make


SMALL, LARGE, WORSE = (0.5, 100, 2e-3), (0.9, 9000, 1e-3), (0.4, 9000, 5e-3)


def valued(cells, missing=None):
    """Give the trials these scores, sizes and latencies; `missing` lacks its repeat 1."""

    def change(tables):
        for row in tables["trials"]:
            row["test_macro_f1"], row["model_bytes"], row["latency_row_s"] = cells[
                row["classifier"]
            ]
        tables["trials"] = [
            row for row in tables["trials"] if (row["classifier"], row["repeat"]) != (missing, 1)
        ]

    return change


def on_front(page, against):
    rows = page.table(page.said["front"], "ton", against, "100")
    return [row["classifier"] for row in rows if row["front"] == "yes"]


def test_the_front_by_size_and_by_latency_comes_first_cheapest_first(fake, page):
    cells = {"tree": SMALL, "forest": LARGE, "worse": WORSE}
    run = fake(classifiers=tuple(cells), strategies=("random",), budgets=(100,))
    shown = page(run, valued(cells))
    assert on_front(shown, "model_bytes") == ["tree", "forest"]
    assert on_front(shown, "latency_row_s") == ["forest"]
    rows = shown.table(shown.said["front"], "ton", "model_bytes", "100")
    assert [row["classifier"] for row in rows] == ["tree", "forest", "worse"]
    assert rows[1]["macro-F1"] == "0.900"
    assert rows[1]["size"] == "9 kB"


def test_cells_with_fewer_repeats_are_hollow_and_do_not_compete(fake, page):
    cells = {"tree": SMALL, "forest": LARGE}
    run = fake(classifiers=tuple(cells), strategies=("random",), budgets=(100,))
    shown = page(run, valued(cells, missing="forest"))
    assert on_front(shown, "model_bytes") == ["tree"]
    panel = shown.panel(shown.said["front"], "ton", "model_bytes", "100")
    assert panel["note"] == "Hollow: 1 with fewer repeats; they do not compete."
    symbols = {trace["name"]: trace["marker"]["symbol"] for trace in panel["figure"]["data"][1:]}
    assert symbols["forest"][0].endswith("-open")
    assert not symbols["tree"][0].endswith("-open")


def test_every_cell_with_a_cost_is_a_point_at_its_cost_and_score(fake, page):
    shown = page(fake(classifiers=("random_forest", "svc"), repeats=5))
    panel = shown.panel(shown.said["front"], "ton", "model_bytes", "500")
    points = [
        point
        for trace in panel["figure"]["data"][1:]
        for point in zip(trace["x"], trace["y"], strict=True)
    ]
    tuned = shown.content.frames.scores.query("series == 'tuned' and n_labels == 500")
    by = tuned.groupby(["classifier", "strategy"])
    expected = zip(by["model_bytes"].median(), by["test_macro_f1"].mean(), strict=True)
    np.testing.assert_allclose(sorted(points), sorted(expected), rtol=2e-5)


def test_the_answer_names_the_best_cell_and_the_smallest_model(fake, page):
    cells = {"tree": SMALL, "forest": LARGE}
    run = fake(classifiers=tuple(cells), strategies=("random",), budgets=(100,))
    (answer,) = page(run, valued(cells)).said["answers"]
    assert answer.startswith("On ton at 100 labels forest + random scores best (macro-F1 0.900)")
    assert "The smallest model on the front is tree + random, with 100 B and 0.500." in answer


def test_a_run_without_costs_says_so_and_still_shows_seconds(fake, page):
    def change(tables):
        for table in ("trials", "evaluations", "references"):
            for row in tables[table]:
                row.update(dict.fromkeys(COSTS))

    shown = page(fake(), change)
    panel = shown.panel(shown.said["front"], "ton", "model_bytes", "500")
    assert panel["figure"] is None
    assert panel["note"] == "The model size is not drawn: nobody measured it."
    assert shown.panel(shown.said["front"], "ton", "work_s", "500")["figure"] is not None


def test_bars_of_a_cell_add_up_to_buying_and_tuning(fake, page):
    shown = page(fake(repeats=3))
    data = shown.panel(shown.said["cells"], "ton", "200")["figure"]["data"]
    seconds = shown.content.frames.seconds.query("n_labels == 200")
    whole = (seconds["buying_s"] + seconds["tuning_s"]).median()
    assert sum(trace["x"][0] for trace in data) == pytest.approx(whole)


def test_work_of_the_run_is_that_of_all_stored_rows(fake, page):
    shown = page(fake(classifiers=("random_forest", "svc"), every_round=True))
    tables = shown.content.results
    stored = [tables.acquisitions, tables.trials, tables.evaluations, tables.references]
    whole = sum(table["wall_s"].sum() for table in stored)
    rows = shown.panel(shown.said["run"], *[])["table"]["rows"]
    assert rows[-1][0] == "all"
    assert rows[-1][-1][1] == pytest.approx(whole)
    of_svc = sum(table.loc[table["classifier"] == "svc", "wall_s"].sum() for table in stored)
    assert rows[1][-1][1] == pytest.approx(of_svc)


def test_memory_is_median_and_largest_of_the_trials(fake, page):
    def change(tables):
        for i, row in enumerate(tables["trials"]):
            row["peak_bytes"] = 1_000_000 * (i + 1)

    shown = page(fake(strategies=("random",), repeats=1), change)
    peaks = pd.Series(range(1, 10)) * 1e6
    (row,) = shown.panel(shown.said["memory"], "ton")["table"]["rows"]
    assert row[1][0] == "9"
    assert [row[2][1], row[3][1]] == [peaks.median(), peaks.max()]


def test_a_name_that_looks_like_markup_stays_text_in_figures(fake, page):
    shown = page(fake(classifiers=("<b>knn</b>",)))
    for part in ("front", "cells", "memory", "run"):
        figure = shown.panel(shown.said[part])["figure"]
        assert "<b>" not in str(figure["data"])
        assert "&lt;b&gt;knn" in str(figure["data"])


def test_one_cell_says_that_there_is_nothing_to_compare(fake, page):
    shown = page(fake(strategies=("random",), repeats=1, budgets=(100,)))
    assert shown.panel(shown.said["front"])["note"] == "One cell only: nothing to compare."


def test_where_less_is_better_the_front_is_that_of_low_scores(fake, page):
    sizes = {"tree": (0.5, 100), "forest": (0.9, 9000), "worse": (0.4, 9000)}

    def change(tables):
        for row in tables["trials"]:
            row["test_log_loss"], row["model_bytes"] = sizes[row["classifier"]]
            row["metric"] = "log_loss"

    run = fake(classifiers=tuple(sizes), strategies=("random",), budgets=(100,))
    assert on_front(page(run, change), "model_bytes") == ["tree", "worse"]
