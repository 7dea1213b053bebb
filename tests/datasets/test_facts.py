"""Facts of made-up rows by hand, and of the official files as they are known."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from datasets import DATASETS, cache
from datasets.commands import app
from datasets.duplicates import equal_rows
from datasets.facts import facts
from datasets.fingerprints import groups, mix
from datasets.official import SIDE
from datasets.summaries import IS_ATTACK, correlation, summaries
from tests.datasets.imported_rows import card, rows

COLUMNS = {"ip": "category", "port": "int64", "rate": "float64", "word": "category"}


def example():
    """Rows 0 and 1 are equal in all; 2 has another ip; 3 another class; 4 nothing in common."""
    return rows(
        {
            "ip": ["a", "a", "b", "a", "c"],
            "port": [80, 80, 80, 80, 80],
            "rate": [0.5, 0.5, 0.5, 0.5, None],
            "word": ["x", "x", "x", "x", None],
            "type": ["dos", "dos", "dos", "normal", "normal"],
        }
    )


def test_repetitions_are_counted_with_and_without_identifiers():
    found = facts(example(), card(COLUMNS, identifiers={"ip": "an address"}))
    whole = found.whole
    assert (whole.n_rows, whole.n_duplicates, whole.n_patterns) == (5, 1, 2)
    assert (whole.n_conflicts, whole.n_conflict_rows) == (1, 4)
    assert whole.ceiling == {"multiclass": 0.8, "binary": 0.8}
    assert facts(example(), card(COLUMNS)).whole.n_patterns == 3


def test_what_is_never_a_feature_tells_no_rows_apart():
    columns = {**COLUMNS, "id": "int64"}
    table = example().append_column("id", pa.array(range(5)))
    found = facts(table, card(columns, identifiers={"ip": "."}, useless={"id": "a number"}))
    assert found.whole.n_patterns == 2
    assert found.whole.n_duplicates == 0


def test_classes_are_told_apart_by_what_they_share():
    found = facts(example(), card(COLUMNS, identifiers={"ip": "."}))
    dos, normal = found.classes["dos"], found.classes["normal"]
    assert (dos.n_rows, dos.n_patterns, dos.n_alone, dos.n_shared, dos.n_repeats) == (3, 1, 0, 3, 0)
    assert (normal.n_rows, normal.n_patterns, normal.n_alone, normal.n_shared) == (2, 2, 1, 1)
    np.testing.assert_array_equal(found.across, [[2, 3], [1, 0]])


def test_gaps_and_constants_are_named():
    table = example().append_column("empty", pa.array([None] * 5, pa.float64()))
    table = table.append_column("one", pa.array(["k"] * 5).dictionary_encode())
    table = table.append_column("half", pa.array([0.5, None, 0.5, 0.5, 0.5]))
    found = facts(
        table, card({**COLUMNS, "empty": "float64", "one": "category", "half": "float64"})
    )
    gaps = {"ip": 0, "port": 0, "rate": 1, "word": 1, "type": 0, "empty": 5, "one": 0, "half": 1}
    assert found.missing == gaps
    assert found.constants == {"port": "80", "empty": "", "one": "k"}


def test_the_sides_of_an_official_split_are_counted_apart():
    table = example().append_column(
        SIDE, pa.array(["train", "train", "test", "test", "test"]).dictionary_encode()
    )
    found = facts(table, card(COLUMNS, identifiers={"ip": "."}))
    assert {side: one.n_conflicts for side, one in found.sides.items()} == {"train": 0, "test": 1}
    assert [(t.split, t.n_test, t.n_twins) for t in found.twins][1] == ("official", 3, 2)
    assert SIDE not in found.missing
    assert facts(example(), card(COLUMNS)).sides == {}


def test_rows_without_any_repetition_have_no_twins():
    table = rows({"n": list(range(50)), "type": ["normal", "dos"] * 25})
    found = facts(table, card({"n": "int64"}))
    assert found.twins[0].n_test == 10
    assert found.twins[0].n_twins == 0
    assert found.whole.n_conflicts == 0
    assert found.whole.ceiling["multiclass"] == 1
    assert not found.across.any()


def test_rows_of_one_class_have_facts_too():
    table = rows({"n": [1, 1, 2], "type": ["dos"] * 3})
    found = facts(table, card({"n": "int64"}))
    assert list(found.classes) == ["dos"]
    assert found.whole.ceiling == {"multiclass": 1.0}


VALUES = st.one_of(st.none(), st.sampled_from([0.0, -0.0, 1.0, 2.0**53, 2.0**53 + 2, 1e300]))
WORDS = st.sampled_from([None, "", "a", "b", " b"])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(VALUES, WORDS, st.sampled_from([None, 0, 1, 2**62])), min_size=1))
def test_fingerprints_group_rows_as_comparing_them_does(made):
    floats, words, whole = (list(column) for column in zip(*made, strict=True))
    table = pa.table(
        {
            "f": pa.array(floats, pa.float64()),
            "w": pa.array(words, pa.string()).dictionary_encode(),
            "i": pa.array(whole, pa.int64()),
        }
    )
    hashes = np.zeros(len(made), dtype=np.uint64)
    for name in table.column_names:
        mix(hashes, table.column(name))
    known = {}
    expected = [known.setdefault(row, len(known)) for row in made]
    np.testing.assert_array_equal(groups(hashes), expected)


def test_summaries_are_those_of_numpy():
    table = example().append_column("empty", pa.array([None] * 5, pa.float64()))
    numbers, categories = summaries(table, card({**COLUMNS, "empty": "float64"}))
    port, rate, empty = numbers
    assert (port.name, port.n_distinct, port.low, port.high, port.std) == ("port", 1, 80, 80, 0)
    assert (rate.n_missing, rate.mean, rate.median) == (1, 0.5, 0.5)
    assert empty.n_missing == 5
    assert np.isnan(empty.mean)
    ip, word = categories
    assert (ip.most_common, ip.n_most_common, ip.n_distinct) == ("a", 3, 3)
    assert (word.most_common, word.n_missing) == ("x", 1)


def test_correlations_are_those_of_pandas():
    rng = np.random.default_rng(0)
    a = rng.normal(size=200)
    b = np.exp(3 * a) + rng.normal(size=200)
    gaps = np.where(rng.random(200) < 0.2, np.nan, a + rng.normal(size=200))
    types = np.where(a > 0, "dos", "normal")
    table = rows({"a": a, "b": b, "flat": np.ones(200), "type": types.tolist()})
    table = table.append_column("gaps", pa.array(gaps, from_pandas=True))
    found = correlation(table, card(dict.fromkeys(["a", "b", "flat", "gaps"], "float64")))
    assert found.names == ("a", "b", "gaps", IS_ATTACK)
    frame = table.select(["a", "b", "gaps"]).to_pandas()
    frame[IS_ATTACK] = (types == "dos").astype(float)
    np.testing.assert_allclose(found.pearson, frame.corr(), atol=1e-12)
    np.testing.assert_allclose(found.ranks[:2, :2], frame.corr("spearman").iloc[:2, :2], atol=1e-12)


def test_no_column_that_varies_has_no_correlation():
    table = rows({"flat": [1.0, 1.0], "type": ["dos", "dos"]})
    assert correlation(table, card({"flat": "float64"})).names == ()


# The official files, as DATASETS.md's author and others counted them with other programs.


@pytest.fixture(scope="module")
def official(real_data, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEWLABELS_CACHE", str(tmp_path_factory.mktemp("cache")))

        def imported(name):
            if cache.current(name) is None:
                DATASETS[name].import_file(real_data / name)
            return cache.StoredColumns.of(name, cache.current(name)), DATASETS[name].card

        yield imported


def test_ton_iot_network_is_counted_exactly(official):
    table, of_it = official("ton_iot_network")
    found = facts(table, of_it)
    assert found.n_rows == 211_043
    assert {name: one.n_rows for name, one in found.classes.items()} == of_it.classes
    assert found.whole.n_duplicates == 20_569
    assert found.whole.n_patterns == 93_726
    assert (found.whole.n_conflicts, found.whole.n_conflict_rows) == (162, 22_643)
    assert round(found.whole.ceiling["multiclass"], 4) == 0.9887
    distinct = {name: one.n_patterns for name, one in found.classes.items()}
    assert distinct["ransomware"] == 260
    assert (distinct["mitm"], distinct["backdoor"]) == (1_039, 1_966)
    assert (distinct["scanning"], distinct["dos"]) == (4_493, 6_448)
    missing = {name: n for name, n in found.missing.items() if n}
    assert missing["service"] == 132_032
    assert missing["dns_query"] == 176_198
    for flag in ("AA", "RD", "RA", "rejected"):
        assert missing[f"dns_{flag}"] == 176_030
    for name in ("version", "cipher", "resumed", "established"):
        assert missing[f"ssl_{name}"] == 210_642
    assert missing["ssl_subject"] == missing["ssl_issuer"] == 211_032
    assert missing["http_method"] == missing["http_uri"] == missing["http_user_agent"] == 210_756
    assert missing["weird_name"] == missing["weird_notice"] == 210_687
    assert found.constants == {}


def test_ton_iot_network_agrees_with_comparing_all_rows(official):
    table, of_it = official("ton_iot_network")
    prepared = DATASETS["ton_iot_network"].prepare()
    together = equal_rows(prepared.numbers, prepared.codes)
    assert len(np.unique(together)) == facts(table, of_it).whole.n_patterns


def test_nsl_kdd_is_counted_exactly(official):
    table, of_it = official("nsl_kdd")
    found = facts(table, of_it)
    assert {name: one.n_rows for name, one in found.classes.items()} == of_it.classes
    assert found.sides["train"].n_rows == 125_973
    assert found.sides["test"].n_rows == 22_544
    assert found.sides["train"].n_conflicts == 15
    assert found.sides["test"].n_conflicts == 57
    assert found.constants == {"num_outbound_cmds": "0"}
    assert not any(found.missing.values())


def test_unsw_nb15_is_counted_exactly(official):
    table, of_it = official("unsw_nb15")
    found = facts(table, of_it)
    assert {name: one.n_rows for name, one in found.classes.items()} == of_it.classes
    assert {name: n for name, n in found.missing.items() if n} == {"service": 47_153}


def test_describe_prints_the_counts(official):
    official("ton_iot_network")
    said = CliRunner().invoke(app, ["describe", "ton_iot_network"], catch_exceptions=False).output
    assert "imported: 211,043 rows" in said
    assert "exact duplicates: 20,569 rows" in said
    assert "distinct rows without identifiers and labels: 93,726" in said
    assert "conflicts: 162 groups of equal rows with several classes, 22,643 rows" in said
    assert "service 132,032" in said
    assert all(len(line) <= 100 for line in said.splitlines())
