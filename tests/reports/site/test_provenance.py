from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from reports.site import work_tables
from tests.reports.site.filled import Filled, rendered


@pytest.fixture
def page(stored, tmp_path):
    def make(run, change=lambda _: None, name="run"):
        return Filled(stored(run, change, name), "provenance", tmp_path / "site")

    return make


def test_the_commands_run_the_sweep_that_can_be_downloaded(fake, page):
    shown = page(fake(), name="first look")
    (run,) = shown.said["runs"]
    shown.files.finish({})
    assert run.commands[0] == "fewlabels run first_look-sweep.yaml --out runs/first_look-again"
    assert run.commands[1] == "fewlabels verify 'runs/first look'"
    assert (shown.site / run.download).read_text(encoding="utf-8") == run.sweep


def test_the_example_of_rerun_names_a_study_that_is_stored(fake, page):
    shown = page(fake())
    command = shown.said["rerun"].split()
    assert command[:3] == ["fewlabels", "rerun", "runs/run"]
    assert command[3] in set(shown.content.results.trials["study_id"])


def test_a_run_that_was_named_by_a_dot_has_its_name(fake, stored, tmp_path, monkeypatch):
    monkeypatch.chdir(stored(fake()))
    said = Filled(Path(), "provenance", tmp_path / "site").said
    assert said["runs"][0].commands[1] == "fewlabels verify runs/run"
    assert said["rerun"].startswith("fewlabels rerun runs/run ")


def test_each_host_is_shown_with_its_work(fake, page):
    def change(tables):
        for row in tables["trials"][:6]:
            row["host"], row["wall_s"] = "node-2", 3600.0

    hosts = {one["host"]: one for one in page(fake(), change).said["hosts"]}
    assert hosts["node-2"] == {
        "host": "node-2",
        "environment": "env-1",
        "pieces": "6",
        "hours": "6.00",
    }
    assert set(hosts) == {"node-1", "node-2"}


def test_references_are_means_over_repeats_of_each_metric(fake, page):
    shown = page(fake(classifiers=("random_forest", "svc"), repeats=5))
    stored = shown.content.results.references
    for metric, title in (("macro_f1", "macro-F1"), ("log_loss", "log loss")):
        rows = shown.table(shown.said["references"], "ton", metric)
        means = stored.groupby("classifier")[f"test_{metric}"].mean()
        assert {row["classifier"]: row[title].split(" ±")[0] for row in rows} == {
            name: f"{value:.3f}" for name, value in means.items()
        }
    by = {row["classifier"]: row["target"] for row in rows}
    assert by == {"random_forest": "sets the target", "svc": ""}


def test_a_reference_that_failed_is_counted_and_has_no_score(fake, page, as_failed):
    def change(tables):
        tables["references"] = [as_failed(r, "failed", "no") for r in tables["references"]]

    shown = page(fake(), change)
    panel = shown.panel(shown.said["references"], "ton", "macro_f1")
    assert panel["note"] == "No reference has a macro-F1."
    (row,) = shown.table(shown.said["references"], "ton", "macro_f1")
    assert (row["macro-F1"], row["repeats"], row["failures"]) == ("-", "0", "2")
    assert row["target"] == ""  # without a score it sets none


def test_every_acquisition_and_study_is_listed_with_its_id(fake, page):
    shown = page(fake())
    tables = shown.content.results
    studies = shown.table(shown.said["ids"].sent, "ton", "study")
    assert {row["study_id"] for row in studies} == set(tables.trials["study_id"])
    assert {row["trials"] for row in studies} == {"3"}
    bought = shown.table(shown.said["ids"].sent, "ton", "acquisition")
    assert {row["acquisition_id"] for row in bought} == set(tables.acquisitions["acquisition_id"])


def test_very_many_ids_are_in_the_files_alone(fake, page, monkeypatch):
    monkeypatch.setattr(work_tables, "MOST", 5)
    shown = page(fake())
    panel = shown.panel(shown.said["ids"].sent, "ton", "study")
    assert panel["table"] is None
    assert panel["note"] == "12 studies: too many for a page. The files below have all."
    shown.files.finish({})
    csv, parquet = shown.said["ids"].downloads[0].paths
    whole = pd.read_csv(shown.site / csv)
    assert len(whole) == 12
    pd.testing.assert_frame_equal(
        whole.astype(str), pd.read_parquet(shown.site / parquet).astype(str), check_dtype=False
    )


def test_a_run_that_has_just_begun_has_a_page(fake, stored, tmp_path):
    def change(tables):
        for name in set(tables) - {"environments"}:
            tables[name] = []

    html = rendered(stored(fake(), change), "provenance", tmp_path / "site")
    assert "None is stored yet, so there is no target either." in html
    assert "so there are no ids" in html
    assert "fewlabels rerun" not in html
    assert "AMD EPYC" in html
