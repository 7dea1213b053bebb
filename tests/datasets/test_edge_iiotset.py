"""Claims about Edge-IIoTset: on the two official raw captures, and on made-up files."""

from collections import Counter

import numpy as np
import pytest

from datasets import edge_iiotset
from datasets.errors import DatasetError
from tests.datasets import made_edge_iiotset as made

DATASET, CARD = edge_iiotset.DATASET, edge_iiotset.CARD


@pytest.fixture
def folder(tmp_path, cache_folder):  # noqa: ARG001 - imports go there
    path = tmp_path / "download"
    path.mkdir()
    return path


@pytest.fixture
def official(real_data, cache_folder):  # noqa: ARG001
    """What the import of the two official raw captures says."""
    return DATASET.import_file(real_data / "edge_iiotset")


def per_class(table):
    return dict(zip(table.classes, np.bincount(table.y).tolist(), strict=True))


def column(table, name):
    """A column as it is spelt (category), or its numbers."""
    if name in table.number_names:
        return table.numbers[:, table.number_names.index(name)]
    j = table.category_names.index(name)
    return np.array([*table.categories[j], None], dtype=object)[table.codes[:, j]]


def is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_the_official_captures_have_their_rows_and_classes(official):
    assert official.startswith(
        "edge_iiotset: 2,230 rows, 2 classes; version raw captures; 2 files, sha256"
    )
    assert per_class(DATASET.prepare()) == {"Fingerprinting": 1_001, "MITM": 1_229}


def test_819_of_the_official_rows_repeat_an_earlier_one(official):  # noqa: ARG001
    table = DATASET.prepare(features="all", duplicates="drop")
    assert table.removed == {"duplicates": 819}
    assert per_class(table) == {"Fingerprinting": 1_001, "MITM": 410}


def test_names_and_payload_in_columns_of_numbers_are_missing_and_counted(official):
    assert (
        "391 cells that are no numbers are now missing, a known fault of these files: "
        "tcp.dstport 6, tcp.srcport 376, udp.port 9" in official
    )
    table = DATASET.prepare(features="all")
    missing = dict(zip(table.number_names, np.isnan(table.numbers).sum(axis=0), strict=True))
    assert {name: n for name, n in missing.items() if n} == {
        "tcp.dstport": 6,
        "tcp.srcport": 376,
        "udp.port": 9,
    }


def test_the_official_hexadecimal_numbers_are_read(official):  # noqa: ARG001
    table = DATASET.prepare()
    is_fingerprinting = table.y == table.classes.index("Fingerprinting")
    assert column(table, "icmp.checksum")[is_fingerprinting][0] == 0x2EA2
    flags = Counter(column(table, "tcp.flags")[is_fingerprinting].tolist())
    assert flags == {0: 731, 0x02: 135, 0x14: 135}


def test_the_official_spelling_of_zero_does_not_tell_the_captures_apart(official):  # noqa: ARG001
    table = DATASET.prepare()
    spelt = Counter(zip(column(table, "http.request.version"), table.y.tolist(), strict=True))
    assert spelt == {("0", 0): 1_001, ("0", 1): 1_223, ("0x0000511a", 1): 6}
    assert not any("0.0" in words for words in table.categories)


def test_the_official_time_is_trimmed(official):  # noqa: ARG001
    times = column(DATASET.prepare(features="all"), "frame.time")
    assert "2021 22:14:30.939803000" in times


def test_one_capture_imports_but_there_is_nothing_to_tell_apart(real_data, cache_folder):  # noqa: ARG001
    said = DATASET.import_file(real_data / "edge_iiotset" / "MITM_attack.csv")
    assert said.startswith("edge_iiotset: 1,229 rows, 1 classes; version raw captures; 1 file")
    with pytest.raises(DatasetError, match="all rows are of one class, MITM"):
        DATASET.prepare()
    with pytest.raises(DatasetError, match="no class 'Normal'"):
        DATASET.prepare(task="binary")


def test_a_merged_file_has_all_classes(folder):
    made.edge_iiotset(folder)
    said = DATASET.import_file(folder)
    assert said.startswith("edge_iiotset: 180 rows, 15 classes; version 157,800 rows (ML); 1 file")
    assert per_class(DATASET.prepare()) == dict.fromkeys(sorted(CARD.classes), 12)
    binary = DATASET.prepare(task="binary")
    assert per_class(binary) == {"Normal": 12, "attack": 168}


def test_the_expected_rows_of_the_merged_file_are_157800_and_not_certain():
    assert sum(CARD.classes.values()) == 157_800
    assert not any(version.is_certain for version in CARD.versions)


def test_raw_and_merged_rows_of_the_same_packets_are_the_same(folder):
    for is_raw in (True, False):
        name = made.RAW["Fingerprinting"] if is_raw else made.MERGED
        made.write(folder / name, {"Fingerprinting": 40, "DDoS_UDP": 40}, is_raw=is_raw)
    tables = []
    for name in (made.RAW["Fingerprinting"], made.MERGED):
        DATASET.import_file(folder / name, allow_unknown=True)
        tables.append(DATASET.prepare(features="all"))
    np.testing.assert_array_equal(tables[0].numbers, tables[1].numbers)
    assert tables[0].categories == tables[1].categories
    assert tables[0].classes == tables[1].classes == ("DDoS_UDP", "Fingerprinting")


