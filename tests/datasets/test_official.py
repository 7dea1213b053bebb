"""Official files: told apart, checked, typed; or refused with what is wrong."""

import gzip
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from datasets.errors import DatasetError
from datasets.imported import imported_dataset
from datasets.official import Official


def refusal(small, path, **options):
    with pytest.raises(DatasetError) as caught:
        small.import_(path, **options)
    return str(caught.value)


def edited(path, old, new, count=-1):
    changed = path.with_name("edited.csv")
    changed.write_bytes(path.read_bytes().replace(old, new, count))
    return changed


def with_cell(path, line, column, cell):
    lines = path.read_bytes().split(b"\r\n")
    cells = lines[line - 1].split(b",")
    cells[column] = cell
    lines[line - 1] = b",".join(cells)
    changed = path.with_name("cell.csv")
    changed.write_bytes(b"\r\n".join(lines))
    return changed


@pytest.mark.usefixtures("cache_folder")
def test_says_how_to_get_what_is_not_imported(small):
    with pytest.raises(DatasetError) as caught:
        small.prepare()
    assert str(caught.value) == (
        "ton_iot_network is not imported yet; get train_test_network.csv from "
        "https://research.unsw.edu.au/projects/toniot-datasets and run: "
        "fewlabels datasets import ton_iot_network PATH"
    )


def test_import_says_what_was_found(small):
    sha256 = small.card.files[0].sha256[:8]
    assert small.import_() == (
        f"ton_iot_network: 120 rows, 10 classes; version 211,043 rows; 1 file, sha256 {sha256}"
    )


def test_reads_the_file_gzipped_zipped_and_from_a_folder_alike(small, tmp_path):
    content = small.path.read_bytes()
    packed = tmp_path / "packed"
    packed.mkdir()
    (packed / "renamed.gz").write_bytes(gzip.compress(content))
    with zipfile.ZipFile(packed / "download.zip", "w") as archive:
        archive.writestr("Train_Test_datasets/train_test_network.csv", content)
        archive.writestr("__MACOSX/Train_Test_datasets/._train_test_network.csv", b"\0")
    deep = tmp_path / "folder" / "Network"
    deep.mkdir(parents=True)
    (deep / "train_test_network.csv").write_bytes(content)

    tables = []
    for path in [small.path, *sorted(packed.iterdir()), tmp_path / "folder"]:
        small.import_(path)
        tables.append(small.prepare())
    for table in tables[1:]:
        np.testing.assert_array_equal(table.codes, tables[0].codes)
        assert table.content == tables[0].content


def test_copies_of_one_file_are_not_read_twice(small, tmp_path):
    for name in ("one", "two"):
        (tmp_path / "copies" / name).mkdir(parents=True)
        (tmp_path / "copies" / name / small.path.name).write_bytes(small.path.read_bytes())
    said = refusal(small, tmp_path / "copies")
    assert "are both train_test_network.csv, and its rows would count twice" in said
    assert said.endswith("; name the one to import")


def test_of_several_versions_in_a_folder_the_cards_first_is_taken(small, tmp_path):
    both = tmp_path / "both"
    both.mkdir()
    (both / small.path.name).write_bytes(small.path.read_bytes())
    longer = small.path.read_bytes().replace(b"\xef\xbb\xbfsrc_ip", b"\xef\xbb\xbfts,src_ip")
    longer = longer.replace(b"http_version", b"http_referrer,http_version")
    (both / "Network_dataset_1.csv").write_bytes(longer)
    assert "left alone, as other versions: Network_dataset_1.csv" in small.import_(both)
    assert small.prepare().content == small.card.files[0].sha256


def test_a_byte_order_mark_is_no_part_of_the_first_column(small):
    assert small.path.read_bytes().startswith(b"\xef\xbb\xbfsrc_ip,")
    small.import_()
    assert small.prepare(features="all").category_names[0] == "src_ip"


def test_a_dash_is_a_missing_category(small):
    small.import_()
    table = small.prepare()
    service = table.category_names.index("service")
    lines = small.path.read_text("utf-8-sig").splitlines()[1:]
    was_dash = np.array([line.split(",")[5] == "-" for line in lines])
    assert was_dash.any()
    np.testing.assert_array_equal(table.codes[:, service] == -1, was_dash)
    assert table.categories[service] == ("10", "B", "a-b", "b")


def test_a_dash_is_no_transaction_in_http_trans_depth(small):
    small.import_()
    table = small.prepare()
    depth = table.numbers[:, table.number_names.index("http_trans_depth")]
    lines = small.path.read_text("utf-8-sig").splitlines()[1:]
    expected = [float(line.split(",")[29].replace("-", "0")) for line in lines]
    np.testing.assert_array_equal(depth, expected)
    assert {0.0, 1.0} <= set(depth)


def test_padding_around_cells_and_names_says_nothing(small):
    small.import_()
    before = small.prepare()
    padded = small.path.with_name("padded.csv")
    padded.write_bytes(small.path.read_bytes().replace(b",", b" , "))
    small.import_(padded, allow_unknown=True)
    after = small.prepare()
    np.testing.assert_array_equal(after.codes, before.codes)
    np.testing.assert_array_equal(after.numbers, before.numbers)


