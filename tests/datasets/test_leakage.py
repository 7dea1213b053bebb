"""The leakage audit finds what was planted, and nothing in shuffled classes."""

import numpy as np
import pytest
from typer.testing import CliRunner

from datasets import DATASETS, cache
from datasets.card import File, Version
from datasets.commands import app
from datasets.errors import DatasetError
from datasets.leakage import ROW_NUMBER, audit, role
from datasets.raw import audit_raw
from tests.datasets.imported_rows import card, rows

COLUMNS = {
    "ip": "category",
    "port": "int64",
    "ts": "float64",
    "noise": "float64",
    "free_text": "category",
    "flat": "int64",
}
IDENTIFIERS = dict.fromkeys(["ip", "port", "ts"], "tells these very records apart")


def planted(seed=0, n=4_000):
    """Attacks come from two addresses, in the second half of the time."""
    rng = np.random.default_rng(seed)
    types = rng.choice(["normal", "dos", "scan", "xss"], size=n, p=[0.55, 0.2, 0.2, 0.05])
    is_attack = types != "normal"
    parity = rng.integers(2, size=n)
    return {
        "ip": np.where(is_attack, parity, 2 + rng.integers(40, size=n)).astype(str).tolist(),
        "port": np.where(types == "scan", 1 - parity, parity).tolist(),
        "ts": np.where(is_attack, 1, 0) + rng.random(n),
        "noise": rng.normal(size=n),
        "free_text": [f"word {i}" for i in rng.integers(n, size=n)],
        "flat": [7] * n,
        "type": types.tolist(),
    }


def flagged(tells, task, grade="gives it away"):
    return {tell.name for tell in tells if tell.task == task and tell.grade == grade}


def any_flagged(tells):
    return [(tell.task, tell.name) for tell in tells if tell.grade]


def test_planted_leaks_are_found_and_nothing_else():
    tells = audit(rows(planted()), card(COLUMNS, identifiers=IDENTIFIERS))
    single = {name for name in flagged(tells, "binary") if "+" not in name}
    assert single == {"ip", "ts"}
    assert {"ip + ts"} <= flagged(tells, "binary")


def test_times_leak_as_ranges_and_addresses_as_values():
    tells = audit(rows(planted()), card(COLUMNS, identifiers=IDENTIFIERS))
    by = {tell.name: tell.by for tell in tells if tell.task == "binary"}
    assert by["ts"] == "ranges"
    assert by["ip"] == "values"


def test_a_pair_tells_what_neither_column_does():
    rng = np.random.default_rng(1)
    one, other = rng.integers(2, size=(2, 2_000))
    types = np.where(one ^ other, "dos", "normal")
    table = rows({"one": one, "other": other, "type": types.tolist()})
    identifiers = {"one": ".", "other": "."}
    tells = audit(table, card({"one": "int64", "other": "int64"}, identifiers=identifiers))
    assert flagged(tells, "multiclass") == {"one + other"}
    assert all(tell.name == "one + other" for tell in tells if tell.grade)


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_flagged_once_the_classes_are_shuffled(seed):
    made = planted(seed)
    made["type"] = np.random.default_rng(100 + seed).permutation(made["type"]).tolist()
    tells = audit(rows(made), card(COLUMNS, identifiers=IDENTIFIERS))
    assert any_flagged(tells) == []
    assert max(tell.removed for tell in tells) < 0.1


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("share", [0.5, 0.97])
def test_many_columns_of_few_rows_are_not_flagged_by_chance(seed, share):
    rng = np.random.default_rng(seed)
    made = {f"c{i}": rng.integers(2 + i, size=120) for i in range(40)}
    made["type"] = np.where(rng.random(120) < share, "normal", "dos").tolist()
    tells = audit(rows(made), card(dict.fromkeys(list(made)[:-1], "int64")))
    assert any_flagged(tells) == []


def test_a_column_of_as_many_values_as_rows_is_not_flagged():
    rng = np.random.default_rng(3)
    made = {"text": [f"row {i}" for i in range(3_000)], "number": rng.random(3_000)}
    made["type"] = rng.choice(["normal", "dos"], size=3_000).tolist()
    assert any_flagged(audit(rows(made), card({"text": "category", "number": "float64"}))) == []


def test_a_rare_class_does_not_flatter():
    rng = np.random.default_rng(4)
    types = np.where(rng.random(20_000) < 0.01, "dos", "normal")
    made = {"noise": rng.integers(5, size=20_000), "leak": np.where(types == "dos", 1, 0)}
    tells = audit(rows({**made, "type": types.tolist()}), card(dict.fromkeys(made, "int64")))
    found = {tell.name: tell for tell in tells}
    assert found["noise"].accuracy > 0.98
    assert found["noise"].removed <= 0.01
    assert found["leak"].removed == 1
    assert flagged(tells, "multiclass") == {"leak"}


def test_a_gap_is_a_value():
    types = ["normal", "dos"] * 500
    table = rows({"n": [None if t == "dos" else 1.5 for t in types], "type": types})
    assert flagged(audit(table, card({"n": "float64"})), "multiclass") == {"n"}


def test_a_sorted_file_is_noticed():
    types = ["dos"] * 1_000 + ["normal"] * 1_000
    table = rows({"flat": [0] * 2_000, "type": types})
    tells = audit(table, card({"flat": "int64"}))
    assert flagged(tells, "multiclass") == {ROW_NUMBER}
    assert role(card({}), tells[0]) == "order of the file"


