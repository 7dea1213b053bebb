"""ToN-IoT beside the network flows: telemetry, Linux and Windows; and the network's versions."""

from dataclasses import replace

import numpy as np
import pytest

from datasets import DATASETS, cache, ton_iot_network
from datasets.describe import describe
from datasets.duplicates import equal_rows
from datasets.errors import DatasetError
from tests.datasets.made import plain
from tests.datasets.made_ton_iot import DEVICES, LOGS, MADE

NETWORK = DATASETS["ton_iot_network"]
# DATASETS: rows, exact duplicates, distinct sensor vectors and classes of the official files.
COUNTED = {
    "ton_iot_fridge": (39_944, 2_834, 151, {"ransomware": 2_902, "xss": 2_042}),
    "ton_iot_garage_door": (
        39_587,
        20_221,
        2,
        {"ransomware": 2_902, "xss": 1_156, "scanning": 529},
    ),
    "ton_iot_gps_tracker": (38_960, 0, 38_657, {"ransomware": 2_833, "xss": 577, "scanning": 550}),
    "ton_iot_modbus": (31_106, 13_314, 8_865, {"xss": 577, "scanning": 529}),
    "ton_iot_motion_light": (
        39_488,
        13_658,
        2,
        {"ransomware": 2_264, "scanning": 1_775, "xss": 449},
    ),
    "ton_iot_thermostat": (
        32_774,
        424,
        30_963,
        {"ransomware": 2_264, "xss": 449, "scanning": 61},
    ),
    "ton_iot_weather": (39_260, 0, 37_988, {"ransomware": 2_865, "xss": 866, "scanning": 529}),
}
# DATASETS: the accuracy that the sensors allow at most, for type and for label.
CEILINGS = {
    "ton_iot_fridge": (0.376, 0.624),
    "ton_iot_garage_door": (0.379, 0.621),
    "ton_iot_gps_tracker": (1.0, 1.0),
    "ton_iot_modbus": (1.0, 1.0),
    "ton_iot_motion_light": (0.380, 0.620),
    "ton_iot_thermostat": (0.972, 0.973),
    "ton_iot_weather": (1.0, 1.0),
}
WITHOUT_DDOS = ("ton_iot_modbus", "ton_iot_thermostat")
FLAGS = {
    "ton_iot_garage_door": ["sphone_signal"],
    "ton_iot_motion_light": ["motion_status", "light_status"],
    "ton_iot_thermostat": ["thermostat_status"],
}


