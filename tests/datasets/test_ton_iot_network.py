"""The reader, on small files that pass for the official one."""

import gzip
import zipfile

import numpy as np
import pytest

from datasets import ton_iot_network
from datasets.errors import DatasetError


def refusal(path):
    with pytest.raises(DatasetError) as caught:
        ton_iot_network.import_file(path)
    return str(caught.value)


def edited(path, old, new, count=-1):
    changed = path.with_name("edited.csv")
    changed.write_bytes(path.read_bytes().replace(old, new, count))
    return changed


@pytest.mark.usefixtures("cache_folder")
def test_says_how_to_get_what_is_not_imported():
    with pytest.raises(DatasetError) as caught:
        ton_iot_network.prepare()
    assert str(caught.value) == (
        "ton_iot_network is not imported yet; get train_test_network.csv from "
        "https://research.unsw.edu.au/projects/toniot-datasets and run: "
        "fewlabels datasets import ton_iot_network PATH"
    )


def test_import_says_what_was_found(small_ton_iot):
    said = ton_iot_network.import_file(small_ton_iot)
    assert said.startswith("ton_iot_network: 120 rows, 42 features, 10 classes; the official file")
    assert "\n" not in said


def test_reads_the_file_gzipped_zipped_and_from_a_folder_alike(small_ton_iot, tmp_path):
    content = small_ton_iot.read_bytes()
    packed = tmp_path / "packed"
    packed.mkdir()
    (packed / "renamed.gz").write_bytes(gzip.compress(content))
    with zipfile.ZipFile(packed / "download.zip", "w") as archive:
        archive.writestr("Train_Test_datasets/train_test_network.csv", content)
        archive.writestr("__MACOSX/Train_Test_datasets/._train_test_network.csv", b"\0")
    deep = tmp_path / "folder" / "Network"
    deep.mkdir(parents=True)
    (deep / "train_test_network.csv").write_bytes(content)
    (deep / "Train_Test_Network.csv").write_bytes(b"the longer version")

    tables = []
    for path in [small_ton_iot, *sorted(packed.iterdir()), tmp_path / "folder"]:
        ton_iot_network.import_file(path)
        tables.append(ton_iot_network.prepare())
    for table in tables[1:]:
        np.testing.assert_array_equal(table.codes, tables[0].codes)
        assert table.content == tables[0].content


def test_a_byte_order_mark_is_no_part_of_the_first_column(small_ton_iot):
    assert small_ton_iot.read_bytes().startswith(b"\xef\xbb\xbfsrc_ip,")
    ton_iot_network.import_file(small_ton_iot)
    assert ton_iot_network.prepare(features="all").category_names[0] == "src_ip"


def test_a_dash_is_a_missing_category(small_ton_iot):
    ton_iot_network.import_file(small_ton_iot)
    table = ton_iot_network.prepare()
    service = table.category_names.index("service")
    lines = small_ton_iot.read_text("utf-8-sig").splitlines()[1:]
    was_dash = np.array([line.split(",")[5] == "-" for line in lines])
    assert was_dash.any()
    np.testing.assert_array_equal(table.codes[:, service] == -1, was_dash)
    assert table.categories[service] == ("10", "B", "a-b", "b")


def test_a_dash_is_no_transaction_in_http_trans_depth(small_ton_iot):
    ton_iot_network.import_file(small_ton_iot)
    table = ton_iot_network.prepare()
    depth = table.numbers[:, table.number_names.index("http_trans_depth")]
    lines = small_ton_iot.read_text("utf-8-sig").splitlines()[1:]
    expected = [float(line.split(",")[29].replace("-", "0")) for line in lines]
    np.testing.assert_array_equal(depth, expected)
    assert {0.0, 1.0} <= set(depth)


def test_no_label_is_a_feature(small_ton_iot):
    ton_iot_network.import_file(small_ton_iot)
    table = ton_iot_network.prepare(features="all")
    assert not {"label", "type"} & {*table.number_names, *table.category_names}
    assert len(table.number_names) + len(table.category_names) == 42


def test_identifiers_are_left_out_unless_asked_for(small_ton_iot):
    ton_iot_network.import_file(small_ton_iot)
    table, everything = ton_iot_network.prepare(), ton_iot_network.prepare(features="all")
    assert set(everything.number_names) - set(table.number_names) == {"src_port", "dst_port"}
    assert set(everything.category_names) - set(table.category_names) == {"src_ip", "dst_ip"}


def test_binary_has_normal_first(small_ton_iot):
    ton_iot_network.import_file(small_ton_iot)
    types, binary = ton_iot_network.prepare(), ton_iot_network.prepare(task="binary")
    assert binary.classes == ("normal", "attack")
    np.testing.assert_array_equal(binary.y == 0, types.y == types.classes.index("normal"))
    np.testing.assert_array_equal(binary.strata, types.strata)