def test_one_class_gives_nothing_away():
    assert audit(rows({"n": [1, 2], "type": ["dos", "dos"]}), card({"n": "int64"})) == []


def test_the_audit_is_the_same_every_time():
    of_it = card(COLUMNS, identifiers=IDENTIFIERS)
    assert audit(rows(planted()), of_it) == audit(rows(planted()), of_it)


def padded_csv(folder, newline="\r\n"):
    """As telemetry of ToN-IoT: blanks only after the words of normal rows, dates of their own."""
    rng = np.random.default_rng(5)
    lines = ["date,temp_condition,level,type"]
    for name in rng.choice(["normal", "dos"], size=2_000):
        word = rng.choice(["high", "low"])
        pad = "  "[: rng.integers(1, 3)] if name == "normal" else ""
        day = rng.integers(1, 4) + (20 if name == "dos" else 0)
        lines.append(f" {day}-Apr-19,{word}{pad},{rng.random():.3f},{name}")
    path = folder / "made.csv"
    path.write_bytes(("\ufeff" + newline.join(lines) + newline).encode())
    return path


def test_spaces_and_dates_are_found_in_raw_cells(tmp_path):
    tells = audit_raw(card({"temp_condition": "category"}), padded_csv(tmp_path))
    assert flagged(tells, "multiclass") == {"date", "date, trimmed", "temp_condition"}
    trimmed = next(tell for tell in tells if tell.name == "temp_condition, trimmed")
    assert trimmed.grade == ""


def test_raw_cells_without_the_label_column_are_refused(tmp_path):
    with pytest.raises(DatasetError, match=r"made\.csv has no column kind, which names the class"):
        audit_raw(card({}, labels=("kind",)), padded_csv(tmp_path))


def test_describe_looks_at_raw_cells(real_data):
    said = CliRunner().invoke(
        app,
        ["describe", "unsw_nb15", "--raw", str(real_data / "unsw_nb15")],
        catch_exceptions=False,
    )
    assert "every cell as it is" in said.output
    assert any(line.split()[0] == "id" for line in said.output.splitlines() if "gives it" in line)


# On the official files.


@pytest.fixture(scope="module")
def tells_of(real_data, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEWLABELS_CACHE", str(tmp_path_factory.mktemp("cache")))

        def audited(name):
            DATASETS[name].import_file(real_data / name)
            table = cache.StoredColumns.of(name, cache.current(name))
            tells = audit(table, DATASETS[name].card)
            return tells, {(tell.task, tell.name): tell for tell in tells}

        yield audited


def test_ton_iots_addresses_give_attacks_away(tells_of):
    tells, found = tells_of("ton_iot_network")
    src_ip = found["binary", "src_ip"]
    assert src_ip.accuracy == pytest.approx(0.99, abs=0.002)
    assert src_ip.baseline == pytest.approx(0.763, abs=0.002)
    assert src_ip.grade == "gives it away"
    assert found["multiclass", "src_ip"].accuracy == pytest.approx(0.648, abs=0.005)
    assert found["binary", "src_ip + dst_ip"].accuracy == pytest.approx(0.998, abs=0.002)
    single = {name for name in flagged(tells, "binary") if "+" not in name}
    assert single == {ROW_NUMBER, "src_ip"}


def test_nsl_kdds_difficulty_tells_much_and_no_more(tells_of):
    """It halves the mistakes, which 15 measured columns do as well: the card has to name it."""
    tells, found = tells_of("nsl_kdd")
    difficulty = found["binary", "difficulty"]
    assert difficulty.accuracy == pytest.approx(0.753, abs=0.005)
    assert difficulty.baseline == pytest.approx(0.515, abs=0.005)
    assert difficulty.grade == "tells much"
    assert found["multiclass", "difficulty"].grade == ""
    assert flagged(tells, "binary") == {"src_bytes", "dst_bytes"}


def test_unsws_row_number_gives_attacks_away(tells_of):
    tells, _ = tells_of("unsw_nb15")
    assert flagged(tells, "binary") == {ROW_NUMBER, "id"}


DEVICES = {
    "Fridge": {"date", "temp_condition", "time", "time, trimmed"},
    "Garage_Door": {"date", "sphone_signal", "sphone_signal, trimmed", "time", "time, trimmed"},
    "GPS_Tracker": {"date"},
    "Motion_Light": {"date", "time", "time, trimmed"},
    "Thermostat": {"date"},
}


@pytest.mark.parametrize("device", DEVICES)
def test_telemetrys_raw_dates_and_spaces_give_attacks_away(real_data, device):
    name = f"Train_Test_IoT_{device}.csv"
    of_it = card({}, versions=(Version("", (File(name),)),), labels=("type", "label"))
    tells = audit_raw(of_it, real_data / "ton_iot_telemetry" / name)
    assert flagged(tells, "binary") - {ROW_NUMBER} == DEVICES[device]
    by_date = next(tell for tell in tells if tell.name == "date" and tell.task == "binary")
    assert by_date.accuracy == 1


def test_fridges_words_tell_nothing_once_they_are_trimmed(real_data):
    name = "Train_Test_IoT_Fridge.csv"
    of_it = card({}, versions=(Version("", (File(name),)),), labels=("type", "label"))
    tells = audit_raw(of_it, real_data / "ton_iot_telemetry" / name)
    found = {tell.name: tell for tell in tells if tell.task == "binary"}
    assert found["temp_condition"].accuracy == 1
    assert found["temp_condition, trimmed"].removed == pytest.approx(0, abs=0.01)
