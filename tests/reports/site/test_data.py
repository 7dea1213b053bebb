from __future__ import annotations

import json

import pytest

from datasets.badges import CHOSEN_BY_CLASS, DOWN_SAMPLED, IDENTIFIERS, MAYBE_IDENTIFIERS
from reports.site.data import MEANINGS, OF_THE_MACHINE, meaning
from tests.reports.site.filled import Filled, rendered


@pytest.fixture
def section(fake, stored, tmp_path):
    """What the page says of the dataset of a run whose row is changed."""

    def of(**row):
        def change(tables):
            tables["datasets"][0] |= row

        filled = Filled(stored(fake(), change), "data", tmp_path / "site")
        return filled.said["sections"][0]

    return of


def prepared(**preparation):
    return json.dumps(preparation)


def test_rows_per_class_are_drawn_the_largest_first(section):
    one = section(classes=["a", "b", "c"], counts=[5, 400, 30])
    (bars,) = one.figure["data"]
    assert (bars["y"], bars["x"]) == (["b", "c", "a"], [400, 30, 5])
    assert one.figure["layout"]["xaxis"].get("type") != "log"
    assert "The largest is b with 400 rows, the rarest a with 5" in one.rarest


def test_classes_that_differ_a_hundredfold_are_drawn_on_a_logarithmic_axis(section):
    axis = section(counts=[50_000, 4_500, 4]).figure["layout"]["xaxis"]
    assert axis["type"] == "log"
    assert axis["range"][0] < 0.602  # so that the bar of 4 rows has a length


def test_every_badge_is_explained(section):
    one = section(
        name="ton_iot_network", preparation=prepared(features="all", balance="down_sample")
    )
    assert [badge.title for badge in one.badges] == [DOWN_SAMPLED, IDENTIFIERS]
    assert all(badge.meaning for badge in one.badges)
    assert set(MEANINGS) == {CHOSEN_BY_CLASS, DOWN_SAMPLED, IDENTIFIERS, MAYBE_IDENTIFIERS}
    assert meaning("3 cells with timeouts, out-of-memory or crashes") == OF_THE_MACHINE


@pytest.mark.parametrize(
    ("features", "fate"),
    [("all", "kept: models see it"), ("no_identifiers", "left out by this preparation")],
)
def test_the_card_says_which_columns_give_classes_away_and_whether_they_were_kept(
    section, features, fate
):
    suspects = section(
        name="ton_iot_network", preparation=prepared(features=features)
    ).beware.suspects
    of = {one.column: one for one in suspects}
    assert (of["src_ip"].kind, of["src_ip"].fate) == ("identifier", fate)
    assert (of["dns_query"].kind, of["dns_query"].fate) == ("leaky", "kept: models see it")
    assert not {"label", "type"} & set(of)  # never features


def test_of_a_dataset_from_elsewhere_nothing_is_claimed(section):
    found = section(name="somebodys_own").beware
    assert found.suspects == []
    assert "not known here" in found.note


@pytest.mark.parametrize(
    ("share", "preparation", "said"),
    [
        (0.53, prepared(duplicates="keep"), "53.0 % of the rows equal another row"),
        (0.53, prepared(duplicates="group"), "stay on one side of the split"),
        (0.0, prepared(duplicates="drop"), "were dropped before the split"),
        (0.001, "{}", ""),
    ],
)
def test_twins_are_warned_of(section, share, preparation, said):
    found = section(twin_share=share, preparation=preparation).beware.duplicates
    assert said in found
    assert bool(found) == bool(said)


def test_the_page_is_there_before_the_first_trial(fake, stored, tmp_path):
    def change(tables):
        for name in set(tables) - {"datasets"}:
            tables[name] = []

    html = rendered(stored(fake(), change), "data", tmp_path / "site")
    assert "ton network flows" in html
    assert "No trial is stored yet" not in html


def test_names_are_text_whatever_they_look_like(fake, stored, tmp_path):
    def change(tables):
        tables["datasets"][0] |= {"title": "<script>hit</script>", "classes": ["<i>", "b", "c"]}

    html = rendered(stored(fake(), change), "data", tmp_path / "site")
    assert "<script>hit" not in html
    assert "<i>" not in html
