"""Areas under the curve by name, and `fewlabels efficiency`, which prints them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from harness.errors import RunFolderError, UnknownName
from reports import rebenchmark_2025
from reports.areas import AREAS
from reports.commands import efficiency


def points(values, first=20, series="default", repeat=0, curve=0):
    columns = ["curve", "series", "n_labels", "repeat", "value"]
    rows = [(curve, series, first + i, repeat, value) for i, value in enumerate(values)]
    return pd.DataFrame(rows, columns=columns)


def test_the_published_area_leaves_out_the_start_and_divides_by_the_queries():
    """Four queries after the start: three trapezoids, (0.85 + 0.85 + 0.9), divided by four."""
    found = rebenchmark_2025.area(points([0.1, 0.8, 0.9, 0.8, 1.0]), n_pool=24)
    assert found[["curve", "series", "repeat"]].to_numpy().tolist() == [[0, "default", 0]]
    assert found["value"].tolist() == [0.65]


@pytest.mark.parametrize("queries", [1, 2, 10, 321])
def test_the_published_area_of_a_constant_is_less_than_it(queries):
    found = rebenchmark_2025.area(points([0.7] * (queries + 1)), n_pool=20 + queries)
    assert found["value"].tolist() == [round(0.7 * (1 - 1 / queries), 5)]


def test_a_curve_with_a_gap_or_without_its_end_has_no_published_area():
    whole = points(np.linspace(0.5, 0.9, 11))
    assert len(rebenchmark_2025.area(whole, n_pool=30)) == 1
    assert rebenchmark_2025.area(whole, n_pool=31).empty
    assert rebenchmark_2025.area(whole.drop(index=4), n_pool=30).empty
    assert rebenchmark_2025.area(whole.iloc[:1], n_pool=20).empty


def test_each_curve_series_and_repeat_has_its_own_whatever_the_order_of_rows():
    parts = [points([0.5, 0.6, 0.7 + i / 10], repeat=i, curve=c) for i in (0, 1) for c in (0, 1)]
    together = pd.concat(parts)
    found = rebenchmark_2025.area(together, n_pool=22)
    shuffled = rebenchmark_2025.area(together.sample(frac=1, random_state=0), n_pool=22)
    assert found.equals(shuffled)
    assert found["value"].tolist() == [0.325, 0.35, 0.325, 0.35]


@pytest.fixture
def every_label(fake, stored):
    """A run tested after every label from 50 on, to the end of a pool of 60 rows."""

    def change(tables):
        rows = [dict(row) for row in tables["evaluations"] if row["n_labels"] == 50]
        tables["evaluations"] = [
            {**row, "n_labels": n, "test_macro_f1": 0.5 + n / 1000 + row["repeat"] / 100}
            for row in rows
            for n in range(50, 61)
        ]
        for dataset in tables["datasets"]:
            dataset["n_pool"] = 60
        tables["trials"] = [row for row in tables["trials"] if row["budget"] == 500]
        for row in tables["trials"]:
            row |= {"budget": 60, "test_macro_f1": 0.56 + row["repeat"] / 100}

    return stored(fake(budgets=(500,), repeats=3, every_round=True), change)


def test_the_table_has_mean_and_sample_deviation_of_every_definition(every_label, capsys, tmp_path):
    efficiency(every_label, csv=tmp_path / "areas.csv")
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "area under the macro-F1 curve: mean ± standard deviation (repeats)"
    assert out[1].split()[-3:] == ["series", *AREAS]
    written = pd.read_csv(tmp_path / "areas.csv")
    margin = written[(written["strategy"] == "margin") & (written["series"] == "default")]
    assert margin["repeat"].tolist() == [0, 1, 2]
    # 0.551 ... 0.560 after ten queries: their trapezoids sum up to 9 x 0.5555
    expected = [round((4.9995 + 9 * repeat / 100) / 10, 5) for repeat in range(3)]
    np.testing.assert_allclose(margin["rebenchmark_2025"], expected, atol=1e-9)
    assert margin["aubc"].isna().all()  # one budget alone spans no area
    line = next(line for line in out if "margin" in line and "default" in line)
    assert line.split("default")[1].split() == ["-", "0.5090", "±", "0.0090", "(3)"]


def test_only_the_first_repeats_can_be_asked_for(every_label, capsys):
    efficiency(every_label, first=1)
    shown = capsys.readouterr().out
    assert "(1)" in shown
    assert "(3)" not in shown


def test_what_is_not_there_is_refused(every_label, tmp_path):
    with pytest.raises(UnknownName, match="no metric accurracy; did you mean accuracy"):
        efficiency(every_label, metric="accurracy")
    with pytest.raises(RunFolderError, match="no run at"):
        efficiency(tmp_path / "nothing")
    with pytest.raises(RunFolderError, match=r"cannot write .*: "):
        efficiency(every_label, csv=tmp_path / "no" / "such" / "folder.csv")


def test_a_run_without_trials_has_nothing_to_measure(fake, tmp_path, capsys):
    efficiency(fake().write(tmp_path / "run", {}))
    assert "nothing to measure" in capsys.readouterr().out