@pytest.fixture
def folder(cache_folder):
    """Where made-up files lie."""
    folder = cache_folder.with_name("official")
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="module")
def imported(real_data, tmp_path_factory):
    """What is said of the import of each official device file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEWLABELS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield {
            name: DATASETS[name].import_file(real_data / "ton_iot_telemetry") for name in DEVICES
        }


def refusal(dataset, path, **options):
    with pytest.raises(DatasetError) as caught:
        dataset.import_file(path, **options)
    return str(caught.value)


def take(name, folder, **options):
    """Import a made-up file of that dataset; return what was said, and its only file."""
    MADE[name](folder, **options)
    said = DATASETS[name].import_file(folder, allow_unknown=True)
    return said, folder / DATASETS[name].card.files[0].name


def column(table, name):
    if name in table.number_names:
        return table.numbers[:, table.number_names.index(name)]
    j = table.category_names.index(name)
    return np.array([*table.categories[j], None], dtype=object)[table.codes[:, j]]


def edit(path, old, new, count=-1):
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new, count))


def header(path):
    return path.read_text("utf-8-sig").splitlines()[0].split(",")


def distinct(table):
    return len(np.unique(np.column_stack([table.numbers, table.codes]), axis=0))


# Telemetry: the official files.


@pytest.mark.parametrize("name", DEVICES)
def test_the_official_telemetry_has_the_rows_and_classes_of_the_facts(imported, name):
    n_rows, _, _, rarer = COUNTED[name]
    common = ["injection", "backdoor", "password", *(["ddos"] if name not in WITHOUT_DDOS else [])]
    expected = {"normal": 15_000, **dict.fromkeys(common, 5_000), **rarer}
    table = DATASETS[name].prepare()
    assert imported[name].startswith(f"{name}: {n_rows:,} rows, {len(expected)} classes; version")
    assert "15,000 normal rows; 1 file" in imported[name]
    assert "\n" not in imported[name]
    assert len(table) == n_rows
    counted = dict(zip(table.classes, np.bincount(table.y).tolist(), strict=True))
    assert counted == expected == dict(DATASETS[name].card.classes)


@pytest.mark.parametrize("name", DEVICES)
def test_the_official_telemetry_has_the_duplicates_and_sensor_vectors_of_the_facts(imported, name):
    assert name in imported
    _, n_duplicates, n_distinct, _ = COUNTED[name]
    dropped = DATASETS[name].prepare(features="all", duplicates="drop")
    assert dropped.removed == {"duplicates": n_duplicates}
    assert distinct(DATASETS[name].prepare()) == n_distinct


@pytest.mark.parametrize("name", DEVICES)
def test_the_official_sensors_allow_no_more_accuracy_than_the_facts_say(imported, name):
    assert name in imported
    for task, expected in zip(("multiclass", "binary"), CEILINGS[name], strict=True):
        table = DATASETS[name].prepare(task=task)
        groups = equal_rows(table.numbers, table.codes)
        n_of_class = np.zeros((groups.max() + 1, len(table.classes)), dtype=int)
        np.add.at(n_of_class, (groups, table.y), 1)
        assert n_of_class.max(axis=1).sum() / len(table) == pytest.approx(expected, abs=0.0006)


@pytest.mark.parametrize("name", DEVICES)
def test_no_cell_of_the_official_telemetry_keeps_padding_or_is_missing(imported, name):
    assert name in imported
    table = DATASETS[name].prepare(features="all")
    for spellings in table.categories:
        assert [text for text in spellings if text != text.strip()] == []
    assert {len(text) for text in table.categories[table.category_names.index("time")]} == {8}
    assert not np.isnan(table.numbers).any()
    assert table.codes.min() >= 0


@pytest.mark.parametrize("name", FLAGS)
def test_flags_of_the_official_telemetry_are_0_or_1(imported, name):
    assert name in imported
    table = DATASETS[name].prepare()
    for flag in FLAGS[name]:
        assert set(column(table, flag)) == {0.0, 1.0}


def test_what_spelling_told_of_the_official_telemetry_is_gone(imported):
    assert imported
    door = DATASETS["ton_iot_garage_door"].prepare(task="binary")
    assert [(column(door, "sphone_signal") == k).sum() for k in (0, 1)] == [35_575, 4_012]
    fridge = DATASETS["ton_iot_fridge"].prepare(task="binary")
    assert fridge.categories == (("high", "low"),)
    for y in (0, 1):
        assert set(column(fridge, "temp_condition")[fridge.y == y]) == {"high", "low"}
        assert set(column(door, "sphone_signal")[door.y == y]) == {0.0, 1.0}


@pytest.mark.parametrize("name", DEVICES)
def test_the_official_dates_alone_tell_normal_from_attack_and_so_are_identifiers(imported, name):
    assert name in imported
    table = DATASETS[name].prepare(features="all", task="binary")
    dates = column(table, "date")
    assert not set(dates[table.y == 0]) & set(dates[table.y == 1])
    assert set(dates[table.y == 0]) <= {"31-Mar-19", "1-Apr-19", "2-Apr-19"}
    assert set(dates[table.y == 1]) <= {f"{day}-Apr-19" for day in range(23, 30)}
    assert (
        "alone it tells normal from attack in every row" in DATASETS[name].card.identifiers["date"]
    )


# Telemetry: made-up files with the quirks of the real ones.


@pytest.mark.parametrize("name", DEVICES)
def test_identifiers_are_left_out_of_telemetry_unless_asked_for(folder, name):
    take(name, folder)
    table, everything = DATASETS[name].prepare(), DATASETS[name].prepare(features="all")
    known = {c.name for c in DATASETS[name].card.columns}
    assert {*table.number_names, *table.category_names} == (
        known - {"ts", "date", "time", "label", "type"}
    )
    assert {*everything.category_names} - {*table.category_names} == {"date", "time"}


@pytest.mark.parametrize("name", DEVICES)
def test_padding_is_gone_and_times_are_written_alike(folder, name):
    _, path = take(name, folder)
    assert b",9:00:00" in path.read_bytes() or b", 9:00:00" in path.read_bytes()
    assert b"09:00:00   ," in path.read_bytes()
    table = DATASETS[name].prepare(features="all")
    for spellings in table.categories:
        assert [text for text in spellings if text != text.strip()] == []
    times = column(table, "time")
    assert set(times) == {f"09:00:{second:02d}" for second in range(11)}


def test_true_false_0_and_1_are_one_flag(folder):
    _, path = take("ton_iot_garage_door", folder)
    lines = [line.split(",") for line in path.read_text("utf-8-sig").splitlines()]
    spelt = [line[lines[0].index("sphone_signal")] for line in lines[1:]]
    assert set(spelt) == {"true  ", "false  ", "0", "1"}
    table = DATASETS["ton_iot_garage_door"].prepare()
    expected = [float(text.strip() in ("true", "1")) for text in spelt]
    np.testing.assert_array_equal(column(table, "sphone_signal"), expected)


def test_the_light_is_on_or_off_whatever_stands_before_it(folder):
    _, path = take("ton_iot_motion_light", folder)
    assert b", on," in path.read_bytes()
    table = DATASETS["ton_iot_motion_light"].prepare()
    np.testing.assert_array_equal(column(table, "light_status"), column(table, "motion_status"))
    assert set(column(table, "light_status")) == {0.0, 1.0}


def test_a_third_truth_value_is_refused_by_line(folder):
    _, path = take("ton_iot_motion_light", folder)
    edit(path, b", on,", b", dimmed,", 1)
    said = refusal(DATASETS["ton_iot_motion_light"], path, allow_unknown=True)
    assert "line 3: light_status is 'dimmed', which is no truth value" in said


@pytest.mark.parametrize("name", DEVICES)
def test_the_version_with_ts_is_recognised_and_needs_no_leave(folder, name):
    MADE[name](folder, version=1)
    said = DATASETS[name].import_file(folder)
    assert "version 35,000 normal rows" in said
    assert "no checksum is known of this version" in said
    assert "ts" not in DATASETS[name].prepare().number_names
    assert "ts" in DATASETS[name].prepare(features="all").number_names
    version = DATASETS[name].card.versions[1]
    assert not version.is_certain
    assert version.classes == {**DATASETS[name].card.classes, "normal": 35_000}


@pytest.mark.parametrize("name", DEVICES)
def test_the_version_without_ts_must_be_the_official_file(folder, name):
    MADE[name](folder)
    said = refusal(DATASETS[name], folder)
    assert f"is not the official {DATASETS[name].card.files[0].name}" in said
    assert "normal 12 (expected 15,000)" in said
    assert "--allow-unknown" in said
    assert cache.current(name) is None


def test_each_device_takes_its_file_out_of_the_folder_of_all(folder):
    for name in DEVICES:
        MADE[name](folder)
    for name in DEVICES:
        assert "; 1 file," in DATASETS[name].import_file(folder, allow_unknown=True)


def test_the_file_of_another_device_is_refused_by_its_columns(folder):
    _, path = take("ton_iot_fridge", folder)
    said = refusal(DATASETS["ton_iot_weather"], path, allow_unknown=True)
    assert "does not have the 7 columns of Train_Test_IoT_Weather.csv but 6" in said
    assert "missing: temperature, pressure, humidity" in said


# Linux


@pytest.mark.parametrize("name", LOGS)
def test_linux_logs_are_imported_though_nobody_counted_their_rows(folder, name):
    said, _ = take(name, folder)
    assert said.startswith(f"{name}: 120 rows, 10 classes;")
    assert "no checksum is known of this version" in said
    table = DATASETS[name].prepare()
    assert "PID" not in table.number_names
    assert not {"label", "attack", "type"} & {*table.number_names, *table.category_names}
    card = DATASETS[name].card
    assert card.tested_on == "generated files only"
    assert not any(version.is_certain or version.classes for version in card.versions)
    assert "classes (rows unknown): backdoor, ddos, dos, injection" in describe(DATASETS[name])


@pytest.mark.parametrize(("name", "columns"), [("process", 16), ("memory", 12), ("disk", 8)])
def test_linux_files_have_the_columns_of_the_facts(folder, name, columns):
    _, path = take(f"ton_iot_linux_{name}", folder)
    assert len(header(path)) == columns


def test_amounts_are_in_kib_and_shares_in_percent(folder):
    _, path = take("ton_iot_linux_disk", folder)
    assert b",12K," in path.read_bytes()
    assert b",100%," in path.read_bytes()
    table = DATASETS["ton_iot_linux_disk"].prepare()
    assert set(column(table, "RDDSK")) == {0.0, 12.0, 1.5 * 2**10, 2.0 * 2**20}
    assert set(column(table, "DSK")) == {0.0, 5.0, 100.0}


def test_memory_can_shrink(folder):
    take("ton_iot_linux_memory", folder)
    table = DATASETS["ton_iot_linux_memory"].prepare()
    assert set(column(table, "VGROW")) == {0.0, -12.0, 1.5 * 2**10}
    assert set(column(table, "MEM")) == {0.0, 3.0}


def test_an_amount_without_a_unit_is_in_kib(folder):
    _, path = take("ton_iot_linux_disk", folder)
    edit(path, b",12K,", b",12,")
    DATASETS["ton_iot_linux_disk"].import_file(path)
    assert set(column(DATASETS["ton_iot_linux_disk"].prepare(), "RDDSK")) == {
        0.0,
        12.0,
        1.5 * 2**10,
        2.0 * 2**20,
    }


def test_what_a_process_does_not_have_is_missing(folder):
    take("ton_iot_linux_process", folder)
    table = DATASETS["ton_iot_linux_process"].prepare()
    nice = column(table, "NICE")
    assert np.isnan(nice).any()
    assert set(nice[~np.isnan(nice)]) == {0.0}
    assert None in set(column(table, "POLI"))
    assert set(column(table, "Status")) == {"--", "NE"}


@pytest.mark.parametrize(
    ("version", "column_name"), [(0, "attack"), (1, "label")], ids=["attack", "label"]
)
def test_the_disk_log_calls_its_label_attack_or_label(folder, version, column_name):
    said, path = take("ton_iot_linux_disk", folder, version=version)
    assert f"version with a column {column_name}" in said
    assert f",CMD,{column_name},type" in path.read_text("utf-8")
    table = DATASETS["ton_iot_linux_disk"].prepare(features="all")
    assert table.number_names == ("PID", "RDDSK", "WRDSK", "WCANCL", "DSK")
    assert table.category_names == ("CMD",)


def test_an_unknown_unit_is_refused_by_line(folder):
    _, path = take("ton_iot_linux_disk", folder)
    edit(path, b",12K,", b",12Q,", 1)
    said = refusal(DATASETS["ton_iot_linux_disk"], path)
    assert "line 3: RDDSK is '12Q', which is no number" in said


def test_a_type_that_no_part_of_ton_iot_has_is_refused(folder):
    _, path = take("ton_iot_linux_memory", folder)
    edit(path, b",1,mitm", b",1,MITM")
    said = refusal(DATASETS["ton_iot_linux_memory"], path, allow_unknown=True)
    assert "type is MITM (spelt mitm?), which ton_iot_linux_memory does not know" in said


# Windows


def test_windows_10_has_124_counters_and_a_blank_is_missing(folder):
    said, _ = take("ton_iot_windows_10", folder)
    assert said.startswith("ton_iot_windows_10: 96 rows, 8 classes; version 21,104 rows;")
    assert "no checksum is known of this version" in said
    table = DATASETS["ton_iot_windows_10"].prepare(features="all")
    assert table.numbers.shape == (96, 124)
    assert table.category_names == ()
    assert 0.02 < np.isnan(table.numbers).mean() < 0.08
    assert "LogicalDisk(_Total) Avg  Disk sec Transfer" in table.number_names
    card = DATASETS["ton_iot_windows_10"].card
    assert sum(card.classes.values()) == 21_104
    assert not card.versions[0].is_certain
    assert card.tested_on == "generated files only"


def test_windows_7_is_no_dataset_because_its_columns_are_not_known():
    assert not any("windows_7" in name for name in DATASETS)
    assert "Windows 7 has other columns, which are not known here" in (
        DATASETS["ton_iot_windows_10"].card.about
    )


# The network's versions


def network(folder, k):
    """Write a made-up file of the network's version `k`; return where it lies."""
    card = ton_iot_network.CARD
    version = card.versions[k]
    if not version.classes:  # raw captures, of which nobody counted the classes
        version = replace(version, classes=card.classes)
    plain(card, folder, version=version)
    return folder / version.files[0].name.replace("*", "1")


