import json
import re

import numpy as np
import pandas as pd
import pytest

import reports
from reports.class_recalls import class_recalls, classes
from reports.rare import found_last, rare
from reports.site import classes as page
from reports.site.content import Content
from reports.site.draw.confusion import confusion_map
from reports.site.draw.discovery import discovery_dots
from reports.site.files import Files

KEY = ["dataset", "classifier", "scaler", "resampler", "strategy"]
RARE = "mitm"  # 5 % of the rows of a fake dataset


def bought(tables) -> None:
    """The rare class is met by margin in the third round, by random never five times."""
    rng = np.random.default_rng(3)
    for row in tables["rounds"]:
        is_early = row["strategy"] == "margin" and row["round"] >= 2
        row["bought"] = [30, 14, 6] if is_early else [30, 20, int(row["round"] == 4)]
    for row in tables["trials"]:
        right = rng.integers(0, 100) if row["strategy"] == "random" else 90
        row["confusion"] = [[900, 100, 0], [50, 800, 50], [int(100 - right), 0, int(right)]]


@pytest.fixture
def content(fake, stored):
    def build(change=bought, **shape) -> Content:
        folder = stored(fake(**shape), change)
        frames = reports.load(folder)
        return Content(frames, frames.metric(None), None)

    return build


@pytest.fixture
def filled(content, tmp_path):
    def build(change=bought, **shape):
        site = tmp_path / "site"
        found = page.fill(content(change, **shape), Files(site))
        parts = {}
        for name, part in found["shown"].items():
            parts[name] = {}
            for *key, url in part["keys"]:
                text = re.sub(r"^fewlabels\.receive\(|\)\s*$", "", (site / url).read_text())
                parts[name][tuple(key)] = json.loads(text)["\n".join(key)]
        return found["sentences"], parts

    return build


def test_recall_is_the_mean_over_repeats_of_the_winners_matrices(content):
    site = content(repeats=5)
    found = class_recalls(site.frames, "ton")
    trials = pd.read_parquet(next(iter(site.results.sweeps)) + "/trials")
    best = trials.loc[trials.groupby("study_id")["val_macro_f1"].idxmax()]
    right = [row[2][2] / sum(row[2]) for row in best["confusion"]]
    by = best.assign(right=right).groupby([*KEY, "budget"], observed=True)["right"]
    names = classes(site.frames, "ton").names
    assert names[0] == RARE
    for place, curve in enumerate(found.curves):
        for at, budget in enumerate(found.budgets):
            mine = by.get_group((*site.grid.curves.loc[curve], budget))
            assert found.mean[place, 0, at] == pytest.approx(mine.mean())
            half = 2.776445 * mine.std() / np.sqrt(5)
            assert found.half[place, 0, at] == pytest.approx(half, abs=1e-6)


def test_the_difference_to_random_is_paired_by_repeat_and_none_where_a_repeat_is_missing(content):
    def without(tables):
        bought(tables)
        tables["trials"] = [
            row
            for row in tables["trials"]
            if not (row["strategy"] == "random" and row["repeat"] == 0)
        ]

    site = content(without, repeats=3)
    found, every = class_recalls(site.frames, "ton"), site.frames.recalls
    mine = every[(every["class"] == RARE) & (every["series"] == "tuned")]
    wide = mine[mine["n_labels"] == 500].pivot_table("recall", "repeat", "strategy")
    apart = (wide["margin"] - wide["random"]).dropna()
    assert len(apart) == 2
    margin = site.grid.curves["strategy"].tolist().index("margin")
    assert found.over_chance[margin, 0, -1] == pytest.approx(apart.mean())
    assert found.n_repeats[:, 0, -1].tolist() == [3, 2]


def test_matrices_are_summed_over_repeats_by_cell(content):
    found = content(repeats=3).frames.confusions["ton"]
    assert found.counts.shape == (6, 3, 3)
    assert set(found.cells["n_repeats"]) == {3}
    assert (found.counts[:, 0] == [2700, 300, 0]).all()
    assert (found.counts.sum(axis=2) == [3000, 2700, 300]).all()


def test_a_matrix_is_coloured_by_the_share_of_the_true_class_and_empty_classes_are_missing():
    figure = confusion_map(["a", "b"], np.array([[3, 1], [0, 0]]), "knn")
    trace = figure.data[0]
    assert trace["z"] == [[0.75, 0.25], [None, None]]
    assert trace["text"] == [["3", "1"], ["", ""]]


def test_the_sentence_names_the_class_that_is_found_last_and_compares_with_random(content):
    site = content(repeats=5)
    curves = site.grid.curves["strategy"].tolist()
    said = rare(site.frames, "ton", curves.index("margin"))
    assert "mitm (5.0 % of all rows) is the class that is found last" in said
    assert "Random sampling finds its first row with 250 labels" in said
    assert "and not five within 500 labels in at least half of the repeats" in said
    assert (
        "finds its first row with 150 labels and its fifth with 150 (medians over repeats)" in said
    )
    every = site.frames.recalls.query("series == 'tuned' and n_labels == 500")
    by = every[every["class"] == RARE].groupby("strategy")["recall"].mean()
    assert f"recalls {by['margin']:.3f} of its test rows" in said
    assert f"random sampling in the same pipeline {by['random']:.3f}" in said


