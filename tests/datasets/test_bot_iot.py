"""Claims about BoT-IoT, on made-up files in its layout."""

import csv

import numpy as np
import pytest

from datasets import bot_iot
from datasets.errors import DatasetError
from tests.datasets import made_bot_iot as made

DATASET, CARD = bot_iot.DATASET, bot_iot.CARD


@pytest.fixture
def folder(tmp_path, cache_folder):  # noqa: ARG001 - imports go there
    path = tmp_path / "download"
    path.mkdir()
    made.bot_iot(path)
    return path


def cells(folder, name):
    """A column of both files, as they are imported one behind the other."""
    rows = []
    for file in (made.TESTING, made.TRAINING):
        with (folder / file).open(encoding="utf-8", newline="") as opened:
            rows += [row[name] for row in csv.DictReader(opened)]
    return rows


def test_the_expected_rows_of_both_files_are_summed_and_not_certain():
    assert sum(CARD.classes.values()) == 2_934_817 + 733_705
    assert len(CARD.columns) == 19
    assert not any(version.is_certain for version in CARD.versions)
    assert not any(file.sha256 for file in CARD.files)
    assert CARD.tested_on == "generated files only"


def test_the_files_are_the_official_split(folder):
    said = DATASET.import_file(folder)
    assert said.startswith("bot_iot: 120 rows, 5 classes; version train and test; 2 files")
    table = DATASET.prepare()
    assert table.is_test.sum() == 60
    for name in table.classes:
        of_it = table.y == table.classes.index(name)
        assert of_it.sum() == 24
        assert table.is_test[of_it].sum() == 12


def test_one_of_the_files_has_no_official_split(folder):
    DATASET.import_file(folder / made.TRAINING)
    assert DATASET.prepare().is_test is None


def test_ports_are_numbers_hexadecimal_or_not_and_missing_for_arp(folder):
    DATASET.import_file(folder)
    table = DATASET.prepare(features="all")
    for name in ("sport", "dport"):
        spelt = cells(folder, name)
        assert {"", "0x"} <= {cell[:2] for cell in spelt}
        expected = [int(cell, 0) if cell else np.nan for cell in spelt]
        found = table.numbers[:, table.number_names.index(name)]
        np.testing.assert_array_equal(np.sort(found), np.sort(expected))


def test_only_the_ten_best_and_the_protocol_are_features(folder):
    DATASET.import_file(folder)
    table = DATASET.prepare()
    assert table.category_names == ("proto",)
    assert len(table.number_names) == 10
    assert {"sport", "pkSeqID"}.isdisjoint(table.number_names)
    assert "pkSeqID" not in DATASET.prepare(features="all").number_names


def test_the_category_names_the_classes(folder):
    DATASET.import_file(folder)
    assert DATASET.prepare().classes == tuple(sorted(CARD.classes))
    assert DATASET.prepare(task="binary").classes == ("Normal", "attack")


def test_a_port_that_is_none_is_refused(folder):
    path = folder / made.TRAINING
    lines = path.read_text().splitlines()
    fields = lines[5].split(",")
    fields[3] = "http"
    path.write_text("\n".join([*lines[:5], ",".join(fields), *lines[6:]]) + "\n")
    with pytest.raises(DatasetError, match="line 6: sport is 'http', which is no whole number"):
        DATASET.import_file(path)
