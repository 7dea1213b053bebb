from __future__ import annotations

import numpy as np
import pytest

from reports import curves
from reports.grid import Grid
from reports.measures import Measures
from reports.ranks.across import across
from reports.results import read


def measures_of(root, metric="macro_f1"):
    results = read(root)
    grid = Grid.of(results)
    scored = curves.scores(results, grid)
    return Measures.of(metric, grid, scored, results.references, results.reference)


MANY = tuple(f"d{i}" for i in range(7))


def test_methods_over_datasets_are_compared_and_tested(fake, stored):
    run = fake(datasets=MANY, strategies=("a", "b", "random"), budgets=(100, 200), repeats=2)
    found = across(measures_of(stored(run)), ["strategy"])
    assert found.table.shape == (7, 3)
    assert found.coverage.to_dict() == {"a": 7, "b": 7, "random": 7}
    assert found.friedman.why == ""
    assert found.friedman.ranks.sum() == pytest.approx(6)
    assert {pair.why for pair in found.pairs} == {""}  # three tests need seven datasets
    assert len(found.against_chance) == 2
    said = found.bayesian("a", "b")
    assert said.better + said.same + said.worse == pytest.approx(1)


def test_too_few_datasets_are_underpowered_and_shown_all_the_same(fake, stored):
    run = fake(datasets=("x", "y"), strategies=("a", "b", "random"), repeats=2)
    found = across(measures_of(stored(run)))
    assert found.friedman.why == "underpowered: N = 2, needs 3"
    assert {pair.why for pair in found.pairs} == {"underpowered: N = 2, needs 7"}
    assert found.bayesian(*found.table.columns[:2]).why == "underpowered: N = 2, needs 6"
    assert found.table.notna().all(axis=None)


def test_what_lacks_a_dataset_is_covered_less_and_not_tested(fake, stored):
    def drop(tables):
        for table in ("trials", "acquisitions", "rounds"):
            tables[table] = [
                row
                for row in tables[table]
                if (row["dataset"], row["strategy"], row["repeat"]) != ("d0", "b", 1)
            ]

    run = fake(datasets=MANY, strategies=("a", "b", "c", "random"), budgets=(100, 200), repeats=2)
    found = across(measures_of(stored(run, drop)), ["strategy"])
    assert np.isnan(found.table.loc["d0", "b"])
    assert found.coverage["b"] == 6
    assert list(found.complete.columns) == ["a", "c", "random"]
    assert np.isnan(found.bayesian("a", "b").better)


def test_names_of_an_axis_are_averaged_over_the_same_pipelines(fake, stored):
    def drop(tables):
        for table in ("trials", "acquisitions", "rounds"):
            tables[table] = [
                row
                for row in tables[table]
                if (row["classifier"], row["strategy"]) != ("svc", "margin")
            ]

    run = fake(classifiers=("random_forest", "svc"), strategies=("margin", "random"))
    measures = measures_of(stored(run, drop))
    over = across(measures, ["strategy"], budget=200)
    assert over.averaged.loc["ton"].to_dict() == {"pipelines": 1, "left_out": 1}
    found = over.table
    forest = measures.grid.curves.query("classifier == 'random_forest'").reset_index()
    for _, row in forest.iterrows():
        expected = measures.of_cells.loc[(row["index"], 200), "tuned"]
        assert found.loc["ton", row["strategy"]] == pytest.approx(expected)


def test_adding_a_loser_changes_no_score_of_the_others(fake, stored):
    def without(tables):
        for rows in tables.values():
            rows[:] = [row for row in rows if row.get("strategy") != "loser"]

    run = fake(datasets=("x", "y"), strategies=("a", "loser", "random"))
    large = across(measures_of(stored(run, name="large"))).table
    small = across(measures_of(stored(run, without, name="small"))).table
    assert large[small.columns].equals(small)


def test_of_log_loss_less_is_better(fake, stored):
    run = fake(datasets=MANY, strategies=("a", "b", "random"), budgets=(100, 200), repeats=2)
    root = stored(run)
    one = across(measures_of(root), ["strategy"]).friedman.ranks
    other = across(measures_of(root, "log_loss"), ["strategy"]).friedman.ranks
    assert one == pytest.approx(other)  # made from the same skill