@pytest.mark.parametrize(
    ("k", "n_columns", "version"), [(1, 45, "461,043 rows"), (2, 46, "raw captures")]
)
def test_the_longer_network_files_are_recognised_and_need_no_leave(folder, k, n_columns, version):
    path = network(folder, k)
    assert len(header(path)) == n_columns
    said = NETWORK.import_file(path)
    assert f"version {version}; 1 file" in said
    assert f"{path.name}: no checksum is known of this version" in said
    assert "ts" not in NETWORK.prepare().number_names
    assert "ts" in NETWORK.prepare(features="all").number_names
    assert ("http_referrer" in NETWORK.prepare().category_names) == (n_columns == 46)
    assert NETWORK.import_file(path, allow_unknown=True) == said


def test_a_network_file_is_what_its_columns_say_whatever_it_is_called(folder):
    path = network(folder, 2).rename(folder / "train_test_network.csv")
    assert "version raw captures" in NETWORK.import_file(path)


def test_the_shorter_network_file_needs_leave_unless_it_is_the_official_one(folder):
    path = network(folder, 0)
    assert "is not the official train_test_network.csv" in refusal(NETWORK, path)
    said = NETWORK.import_file(path, allow_unknown=True)
    assert "version 211,043 rows" in said
    assert "train_test_network.csv is not the official file" in said