def test_how_zero_is_spelt_makes_no_difference(folder):
    lines = list(made.lines("Normal", 20, made.random.Random(0)))
    lines += made.lines("XSS", 20, made.random.Random(0))
    tables = []
    for i, zero in enumerate(("0", "0.0")):
        text = "".join([",".join(made.NAMES) + "\r\n", *lines]).replace(",0.0", f",{zero}")
        (folder / f"{i}.csv").write_bytes(text.encode())
        DATASET.import_file(folder / f"{i}.csv")
        tables.append(DATASET.prepare(features="all"))
    np.testing.assert_array_equal(tables[0].numbers, tables[1].numbers)
    np.testing.assert_array_equal(tables[0].codes, tables[1].codes)
    assert tables[0].categories == tables[1].categories


def test_a_shifted_rows_text_among_numbers_is_counted_cell_by_cell(folder):
    made.raw(folder, rows_per_class=60)
    rows = [line.split(",") for line in (folder / made.RAW["MITM"]).read_text().splitlines()[1:]]
    expected = {
        name: sum(not is_number(row[made.PLACE[name]]) for row in rows)
        for name in ("tcp.dstport", "tcp.srcport")
    }
    assert all(expected.values())
    said = DATASET.import_file(folder, allow_unknown=True)
    shown = ", ".join(f"{name} {n}" for name, n in expected.items())
    assert f"{sum(expected.values())} cells that are no numbers are now missing" in said
    assert said.splitlines()[1].endswith(shown)


def test_text_among_the_numbers_of_a_row_that_is_not_shifted_is_refused(folder):
    made.edge_iiotset(folder)
    path = folder / made.MERGED
    lines = path.read_text(encoding="utf-8").splitlines()
    i = next(i for i, line in enumerate(lines) if ",Normal" in line)
    cells = lines[i].split(",")
    cells[made.PLACE["tcp.len"]] = "forty"
    path.write_text("\r\n".join([*lines[:i], ",".join(cells), *lines[i + 1 :]]) + "\r\n")
    with pytest.raises(
        DatasetError, match=rf"line {i + 1:,}: tcp.len is 'forty', which is no numb"
    ):
        DATASET.import_file(folder)


def test_free_text_is_no_feature_unless_asked_for(folder):
    made.edge_iiotset(folder, rows_per_class=40)
    DATASET.import_file(folder)
    widths = {len(words) for words in DATASET.prepare().categories}
    assert max(widths) <= 4
    asked = DATASET.prepare(features="all")
    widest = dict(zip(asked.category_names, map(len, asked.categories), strict=True))
    assert widest["tcp.payload"] > 250
    assert {name for name in widest if widest[name] > 100} <= set(CARD.identifiers)


def test_the_usual_drop_list_are_the_identifiers_each_with_a_reason():
    usual = """frame.time ip.src_host ip.dst_host arp.src.proto_ipv4 arp.dst.proto_ipv4
        http.file_data http.request.full_uri icmp.transmit_timestamp http.request.uri.query
        tcp.options tcp.payload tcp.srcport tcp.dstport udp.port mqtt.msg"""
    assert set(CARD.identifiers) == set(usual.split())
    assert all(CARD.identifiers.values())


def test_merged_and_raw_files_side_by_side_are_not_counted_twice(folder):
    made.edge_iiotset(folder)
    made.raw(folder)
    said = DATASET.import_file(folder)
    assert said.startswith("edge_iiotset: 180 rows")
    assert "left alone, as other versions: MITM_attack.csv, OS_Fingerprinting_attack.csv" in said


def test_an_altered_raw_capture_is_refused_by_its_checksum(folder):
    made.raw(folder)
    with pytest.raises(DatasetError, match=r"not the official MITM_attack.csv"):
        DATASET.import_file(folder / "MITM_attack.csv")


SMALL = {
    "repeats": 1,
    "classifiers": ["decision_tree"],
    "strategies": ["margin"],
    "labelling": {"initial": 30, "batch": 15},
}


def done(folder):
    trials = folder.frame("trials")
    return len(trials) and set(trials["status"]) == {"done"}


def test_a_sweep_over_the_two_official_captures_runs(official, sweeps, tmp_path):  # noqa: ARG001
    datasets = [{"name": "edge_iiotset", "duplicates": "drop"}]
    folder = sweeps.run(tmp_path / "run", datasets=datasets, **SMALL)
    assert done(folder)
    assert folder.frame("trials")["test_accuracy"].min() > 0.9  # the shift gives MITM away


def test_a_sweep_over_a_merged_file_runs(folder, sweeps, tmp_path):
    made.edge_iiotset(folder, rows_per_class=40)
    DATASET.import_file(folder)
    datasets = ["edge_iiotset", {"name": "edge_iiotset", "as": "binary", "task": "binary"}]
    run = sweeps.run(tmp_path / "run", datasets=datasets, **SMALL)
    assert done(run)
    assert set(run.frame("trials")["dataset"]) == {"edge_iiotset", "binary"}
