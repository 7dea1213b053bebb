from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reports.failures import MOST
from tests.reports.site.filled import Filled, rendered


@pytest.fixture
def page(stored, tmp_path):
    def make(run, change=lambda _: None):
        return Filled(stored(run, change), "failures", tmp_path / "site")

    return make


@pytest.fixture
def svc_fails(as_failed):
    """Two of three trials of svc: one fails, one takes too long."""

    def change(tables):
        for i, row in enumerate(tables["trials"]):
            if row["classifier"] == "svc" and row["number"] < 2:
                status = ("failed", "timeout")[row["number"]]
                tables["trials"][i] = as_failed(row, status, f"Traceback <b>\nValueError: {status}")

    return change


def test_the_share_of_failed_trials_is_counted_for_each_component(fake, page, svc_fails):
    shown = page(fake(classifiers=("random_forest", "svc")), svc_fails)
    rows = shown.table(shown.said["shares"], "classifier")
    trials = shown.content.results.trials
    of_svc = trials[trials["classifier"] == "svc"]
    n, failures = len(of_svc), int((of_svc["status"] != "done").sum())
    assert rows[0] == {
        "classifier": "svc",
        "trials": str(n),
        "failures": str(failures),
        "share": "66.7 %",
        "failed": str(failures // 2),
        "timeout": str(failures // 2),
    }
    assert rows[1]["share"] == "0.0 %"
    bars = shown.panel(shown.said["shares"], "classifier")["figure"]["data"]
    assert [bar["y"] for bar in bars] == [["svc", "random_forest"]] * 2
    assert sum(bar["x"][0] for bar in bars) == pytest.approx(100 * failures / n, abs=1e-4)


def test_where_an_axis_has_one_component_there_is_nothing_to_compare(fake, page, svc_fails):
    shown = page(fake(classifiers=("random_forest", "svc")), svc_fails)
    assert shown.panel(shown.said["shares"], "scaler")["note"] == (
        "One scaler only: nothing to compare."
    )
    assert shown.panel(shown.said["shares"], "strategy")["note"] == ""


def test_pruned_trials_are_no_failures(fake, page, as_failed):
    def change(tables):
        tables["trials"][0] = as_failed(tables["trials"][0], "pruned", None)

    values = page(fake(), change).said
    assert (values["n_failed"], values["shares"], values["failures"]) == (0, None, [])


def test_without_failures_the_page_says_none(fake, stored, tmp_path):
    html = rendered(stored(fake()), "failures", tmp_path / "site")
    assert ">None.<" in html
    assert "All 36 trials that are stored ended well" in html
    assert "None: no process died" in html


def test_causes_are_shown_with_their_traceback_as_text(fake, stored, tmp_path, svc_fails):
    html = rendered(stored(fake(classifiers=("svc",)), svc_fails), "failures", tmp_path / "site")
    assert "<summary>ValueError: timeout</summary>" in html
    assert "Traceback &lt;b&gt;" in html


def test_of_very_many_causes_the_rarer_are_counted_only(fake, page, as_failed):
    def change(tables):
        for i, row in enumerate(tables["trials"]):
            tables["trials"][i] = as_failed(row, "failed", f"ValueError: {i}")

    values = page(fake(repeats=9), change).said
    assert len(values["failures"]) == MOST
    assert values["left_out"] == 9 * 2 * 3 * 3 - MOST


def test_attempts_are_listed(fake, page):
    attempt = {"work_id": "w", "kind": "study", "unit": 0, "cause": "node", "action": "ran again"}

    def change(tables):
        tables["attempts"] = [attempt | {"at": datetime.now(UTC)}] * 3

    (one,) = page(fake(), change).said["retries"]
    assert (one.count, one.cause) == (3, "node")
