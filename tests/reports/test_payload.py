from __future__ import annotations

import json

import pytest

from reports import curves
from reports.grid import Grid
from reports.measures import Measures
from reports.payload import as_script, payload
from reports.results import read


@pytest.fixture
def sent(fake, stored):
    """What the page is sent about macro-F1 of a run of one curve and one budget."""

    def make(**run):
        results = read(stored(fake(strategies=("random",), budgets=(100,), **run)))
        grid = Grid.of(results)
        scored = curves.scores(results, grid)
        one = Measures.of("macro_f1", grid, scored, results.references, results.reference)
        return json.loads(as_script(payload(grid, [one], results.references)))["datasets"][0]

    return make


@pytest.mark.parametrize(("repeats", "drawn"), [(4, 4), (5, 0)])
def test_single_repeats_are_sent_below_five(sent, repeats, drawn):
    tuned = sent(repeats=repeats)["metrics"]["macro_f1"]["series"]["tuned"]
    assert len(tuned["repeats"][0]) == drawn
    assert (tuned["half"][0] is None) == bool(drawn)
    assert tuned["n"] == [repeats]


def test_a_large_page_is_sent_the_range_in_place_of_single_repeats(sent, monkeypatch):
    monkeypatch.setattr("reports.payload.MANY", 10)
    found = sent(repeats=4)
    tuned = found["metrics"]["macro_f1"]["series"]["tuned"]
    assert found["is_large"]
    low, high = (line[0] for line in tuned["repeats"][0])
    assert low < tuned["mean"][0][0] < high


def test_references_are_sent_with_and_without_twins(sent):
    (found,) = sent(repeats=5)["references"]
    (mean, half, n), (novel, _, _) = found["scores"]["macro_f1"]
    assert found["names"] == ["random_forest", "none", "none"]
    assert (n, found["failed"]) == (5, 0)
    assert novel == pytest.approx(mean - 500, abs=1)
    assert half > 0