def test_dropping_duplicates_keeps_the_first_and_counts_the_others(small_ton_iot):
    ton_iot_network.import_file(small_ton_iot)
    kept = ton_iot_network.prepare()
    dropped = ton_iot_network.prepare(duplicates="drop")
    rows = [tuple(row) for row in np.column_stack([kept.numbers, kept.codes, kept.y])]
    first = [i for i, row in enumerate(rows) if row not in rows[:i]]
    np.testing.assert_array_equal(dropped.numbers, kept.numbers[first])
    np.testing.assert_array_equal(dropped.codes, kept.codes[first])
    assert dropped.removed == {"duplicates": 120 - len(first)}
    assert 20 <= 120 - len(first) < 60
    assert kept.removed == {}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"task": "binry"}, "no task 'binry'; did you mean 'binary'? Known: multiclass, binary"),
        ({"features": "none"}, "no features 'none'. Known: no_identifiers, all"),
        ({"duplicates": "dropp"}, "no duplicates 'dropp'; did you mean 'drop'? Known: keep, drop"),
    ],
)
def test_names_the_nearest_choice(small_ton_iot, params, message):
    ton_iot_network.import_file(small_ton_iot)
    with pytest.raises(DatasetError) as caught:
        ton_iot_network.prepare(**params)
    assert str(caught.value) == message


def test_refuses_another_spelling_of_a_column(small_ton_iot):
    said = refusal(edited(small_ton_iot, b"dns_AA", b"dns_aa", 1))
    assert "missing: dns_AA (spelt dns_aa?); unexpected: dns_aa" in said


def test_refuses_a_file_that_has_nothing_of_it(tmp_path):
    path = tmp_path / "train_test_network.csv"
    path.write_text("a,b\n1,2\n")
    said = refusal(path)
    assert "does not have the 44 columns of train_test_network.csv but 2" in said
    assert "missing: src_ip, src_port, dst_ip, dst_port, proto, service and 38 more" in said


def test_refuses_columns_in_another_order(small_ton_iot):
    said = refusal(edited(small_ton_iot, b"label,type", b"type,label", 1))
    assert "the right names in another order, or one of them twice" in said


@pytest.mark.parametrize("referrer", [b"", b"http_referrer,"])
def test_recognises_the_longer_version(small_ton_iot, referrer):
    longer = edited(small_ton_iot, b"\xef\xbb\xbfsrc_ip", b"\xef\xbb\xbfts,src_ip")
    longer = edited(longer, b"http_version", referrer + b"http_version", 1)
    n_columns = 46 if referrer else 45
    assert f"{n_columns} columns, with timestamps (the 461,043-row file" in refusal(longer)


def test_refuses_other_rows_under_the_right_header_and_counts_them(small_ton_iot):
    sample = small_ton_iot.with_name("sample.csv")
    lines = small_ton_iot.read_bytes().splitlines(keepends=True)
    sample.write_bytes(b"".join(lines[:1] + lines[6:]))
    said = refusal(sample)
    assert "is not the official train_test_network.csv, though it has its columns" in said
    assert "it holds 115 rows where 120 are expected: backdoor 7 (expected 12)." in said


def test_counts_classes_that_should_not_be_there(small_ton_iot):
    said = refusal(edited(small_ton_iot, b",mitm\r", b",MITM\r"))
    assert "MITM 12 (expected 0), mitm 0 (expected 12)" in said


def test_refuses_the_right_rows_saved_again(small_ton_iot):
    said = refusal(edited(small_ton_iot, b"\r\n", b"\n"))
    assert "its rows per class are right, so it was probably saved again" in said


def test_refuses_a_value_that_its_column_cannot_hold(small_ton_iot, tmp_path, monkeypatch):
    import hashlib
    from dataclasses import replace

    lines = small_ton_iot.read_bytes().split(b"\r\n")
    cells = lines[3].split(b",")
    cells[7] = b"12kB"
    lines[3] = b",".join(cells)
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"\r\n".join(lines))
    card = ton_iot_network.CARD
    file = replace(card.files[0], sha256=hashlib.sha256(bad.read_bytes()).hexdigest())
    monkeypatch.setattr(ton_iot_network, "CARD", replace(card, files=(file,)))
    said = refusal(bad)
    assert "cannot be read as CSV" in said
    assert "12kB" in said


def test_a_refused_file_leaves_the_cache_as_it_was(small_ton_iot):
    ton_iot_network.import_file(small_ton_iot)
    before = ton_iot_network.prepare()
    refusal(edited(small_ton_iot, b"\r\n", b"\n"))
    np.testing.assert_array_equal(ton_iot_network.prepare().codes, before.codes)
