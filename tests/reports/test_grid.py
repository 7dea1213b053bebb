from __future__ import annotations

import pytest

from reports.grid import Grid
from reports.results import read


def test_an_empty_run_has_no_curves(tmp_path, fake):
    grid = Grid.of(read(fake().write(tmp_path / "run", {})))
    assert grid.curves.empty
    assert grid.cells.empty
    assert grid.repeats == {}
    assert grid.budgets == {}


def test_cells_count_their_trials_and_failures(fake, stored, as_failed):
    def change(tables):
        tables["trials"][0] = as_failed(tables["trials"][0], "failed", "boom")
        tables["trials"][1] = as_failed(tables["trials"][1], "pruned", "")
        tables["trials"][3] = as_failed(tables["trials"][3], "timeout", "too long")

    run = fake(strategies=("random",), budgets=(100, 200), repeats=2, trials=3)
    cells = Grid.of(read(stored(run, change))).cells
    assert cells["n_trials"].tolist() == [6, 6]
    assert cells["failures"].tolist() == [1, 1]
    assert cells["limited"].tolist() == [0, 1]


@pytest.mark.parametrize(("status", "limited"), [("failed", 0), ("timeout", 2)])
def test_a_cell_whose_acquisition_failed_before_its_budget_is_listed_as_a_failure(
    fake, stored, as_failed, status, limited
):
    def change(tables):
        for table in ("trials", "rounds"):
            tables[table] = [
                row
                for row in tables[table]
                if row["strategy"] == "random" or row.get("budget", row.get("n_labels")) <= 100
            ]
        for i, row in enumerate(tables["acquisitions"]):
            if row["strategy"] == "margin":
                tables["acquisitions"][i] = as_failed(row, status, "boom") | {"n_labels": 100}

    grid = Grid.of(read(stored(fake(budgets=(100, 200), repeats=2), change)))
    margin = grid.curves.index[grid.curves["strategy"] == "margin"][0]
    assert grid.cells.loc[(margin, 100)].tolist() == [6, 0, 0]
    assert grid.cells.loc[(margin, 200)].tolist() == [0, 2, limited]


def test_a_cell_whose_budget_is_bought_but_not_yet_studied_is_listed(fake, stored):
    def change(tables):
        tables["acquisitions"].clear()
        tables["trials"] = [
            row for row in tables["trials"] if row["strategy"] == "random" or row["budget"] == 100
        ]

    grid = Grid.of(read(stored(fake(budgets=(100, 200)), change)))
    margin = grid.curves.index[grid.curves["strategy"] == "margin"][0]
    assert grid.cells.loc[(margin, 200)].tolist() == [0, 0, 0]


def test_a_dataset_has_the_repeats_that_any_of_its_rows_knows(fake, stored):
    def change(tables):
        tables["trials"] = [row for row in tables["trials"] if row["repeat"] == 0]

    assert Grid.of(read(stored(fake(repeats=3), change))).repeats == {"ton": 3}
