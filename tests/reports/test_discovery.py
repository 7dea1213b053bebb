from __future__ import annotations

import math

import pandas as pd
import pyarrow as pa

from harness.schema import AXES, TABLES
from reports.efficiency.discovery import COLUMNS, discovered, discovery
from reports.efficiency.recall import recalls

DATASETS = pd.DataFrame({"dataset": ["ton"], "classes": [["normal", "mitm"]], "counts": [[90, 10]]})


def rounds(*acquisitions):
    """Rounds of repeats 0, 1 ...: each a list of (labels, rows bought per class)."""
    names = dict.fromkeys(AXES, "x") | {"dataset": "ton"}
    rows = [
        names
        | {"repeat": repeat, "acquisition_id": str(repeat), "round": i}
        | {"n_labels": n_labels, "bought": bought}
        for repeat, one in enumerate(acquisitions)
        for i, (n_labels, bought) in enumerate(one)
    ]
    return pa.Table.from_pylist(rows[::-1], pa.schema([TABLES["rounds"].field(c) for c in COLUMNS]))


FIRST = [(50, [50, 0]), (100, [49, 1]), (150, [46, 4])]
SECOND = [(50, [50, 0]), (100, [50, 0])]


def found(rows=(1, 5)):
    return discovery(rounds(FIRST, SECOND), DATASETS, rows).set_index(["repeat", "class", "rows"])


def test_a_class_is_met_by_the_end_of_the_round_that_brings_its_kth_row():
    labels = found()["labels"]
    assert labels[0, "mitm", 1] == 100
    assert labels[0, "mitm", 5] == 150
    assert labels[0, "normal", 5] == 50


def test_a_class_that_is_not_met_is_censored_at_what_was_bought():
    row = found().loc[(1, "mitm", 1)]
    assert (row["labels"], row["within"], row["share"]) == (math.inf, 100, 0.1)


def test_over_repeats_censored_ones_count():
    over = discovered(found((1,)).reset_index()).set_index("class").loc["mitm"]
    assert (over["n"], over["n_censored"]) == (2, 1)
    assert over["median"] == 100
    assert math.isnan(over["restricted_mean"])  # of what lies beyond 100 nobody knows


def test_no_rounds_are_no_error():
    empty = discovery(rounds(), DATASETS)
    assert empty.empty
    assert discovered(empty).empty


def test_recall_is_right_over_all_rows_of_a_class():
    names = dict.fromkeys(AXES, "x") | {"dataset": "ton", "series": "tuned", "n_labels": 100}
    tested = pd.DataFrame([names | {"repeat": i} for i in range(3)])
    matrices = [[[8, 2], [1, 3]], None, [[5, 5], [0, 0]]]
    confusion = pa.chunked_array([pa.array(matrices, pa.list_(pa.list_(pa.int64())))])
    long = recalls(tested, confusion, DATASETS)
    by = long.set_index(["repeat", "class"])["recall"].to_dict()
    assert by == {(0, "normal"): 0.8, (0, "mitm"): 0.75, (2, "normal"): 0.5}
    assert long["n_test"].tolist() == [10, 4, 10]