def test_of_classes_found_equally_late_the_rarest_is_named(content):
    site = content(lambda _: None)  # of the other two no row is ever bought
    assert found_last(site.frames, "ton", 0)[0] == RARE


def test_classes_that_are_all_in_the_first_round_are_not_called_late(content):
    def early(tables):
        bought(tables)
        for row in tables["rounds"]:
            row["bought"] = [30, 10, 10]

    said = rare(content(early).frames, "ton", 0)
    early = "the first round holds five rows of every class in at least half of the repeats"
    assert early in said


def test_a_class_that_some_repeats_find_is_not_called_never_found(content):
    def late(tables):
        bought(tables)
        for row in tables["rounds"]:
            row["bought"] = [40, 9, int(row["repeat"] == 0 and row["round"] == 1)]

    said = rare(content(late, repeats=3).frames, "ton", 0)
    assert "finds no row of it within 500 labels in at least half of the repeats." in said
    assert "never" not in said


def test_one_strategy_says_that_there_is_nothing_to_compare(filled):
    said, parts = filled(strategies=("margin",), repeats=1)
    assert "random sampling was not run in its pipeline" in said[0]
    for panel in parts["discovery"].values():
        assert panel["note"] == "One strategy only: nothing to compare."
    for panel in parts["recall"].values():
        assert "nothing to compare with" in panel["note"]
        assert {row[4][0] for row in panel["table"]["rows"]} == {"-"}


def without_matrices(tables) -> None:
    for row in tables["trials"]:
        row["confusion"] = None


def test_runs_without_matrices_say_so_and_draw_nothing(filled):
    said, parts = filled(without_matrices)
    assert "its recall is not known" in said[0]
    for name in ("recall", "confusion"):
        for panel in parts[name].values():
            assert panel["figure"] is None
            assert "confusion matrix" in panel["note"]


def test_a_run_that_has_just_begun_has_panels_with_notes(filled):
    def begun(tables):
        tables["rounds"] = []
        tables["trials"] = tables["trials"][:1]

    said, parts = filled(begun)
    assert "is not stored" in said[0]
    assert {panel["note"] for panel in parts["discovery"].values()} == {
        "No round of these acquisitions is stored yet."
    }


def test_every_combination_has_a_matrix_at_every_budget_the_largest_first(filled):
    _, parts = filled(classifiers=("random_forest", "svc"), repeats=2)
    keys = list(parts["confusion"])
    assert len(keys) == 2 * 2 * 3
    assert [key[-1] for key in keys[:3]] == ["500", "200", "100"]
    assert all(panel["figure"] for panel in parts["confusion"].values())


def test_what_half_of_the_repeats_never_find_is_drawn_apart(content):
    found = content(repeats=3).frames.discovered
    rows = found[(found["rows"] == 5)].assign(within=500.0)
    styles = {name: {"color": "#000", "symbol": "circle"} for name in ("random", "margin")}
    figure = discovery_dots(rows, [RARE], [0.05], styles)
    never = [trace for trace in figure.data if "not within" in trace["name"]]
    assert [trace["x"] for trace in never] == [[500.0]]
    assert never[0]["text"] == [RARE]


def test_a_strategy_that_found_nothing_stops_no_page(content):
    found = content(repeats=3).frames.discovered
    rows = found[found["rows"] == 5].assign(within=500.0)
    rows.loc[rows["strategy"] == "margin", "median"] = None  # all its acquisitions failed
    rows["class"] = rows["class"].astype("str")
    styles = {name: {"color": "#000", "symbol": "circle"} for name in ("random", "margin")}
    figure = discovery_dots(rows, [RARE], [0.05], styles)
    assert all(len(trace["x"]) == len(trace["y"]) for trace in figure.data)


def test_only_the_first_of_many_combinations_are_shown_and_it_is_said(filled, monkeypatch):
    monkeypatch.setattr(page, "MOST", 1)
    _, parts = filled()
    (panel,) = parts["recall"].values()
    assert "the first 1 of 2 combinations" in panel["note"]


def test_names_of_classes_never_become_markup(filled):
    evil = "<img src=x onerror=alert(1)>"

    def renamed(tables):
        bought(tables)
        tables["datasets"][0]["classes"] = ["normal", "ddos", evil]

    _, parts = filled(renamed)
    for name in ("discovery", "recall", "confusion"):
        for panel in parts[name].values():
            figure = panel["figure"]
            assert "<img" not in json.dumps([figure["data"], figure["layout"]])
