"""CIC-IDS2017: eight files in two layouts, with all that is odd about them; and a sample of it."""

import numpy as np
import pytest

from datasets import cic_ids2017_sample
from datasets.cic_ids2017 import CARD, DATASET, clean
from datasets.errors import DatasetError
from datasets.official import Official
from tests.datasets.made_cic_ids2017 import DAYS, cic_ids2017, header
from tests.datasets.unpinned import imported, unpinned

LEARNING, LABELLED = CARD.versions
COUNTS = dict.fromkeys(CARD.classes, 12) | {"BENIGN": 12 * 8}
OFFICIAL = unpinned(Official(CARD, clean=clean), **{CARD.files[0].name: COUNTS})
WEB = "Thursday-WorkingHours-Morning-WebAttacks.pcap_ISCX.csv"
BOTH = pytest.mark.parametrize(
    "version", [pytest.param(LEARNING, id="79"), pytest.param(LABELLED, id="85")]
)
pytestmark = pytest.mark.usefixtures("cache_folder")


def number(table, name):
    return table.numbers[:, table.number_names.index(name)]


@BOTH
def test_eight_files_are_one_table(tmp_path, version):
    cic_ids2017(tmp_path, version)
    found, table = imported(OFFICIAL, tmp_path)
    assert found.parts[0].version.name == version.name
    assert [part.source.name for part in found.parts] == [f.name for f in version.files]
    assert found.classes == COUNTS
    assert table.classes == tuple(sorted(CARD.classes))
    assert len(found.notes) == 1  # of checksums


@BOTH
def test_lines_of_commas_are_dropped_and_counted(tmp_path, version):
    cic_ids2017(tmp_path, version, n_blank=7)
    found, table = imported(OFFICIAL, tmp_path)
    assert found.counts.removed == {"blank lines": 7}
    assert table.removed == {"blank lines": 7}
    assert len(table) == sum(COUNTS.values())


def test_more_lines_of_commas_than_are_read_at_once(tmp_path):
    cic_ids2017(tmp_path, LABELLED, n_blank=150_000)
    assert (tmp_path / WEB).stat().st_size > 3 * 2**22
    found, table = imported(OFFICIAL, tmp_path)
    assert found.counts.removed == {"blank lines": 150_000}
    assert len(table) == sum(COUNTS.values())


@pytest.mark.parametrize(
    "dash",
    [
        pytest.param(b"\x96", id="cp1252"),
        pytest.param("\u2013".encode(), id="UTF-8"),
        pytest.param("\ufffd".encode(), id="lost"),
        pytest.param("\x96".encode(), id="read as Latin-1"),
        pytest.param("ï¿½".encode(), id="lost, then read as Latin-1"),
        pytest.param(b"-", id="plain"),
    ],
)
@BOTH
def test_a_web_attacks_dash_reads_the_same_in_any_encoding(tmp_path, version, dash):
    cic_ids2017(tmp_path, version, dash=dash)
    assert b"Web Attack " + dash + b" XSS" in (tmp_path / WEB).read_bytes()
    found, _ = imported(OFFICIAL, tmp_path)
    assert found.classes == COUNTS


def test_a_label_that_is_unknown_is_named(tmp_path):
    cic_ids2017(tmp_path, LEARNING)
    path = tmp_path / WEB
    path.write_bytes(path.read_bytes().replace(b"\x96 XSS", b"\x96 CSS"))
    with pytest.raises(DatasetError) as caught:
        OFFICIAL.import_path(tmp_path)
    assert "Label is Web Attack - CSS (spelt Web Attack - XSS?)" in str(caught.value)


def test_a_byte_of_no_encoding_is_named(tmp_path):
    cic_ids2017(tmp_path, LEARNING, dash=b"\x81")
    with pytest.raises(DatasetError, match=f"{WEB} is neither UTF-8 nor cp1252: byte 0x81 stands"):
        OFFICIAL.import_path(tmp_path)


def test_names_begin_with_spaces_and_one_stands_twice(tmp_path):
    cic_ids2017(tmp_path, LEARNING)
    first = (tmp_path / WEB).read_bytes().splitlines()[0]
    assert first.startswith(b" Destination Port, Flow Duration,")
    assert first.count(b", Fwd Header Length,") == 2
    _, table = imported(OFFICIAL, tmp_path)
    once, again = number(table, "Fwd Header Length"), number(table, "Fwd Header Length.1")
    np.testing.assert_array_equal(once, again)


