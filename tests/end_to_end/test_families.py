"""Sweeps over imported datasets of several families, from files to the page."""

import pytest

from datasets import DATASETS
from harness.spec import read_sweep
from reports.commands import report
from tests.conftest import carry_out
from tests.datasets.made_every import MADE

SWEEP = """
name: families
repeats: 1
datasets: [{datasets}]
classifiers: [decision_tree]
strategies: [random, margin]
budgets: [40]
labelling: {{initial: 20, batch: 10}}
tuning: {{trials: 1}}
reference: {{classifier: decision_tree}}
{more}
"""


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """Import the made-up files of some datasets."""
    monkeypatch.setenv("FEWLABELS_CACHE", str(tmp_path / "cache"))

    def do(*names):
        for name in names:
            (tmp_path / name).mkdir()
            MADE[name](tmp_path / name)
            DATASETS[name].import_file(tmp_path / name, allow_unknown=True)

    return do


def page_of(out):
    site = out.parent / "site"
    report([str(out)], site)
    pages = ("index", "data")
    return "".join((site / f"{name}.html").read_text(encoding="utf-8") for name in pages)


def test_three_families_run_through_to_a_report(imported, tmp_path):
    names = ["ton_iot_fridge", "unsw_nb15", "n_baiot_danmini_doorbell"]
    imported(*names)
    sweep = read_sweep(SWEEP.format(datasets=", ".join(names), more=""))
    folder = carry_out(sweep, tmp_path / "run")
    assert folder.frame("trials")["status"].eq("done").all()
    assert set(folder.frame("trials")["dataset"]) == set(names)
    page = page_of(tmp_path / "run")
    assert all(name in page for name in names)


def test_the_official_split_with_classes_that_one_side_lacks(imported, tmp_path):
    imported("nsl_kdd")
    sweep = read_sweep(SWEEP.format(datasets="nsl_kdd", more="split: {method: official}"))
    folder = carry_out(sweep, tmp_path / "run")
    assert folder.frame("trials")["status"].eq("done").all()
    row = folder.frame("datasets").iloc[0]
    assert row["n_pool"] == row["n_test"]  # as many made-up rows in either file


@pytest.mark.parametrize("duplicates", ["drop", "group"])
def test_preparations_that_change_numbers_are_parts_of_one_sweep(imported, duplicates, tmp_path):
    imported("unsw_nb15")
    entries = (
        "unsw_nb15",
        f"{{name: unsw_nb15, as: other, duplicates: {duplicates}, encoding: one_hot}}",
        "{name: unsw_nb15, as: small, rows: 80, balance: down_sample, task: binary}",
    )
    sweep = read_sweep(SWEEP.format(datasets=", ".join(entries), more="split: {test: 0.3}"))
    folder = carry_out(sweep, tmp_path / "run")
    assert folder.frame("trials")["status"].eq("done").all()
    badges = folder.frame("datasets").set_index("dataset")["badges"].map(list)
    assert badges["small"] == ["normal class down-sampled before the split"]
    assert badges["other"] == badges["unsw_nb15"] == []
    assert "normal class down-sampled before the split" in page_of(tmp_path / "run")


def test_a_dataset_that_is_not_imported_is_named_with_what_to_do(tmp_path, monkeypatch):
    from harness import corpus
    from harness.errors import SweepError

    monkeypatch.setenv("FEWLABELS_CACHE", str(tmp_path / "cache"))
    sweep = read_sweep(SWEEP.format(datasets="x_iiotid", more=""))
    with pytest.raises(SweepError, match="fewlabels datasets import x_iiotid PATH"):
        corpus.load(sweep)
