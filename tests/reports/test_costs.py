from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.schema import COSTS
from reports import curves
from reports.costs import front
from reports.grid import Grid
from reports.leaderboard import board
from reports.measures import Measures
from reports.results import read

few = st.integers(0, 5)  # so that there are ties


def measured(root, metric="macro_f1"):
    results = read(root)
    grid = Grid.of(results)
    scored = curves.scores(results, grid)
    return Measures.of(metric, grid, scored, results.references, results.reference), results


def beats(one, other):
    return one[0] <= other[0] and one[1] >= other[1] and one != other


@given(st.lists(st.tuples(few, few), max_size=12))
def test_the_front_is_what_no_other_beats(cells):
    found = front([cost for cost, _ in cells], [score for _, score in cells])
    unbeaten = {i for i, one in enumerate(cells) if not any(beats(other, one) for other in cells)}
    assert len(found) == len(set(found.tolist()))
    assert set(found.tolist()) == unbeaten
    assert [cells[i][0] for i in found] == sorted(cells[i][0] for i in found)


def test_what_is_not_known_takes_no_part():
    assert front([np.nan, 2.0, 3.0, 1.0], [0.9, 0.5, 0.6, np.nan]).tolist() == [1, 2]
    assert front([np.nan], [0.9]).tolist() == []


def test_a_row_has_the_median_of_its_winners(fake, stored):
    sizes = {0: 100, 1: 300, 2: 800}

    def change(tables):
        for row in tables["trials"]:
            row["val_macro_f1"] = 0.9 if row["number"] == 1 else 0.1  # the winner is trial 1
            row["model_bytes"] = sizes[row["repeat"]] if row["number"] == 1 else 7

    measures, _ = measured(stored(fake(repeats=3, strategies=("random",)), change))
    assert board(measures, "ton").rows["model_bytes"].tolist() == [300]
    assert board(measures, "ton", 100).rows["model_bytes"].tolist() == [300]


def test_a_run_without_costs_is_ranked(fake, stored):
    def change(tables):
        for table in ("trials", "evaluations", "references"):
            for row in tables[table]:
                row.update(dict.fromkeys(COSTS))

    measures, _ = measured(stored(fake(every_round=True), change))
    assert measures.costs["model_bytes"].isna().all()
    assert board(measures, "ton").rows["tuned"].notna().all()