def test_infinity_and_nan_are_missing_and_only_infinity_is_counted(tmp_path):
    cic_ids2017(tmp_path, LEARNING)
    found, table = imported(OFFICIAL, tmp_path)
    n_classes = sum(map(len, DAYS.values()))  # over all days
    assert np.isnan(number(table, "Flow Bytes/s")).sum() == 2 * n_classes
    assert np.isnan(number(table, "Flow Packets/s")).sum() == 2 * n_classes
    assert found.counts.n_infinite == 3 * n_classes
    assert np.isnan(table.numbers).sum() == 4 * n_classes


def test_negative_sentinels_are_kept(tmp_path):
    cic_ids2017(tmp_path, LEARNING)
    _, table = imported(OFFICIAL, tmp_path)
    for name in ("Init_Win_bytes_forward", "Init_Win_bytes_backward", "Flow IAT Min"):
        assert (number(table, name) == -1).sum() == sum(map(len, DAYS.values()))


def test_addresses_ports_and_times_are_left_out_unless_asked_for(tmp_path):
    cic_ids2017(tmp_path, LABELLED)
    _, table = imported(OFFICIAL, tmp_path)
    _, everything = imported(OFFICIAL, tmp_path, features="all")
    names, every = ({*t.number_names, *t.category_names} for t in (table, everything))
    assert every - names == set(CARD.identifiers)
    assert len(every) == 84
    assert "Protocol" in table.category_names


def test_of_both_layouts_side_by_side_one_is_taken(tmp_path):
    cic_ids2017(tmp_path / "TrafficLabelling", LABELLED)
    cic_ids2017(tmp_path / "MachineLearningCVE", LEARNING)
    found, table = imported(OFFICIAL, tmp_path)
    assert {part.version.name for part in found.parts} == {"MachineLearningCSV"}
    assert len(table) == sum(COUNTS.values())
    assert found.notes[0].startswith("left alone, as other versions: Friday-WorkingHours-")


def test_some_days_alone_say_which_are_not_there(tmp_path):
    cic_ids2017(tmp_path, LEARNING)
    (tmp_path / WEB).unlink()
    found, table = imported(OFFICIAL, tmp_path)
    assert found.notes[-1] == f"not there by name, but part of the whole: {WEB}"
    assert len(table.classes) == 12


def test_a_column_too_few_is_named(tmp_path):
    cic_ids2017(tmp_path, LEARNING)
    path = tmp_path / WEB
    path.write_bytes(path.read_bytes().replace(b" Idle Min, Label", b" Label", 1))
    with pytest.raises(DatasetError, match=r"79 columns of .* but 78; missing: Idle Min$"):
        OFFICIAL.import_path(path)


def test_counts_of_the_whole_are_others():
    for version in CARD.versions:
        assert not version.is_certain
        assert sum(version.classes.values()) == 2_830_743
    assert [len(CARD.columns_of(v)) for v in CARD.versions] == [79, 85]


def test_made_up_files_have_the_real_header(real_data):
    path = real_data / "cicids2017" / "Friday-WorkingHours-Afternoon-DDos.pcap_ISCX.first300.csv"
    assert path.read_text().splitlines()[0] == header(LABELLED)


def test_the_head_of_a_real_file_imports(real_data):
    path = real_data / "cicids2017" / "Friday-WorkingHours-Afternoon-DDos.pcap_ISCX.first300.csv"
    found = Official(CARD, clean=clean).import_path(path)
    assert found.classes == {"BENIGN": 299}
    assert found.parts[0].version.name == "GeneratedLabelledFlows"
    assert found.counts.n_infinite == 2
    with pytest.raises(DatasetError, match="all rows are of one class, BENIGN"):
        DATASET.prepare()


def test_the_real_sample_is_the_known_one(real_data):
    said = cic_ids2017_sample.DATASET.import_file(real_data / "cicids2017")
    assert said.splitlines() == [
        "cic_ids2017_sample: 6,311 rows, 7 classes; 1 file, sha256 6c6c39b5",
        "  20 infinite values are now missing",
    ]
    table = cic_ids2017_sample.DATASET.prepare()
    counts = dict(zip(table.classes, np.bincount(table.y).tolist(), strict=True))
    assert counts == cic_ids2017_sample.CARD.classes
    assert counts["WebAttack"] == 2_180
    assert counts["Infiltration"] == 36
    assert len(table.number_names) == 77
    assert table.category_names == ()
    gaps = np.isnan(table.numbers).sum(axis=0)
    names = dict(zip(table.number_names, gaps.tolist(), strict=True))
    assert {name: n for name, n in names.items() if n} == {
        "Flow Bytes/s": 10,
        "Flow Packets/s": 10,
    }
    assert (number(table, "Init_Win_bytes_forward") == -1).any()
    dropped = cic_ids2017_sample.DATASET.prepare(duplicates="drop")
    assert dropped.removed == {"duplicates": 1_015}
