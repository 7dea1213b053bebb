from __future__ import annotations

import json
from dataclasses import replace

import pytest

from datasets.badges import DOWN_SAMPLED, IDENTIFIERS, MAYBE_IDENTIFIERS
from reports.provenance import badges
from reports.results import read
from reports.terms import NOISE, difference


@pytest.fixture
def worn(fake, stored):
    """The badges of a stored dataset."""

    def of(name, preparation, kept):
        def change(tables):
            row = tables["datasets"][0]
            row["name"], row["preparation"] = name, json.dumps(preparation)
            row["badges"] = kept

        return badges(read(stored(fake(), change)), "ton")

    return of


ALL = {"features": "all", "balance": "none"}


@pytest.mark.parametrize("kept", [None, [], [IDENTIFIERS]])
def test_features_all_wears_a_badge_whether_the_run_stored_it_or_not(worn, kept):
    assert worn("ton_iot_network", ALL, kept) == [IDENTIFIERS]


def test_what_was_stored_stands_first_and_once(worn):
    both = ALL | {"balance": "down_sample"}
    assert worn("ton_iot_network", both, ["own", DOWN_SAMPLED]) == [
        "own",
        DOWN_SAMPLED,
        IDENTIFIERS,
    ]


@pytest.mark.parametrize(
    ("kept", "shown"), [(None, MAYBE_IDENTIFIERS), ([IDENTIFIERS], IDENTIFIERS)]
)
def test_of_a_dataset_that_is_not_known_here_the_badge_is_careful(worn, kept, shown):
    assert worn("somebodys_own", ALL, kept) == [shown]


def test_without_identifiers_there_is_no_badge(worn):
    assert worn("ton_iot_network", {"features": "no_identifiers"}, None) == []


def test_noisy_labels_wear_a_badge_and_are_not_merged_with_others(fake, stored):
    run, terms = read(stored(fake(), lambda _: None)), {"seed": 1}
    results = [replace(run, terms=one) for one in (terms, {**terms, NOISE: 0.05})]
    assert badges(results[0], "ton") == []
    assert badges(results[1], "ton") == ["5 % of the labels bought are wrong (oracle.noise)"]
    assert difference(*(one.terms for one in results)) == "oracle.noise (None and 0.05)"
