"""N-BaIoT: a dataset per device, the class in the names of files and folders."""

import shutil

import numpy as np
import pytest

from datasets import DATASETS
from datasets.errors import DatasetError
from datasets.n_baiot import DEVICES, OFFICIALS, SHARED
from tests.datasets.made_n_baiot import n_baiot
from tests.datasets.unpinned import imported

LAYOUTS = ["UCI's names", "Kaggle's names"]
OFFICIAL = {device.name: official for device, official in zip(DEVICES, OFFICIALS, strict=True)}
DANMINI, ENNIO = OFFICIAL["Danmini_Doorbell"], OFFICIAL["Ennio_Doorbell"]
CLASSES = ["benign", *(f"gafgyt_{a}" for a in ("combo", "junk", "scan", "tcp", "udp"))]
CLASSES += [f"mirai_{a}" for a in ("ack", "scan", "syn", "udp", "udpplain")]
pytestmark = pytest.mark.usefixtures("cache_folder")


def refusal(official, path):
    with pytest.raises(DatasetError) as caught:
        official.import_path(path)
    return str(caught.value)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("device", OFFICIAL)
def test_every_device_reads_in_both_layouts(tmp_path, device, layout):
    n_baiot(tmp_path, device, layout=layout, rows_per_class=4)
    found, table = imported(OFFICIAL[device], tmp_path)
    expected = (
        CLASSES
        if device not in {"Ennio_Doorbell", "Samsung_SNH_1011_N_Webcam"}
        else [name for name in CLASSES if name.startswith(("benign", "gafgyt"))]
    )
    assert table.classes == tuple(expected)
    assert found.classes == dict.fromkeys(expected, 4)
    assert found.parts[0].version.name == layout
    assert table.numbers.shape == (4 * len(expected), 115)
    assert table.category_names == ()


def test_both_layouts_are_one_content(tmp_path):
    tables = []
    for layout in LAYOUTS:
        n_baiot(tmp_path / layout, "Danmini_Doorbell", layout=layout)
        tables.append(imported(DANMINI, tmp_path / layout)[1])
    assert tables[0].content == tables[1].content
    np.testing.assert_array_equal(tables[0].numbers, tables[1].numbers)
    np.testing.assert_array_equal(tables[0].y, tables[1].y)


def test_a_row_has_the_class_of_its_file(tmp_path):
    n_baiot(tmp_path, "Danmini_Doorbell", rows_per_class=200)
    _, table = imported(DANMINI, tmp_path)
    places = [k for k in range(11) for _ in range(200)]  # what the files were made around
    np.testing.assert_array_equal(np.round(table.numbers.mean(axis=1)), places)
    np.testing.assert_array_equal(table.y, places)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_of_several_devices_only_the_own_files_are_taken(tmp_path, layout):
    for device in OFFICIAL:
        n_baiot(tmp_path, device, layout=layout, rows_per_class=3)
    _, first = imported(DANMINI, tmp_path)
    found, table = imported(ENNIO, tmp_path)
    assert len(first) == 33
    assert len(table) == 18
    assert len(found.parts) == 6
    assert DATASETS["n_baiot_danmini_doorbell"].prepare().content == first.content


def test_a_devices_own_folder_will_do_and_one_of_its_files(tmp_path):
    n_baiot(tmp_path, "Danmini_Doorbell")
    assert len(DANMINI.import_path(tmp_path / "Danmini_Doorbell").classes) == 11
    found = DANMINI.import_path(tmp_path / "Danmini_Doorbell" / "mirai_attacks" / "scan.csv")
    assert found.classes == {"mirai_scan": 12}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_reads_a_zip_of_all(tmp_path, layout):
    for device in ("Danmini_Doorbell", "Ennio_Doorbell"):
        n_baiot(tmp_path / "in", device, layout=layout)
    path = shutil.make_archive(str(tmp_path / "archive"), "zip", tmp_path / "in")
    found, table = imported(ENNIO, tmp_path.__class__(path))
    assert len(found.parts) == 6
    assert len(table.classes) == 6


def test_says_which_attacks_are_not_there(tmp_path):
    n_baiot(tmp_path, "Ennio_Doorbell")
    (tmp_path / "Ennio_Doorbell" / "gafgyt_attacks" / "udp.csv").unlink()
    notes = ENNIO.import_path(tmp_path).notes
    assert notes[-1] == (
        "not there by name, but part of the whole: Ennio_Doorbell/gafgyt_attacks/udp.csv"
    )


def test_compares_the_benign_rows_only(tmp_path):
    n_baiot(tmp_path, "Ennio_Doorbell")
    notes = ENNIO.import_path(tmp_path).notes
    assert notes[-1] == ("not the rows that the card has from others: benign 12 (expected 39,100)")


def test_a_file_that_does_not_say_what_it_is_is_refused(tmp_path):
    n_baiot(tmp_path, "Danmini_Doorbell")
    path = tmp_path / "combo.csv"
    shutil.copy(tmp_path / "Danmini_Doorbell" / "gafgyt_attacks" / "combo.csv", path)
    assert refusal(DANMINI, path) == (
        f"{path}: only its name and folders can say that it is of Danmini_Doorbell, and of which "
        "class, and they do not; it should be called like "
        "Danmini_Doorbell/gafgyt_attacks/combo.csv or 1.gafgyt.combo.csv"
    )


def test_another_devices_file_is_refused(tmp_path):
    n_baiot(tmp_path, "Ennio_Doorbell", layout="Kaggle's names")
    assert "can say that it is of Danmini_Doorbell" in refusal(DANMINI, tmp_path / "3.benign.csv")
    assert "holds no Danmini_Doorbell/benign_traffic.csv nor" in refusal(DANMINI, tmp_path)


def test_another_column_is_named(tmp_path):
    n_baiot(tmp_path, "Ennio_Doorbell")
    path = tmp_path / "Ennio_Doorbell" / "benign_traffic.csv"
    path.write_text(path.read_text().replace("HH_L5_pcc", "HH_L5_ppc", 1))
    assert "missing: HH_L5_pcc (spelt HH_L5_ppc?)" in refusal(ENNIO, path)


def test_nine_devices_are_listed_and_two_have_no_mirai():
    names = [name for name in DATASETS if name.startswith("n_baiot_")]
    assert len(names) == 9
    sizes = [len(DATASETS[name].card.class_names) for name in names]
    assert sorted(sizes) == [6, 6, *[11] * 7]
    assert sum(sum(DATASETS[name].card.classes.values()) for name in names) == 555_932
    assert not any(v.is_certain for name in names for v in DATASETS[name].card.versions)


def test_the_columns_are_those_of_the_real_header(real_data):
    header = (real_data / "n_baiot" / "demonstrate_structure.csv").read_text().split(",")
    assert [name.strip() for name in header] == [*SHARED["columns"]][:-1]
    assert [*SHARED["columns"]][-1] == "class"