def test_several_raw_captures_are_one_dataset(folder):
    first = network(folder, 2)
    second = first.with_name("Network_dataset_2.csv")
    lines = first.read_bytes().splitlines(keepends=True)
    second.write_bytes(b"".join(lines[:5]))
    said = NETWORK.import_file(folder)
    assert said.startswith("ton_iot_network: 124 rows, 10 classes; version raw captures; 2 files")


def test_of_a_folder_with_two_versions_the_first_of_the_card_is_taken(folder):
    network(folder, 0)
    network(folder, 2)
    said = NETWORK.import_file(folder, allow_unknown=True)
    assert "version 211,043 rows; 1 file" in said
    assert "left alone, as other versions: Network_dataset_1.csv" in said


@pytest.mark.parametrize(
    ("k", "official", "spelt"),
    [
        *((k, "label", "Label") for k in range(3)),
        *((k, "dns_AA", "dns_aa") for k in range(3)),
        (1, "ts", "Ts"),
        (2, "http_referrer", "HTTP_Referrer"),
    ],
)
def test_another_case_of_a_column_is_refused_with_the_right_spelling(folder, k, official, spelt):
    path = network(folder, k)
    edit(path, official.encode(), spelt.encode(), 1)
    said = refusal(NETWORK, path, allow_unknown=True)
    n_columns = 44 + k
    assert f"does not have the {n_columns} columns of" in said
    assert f"but {n_columns}; missing: {official} (spelt {spelt}?); unexpected: {spelt}" in said
    assert cache.current("ton_iot_network") is None
