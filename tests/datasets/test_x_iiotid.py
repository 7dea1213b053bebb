"""Claims about X-IIoTID, on a made-up file in its layout."""

import csv

import numpy as np
import pytest

from datasets import x_iiotid
from datasets.errors import DatasetError
from tests.datasets import made_x_iiotid as made

DATASET, CARD = x_iiotid.DATASET, x_iiotid.CARD


@pytest.fixture
def folder(tmp_path, cache_folder):  # noqa: ARG001 - imports go there
    path = tmp_path / "download"
    path.mkdir()
    made.x_iiotid(path, rows_per_class=20)
    return path


def cells(folder, name):
    with (folder / made.FILE).open(encoding="utf-8", newline="") as opened:
        return [row[name].strip() for row in csv.DictReader(opened)]


def test_the_card_has_68_columns_in_their_official_misspelling():
    assert len(made.NAMES) == len(set(made.NAMES)) == 68
    assert {"Scr_packts_ratio", "paket_rate", "Succesful_login", "std_num_cswch/s"} <= {*made.NAMES}
    assert made.NAMES[-3:] == ["class1", "class2", "class3"]


def test_the_expected_rows_are_820834_and_not_certain():
    assert sum(CARD.classes.values()) == 820_834
    assert CARD.classes["Normal"] == 421_417
    assert not any(version.is_certain for version in CARD.versions)
    assert CARD.tested_on == "generated files only"


def test_the_stages_of_attack_name_the_classes(folder):
    said = DATASET.import_file(folder)
    assert said.startswith("x_iiotid: 200 rows, 10 classes; version 820,834 rows; 1 file")
    table = DATASET.prepare()
    assert table.classes == tuple(sorted(CARD.classes))
    assert (np.bincount(table.y) == 20).all()
    assert DATASET.prepare(task="binary").classes == ("Normal", "attack")


@pytest.mark.parametrize("name", ["Scr_bytes", "Avg_user_time", "is_syn_only", "is_privileged"])
def test_every_spelling_of_nothing_is_missing_and_truth_has_one_spelling(folder, name):
    DATASET.import_file(folder)
    table = DATASET.prepare()
    junk = {"-", "?", "", "#DIV/0!", "aza", "excel"}
    truth = {"true": 1.0, "false": 0.0}
    spelt = cells(folder, name)
    assert junk & set(spelt)
    expected = [
        np.nan if cell in junk else truth.get(cell.lower()) if cell.isalpha() else float(cell)
        for cell in spelt
    ]
    found = table.numbers[:, table.number_names.index(name)]
    np.testing.assert_array_equal(found, np.array(expected, dtype=float))


def test_categories_have_no_junk_and_no_blanks(folder):
    DATASET.import_file(folder)
    table = DATASET.prepare(features="all")
    words = dict(zip(table.category_names, table.categories, strict=True))
    assert words["Protocol"] == ("udp",)
    assert words["Date"] == ("9/01/2020",)
    missing = (table.codes[:, table.category_names.index("Protocol")] == -1).sum()
    assert missing == sum(
        cell in ("-", "?", "", "#DIV/0!", "aza", "excel") for cell in cells(folder, "Protocol")
    )


def test_no_finer_or_coarser_class_is_a_feature(folder):
    DATASET.import_file(folder)
    table = DATASET.prepare(features="all")
    assert {"class1", "class2", "class3"}.isdisjoint(table.category_names)
    assert {*CARD.identifiers} <= {*table.category_names, *table.number_names}
    assert {*CARD.identifiers}.isdisjoint(
        {*DATASET.prepare().category_names, *DATASET.prepare().number_names}
    )


def test_other_junk_is_refused(folder):
    path = folder / made.FILE
    lines = path.read_text(encoding="utf-8").splitlines()
    fields = lines[7].split(",")
    fields[made.NAMES.index("Duration")] = "long"
    path.write_text("\n".join([*lines[:7], ",".join(fields), *lines[8:]]) + "\n")
    with pytest.raises(DatasetError, match="line 8: Duration is 'long', which is no number"):
        DATASET.import_file(path)