@pytest.mark.parametrize("spelt", [b"inf", b"-Infinity", b"1e999"])
def test_infinite_values_are_missing_and_counted(small, spelt):
    path = with_cell(small.path, 3, 6, spelt)
    assert "1 infinite values are now missing" in small.import_(path, allow_unknown=True)
    table = small.prepare()
    duration = table.numbers[:, table.number_names.index("duration")]
    assert np.flatnonzero(np.isnan(duration)).tolist() == [1]


def test_blank_lines_are_removed_and_counted(small):
    content = small.path.read_bytes()
    path = small.path.with_name("blank.csv")
    path.write_bytes(content + b"," * 43 + b"\r\n\r\n" + b"," * 43 + b"\r\n")
    assert "2 rows removed: blank lines" in small.import_(path, allow_unknown=True)
    assert len(small.prepare()) == 120
    assert small.prepare().removed == {"blank lines": 2}


def test_refuses_another_spelling_of_a_column(small):
    said = refusal(small, edited(small.path, b"dns_AA", b"dns_aa", 1))
    assert "missing: dns_AA (spelt dns_aa?); unexpected: dns_aa" in said


def test_refuses_a_file_that_has_nothing_of_it(small, tmp_path):
    path = tmp_path / "train_test_network.csv"
    path.write_text("a,b\n1,2\n")
    said = refusal(small, path)
    assert "does not have the 44 columns of train_test_network.csv but 2" in said
    assert "missing: src_ip, src_port, dst_ip, dst_port, proto, service and 38 more" in said


def test_refuses_columns_in_another_order(small):
    said = refusal(small, edited(small.path, b"label,type", b"type,label", 1))
    assert "the right names in another order" in said


def test_refuses_other_rows_under_the_right_header_and_counts_them(small):
    sample = small.path.with_name("sample.csv")
    lines = small.path.read_bytes().splitlines(keepends=True)
    sample.write_bytes(b"".join(lines[:1] + lines[6:]))
    said = refusal(small, sample)
    assert "is not the official train_test_network.csv, though it has its columns" in said
    assert "it holds 115 rows where 120 are expected: backdoor 7 (expected 12)." in said
    assert "--allow-unknown" in said
    assert small.card.files[0].sha256 in said
    taken = small.import_(sample, allow_unknown=True)
    assert "sample.csv is not the official file" in taken
    assert len(small.prepare()) == 115


def test_refuses_labels_that_the_card_does_not_know_whatever_is_allowed(small):
    said = refusal(small, edited(small.path, b",mitm\r", b",MITM\r"), allow_unknown=True)
    assert "type is MITM (spelt mitm?), which ton_iot_network does not know" in said


def test_refuses_the_right_rows_saved_again(small):
    said = refusal(small, edited(small.path, b"\r\n", b"\n"))
    assert "its rows per class are right, so it was probably saved again" in said


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        (7, b"12kB", "line 4: src_bytes is '12kB', which is no whole number"),
        (7, b"1.5", "line 4: src_bytes is '1.5', which is no whole number"),
        (6, b"soon", "line 4: duration is 'soon', which is no number"),
        (43, b"-", "line 4: no type"),
    ],
)
def test_refuses_a_cell_that_its_column_cannot_hold(small, column, cell, message):
    assert message in refusal(small, with_cell(small.path, 4, column, cell), allow_unknown=True)


def test_refuses_a_torn_file_with_the_line(small):
    torn = small.path.with_name("torn.csv")
    torn.write_bytes(small.path.read_bytes()[:-60])
    said = refusal(small, torn, allow_unknown=True)
    assert "cannot be read as CSV" in said
    assert "Expected 44 columns" in said


def test_refuses_what_is_no_text(small):
    said = refusal(small, edited(small.path, b"a-b", b"a\x96b"), allow_unknown=True)
    assert "invalid UTF8" in said


def test_a_header_alone_is_no_dataset(small):
    path = small.path.with_name("header.csv")
    path.write_bytes(small.path.read_bytes().split(b"\r\n")[0] + b"\r\n")
    assert refusal(small, path).endswith("holds no rows")


def test_one_class_imports_and_is_refused_by_a_sweep(small):
    lines = small.path.read_bytes().splitlines(keepends=True)
    path = small.path.with_name("one.csv")
    path.write_bytes(b"".join(lines[:13]))
    small.import_(path, allow_unknown=True)
    with pytest.raises(DatasetError, match="all rows are of one class, backdoor; there is nothing"):
        small.prepare()
    with pytest.raises(DatasetError, match="no class 'normal', so there is no task normal"):
        small.prepare(task="binary")


def test_a_refused_file_leaves_the_cache_as_it_was(small, cache_folder):
    small.import_()
    before = small.prepare()
    refusal(small, edited(small.path, b"\r\n", b"\n"))
    np.testing.assert_array_equal(small.prepare().codes, before.codes)
    files = [path.name for path in cache_folder.rglob("*") if path.is_file()]
    assert sorted(files) == ["current", "table.parquet", "table.sha256"]


def test_a_file_without_a_known_checksum_is_taken_and_said_to_be_so(small):
    version = small.card.versions[0]
    unknown = replace(version, files=(replace(version.files[0], sha256=None),))
    dataset = imported_dataset(Official(replace(small.card, versions=(unknown,))))
    assert "no checksum is known of this version" in dataset.import_file(small.path)
