"""What each part of a pipeline changes: panels against the frames, and what cannot be said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import reports
from reports.site import axes
from reports.site.content import Content
from reports.site.files import Files

SPLIT = {"sweep": {"split": {"method": "stratified", "test": 0.2}}}


@pytest.fixture
def page(stored, tmp_path, monkeypatch):
    """Return the content, what the template gets, and the panels of both parts."""

    def made(run, change=lambda _tables: None):
        frames = reports.load(stored(run, change))
        content = Content(frames, frames.metric(None), datetime(2026, 1, 1, tzinfo=UTC))
        panels = {}
        sent = axes.Panels.sent

        def kept(self, files):
            panels[self.name] = self.panels
            return sent(self, files)

        monkeypatch.setattr(axes.Panels, "sent", kept)
        return content, axes.fill(content, Files(tmp_path / "site")), panels

    return made


def test_each_component_is_a_dot_and_a_row_with_the_same_number(fake, page):
    run = fake(scalers=("none", "standard", "min_max"), repeats=6, **SPLIT)
    content, _, panels = page(run)
    panel = panels["effects"]["ton", "scaler", "500"]
    scores = content.frames.scores
    at = scores[(scores["series"] == "tuned") & (scores["n_labels"] == 500)]
    means = at.groupby("scaler")["test_macro_f1"].mean()
    expected = {name: means[name] - means["none"] for name in ("standard", "min_max")}
    assert {row[0]: row[2][1] for row in panel.table.rows} == pytest.approx(expected)
    assert {one["y"][0]: one["x"][0] for one in panel.figure.data} == pytest.approx(
        expected, abs=1e-6
    )
    assert all(row[8][0] == "2 of 2" for row in panel.table.rows)


def test_axes_with_one_component_say_so_and_come_last(fake, page):
    _, filled, panels = page(fake(scalers=("standard",)))
    assert panels["effects"]["ton", "scaler", "area"].note == (
        "One scaler only (standard): nothing to compare."
    )
    assert filled["effects"]["keys"][0][1] == "strategy"


def test_both_parts_offer_the_same_axes(fake, page):
    _, filled, _ = page(fake(scalers=("none", "standard")))
    offered = [{key[1] for key in filled[part]["keys"]} for part in ("effects", "within")]
    assert offered[0] == offered[1]


def test_one_budget_offers_its_score_and_no_area(fake, page):
    _, filled, _ = page(fake(budgets=(100,)))
    assert {key[2] for key in filled["effects"]["keys"]} == {"100"}
    assert filled["answers"]


def test_parts_that_share_no_pipeline_have_a_note_in_place_of_a_figure(fake, page):
    def change(tables):
        wanted = {("knn", "none"), ("svc", "standard")}
        for name in ("trials", "acquisitions", "rounds"):
            tables[name] = [r for r in tables[name] if (r["classifier"], r["scaler"]) in wanted]

    run = fake(classifiers=("knn", "svc"), scalers=("none", "standard"))
    _, filled, panels = page(run, change)
    panel = panels["effects"]["ton", "scaler", "area"]
    assert panel.figure is None
    assert "standard: 0 of 4" in panel.note
    assert filled["effects"]["keys"][0][1] == "strategy"
    assert panels["within"]["ton", "scaler", "classifier", "area"].figure is None


def test_few_repeats_are_called_underpowered(fake, page):
    _, filled, panels = page(fake(repeats=3, **SPLIT))
    panel = panels["effects"]["ton", "strategy", "area"]
    assert "underpowered: N = 3, needs 5" in panel.note
    assert "underpowered" in filled["answers"][0][1][0]
    assert "error_x" not in panel.figure.data[0]


def test_a_classifier_that_failed_everywhere_is_missing_and_not_zero(fake, page, as_failed):
    def change(tables):
        tables["trials"] = [
            as_failed(row, "failed", "ValueError") if row["classifier"] == "svc" else row
            for row in tables["trials"]
        ]

    _, _, panels = page(fake(classifiers=("knn", "svc")), change)
    row = panels["effects"]["ton", "classifier", "area"].table.rows[0]
    assert (row[2], row[8][0]) == (("–", None), "0 of 2")
