import pytest

from datasets import DATASETS
from datasets.card import Card
from datasets.errors import DatasetError

CARD = """
name = "small"
title = "t"
about = "a"
source = "s"
citation = "c"
licence = "l"
missing = ["-"]
labels = ["type"]
[zero]
depth = ["-", "none"]
[columns]
proto = "category"
depth = "int64"
type = "category"
"""


def read(tmp_path, text):
    (tmp_path / "card.toml").write_text(text)
    return Card.read(tmp_path / "card.toml")


def test_columns_keep_the_files_order_and_their_spellings(tmp_path):
    card = read(tmp_path, CARD)
    assert [column.name for column in card.columns] == ["proto", "depth", "type"]
    assert [column.name for column in card.features] == ["proto", "depth"]
    assert card.columns[0].missing == ("-",)
    assert card.columns[1].missing == ()
    assert card.columns[1].zero == ("-", "none")
    assert [column.kind for column in card.columns] == ["category", "number", "category"]


def test_an_unknown_dtype_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="no dtype of column 'depth' 'int46'; did you mean"):
        read(tmp_path, CARD.replace("int64", "int46"))


@pytest.mark.parametrize("name", DATASETS)
def test_every_reason_is_about_a_column(name):
    card = DATASETS[name].card
    columns = {column.name for column in card.columns}
    assert {*card.identifiers, *card.leaky, *card.labels, *card.useless} <= columns
    assert card.normal is None or card.normal in card.class_names
    assert set(card.spellings.values()) <= card.class_names


@pytest.mark.parametrize("name", DATASETS)
def test_every_version_lacks_columns_that_are_there_and_has_files(name):
    card = DATASETS[name].card
    columns = {column.name for column in card.columns}
    for version in card.versions:
        assert set(version.without) <= columns - {*card.labels[:1]}
        assert all(n > 0 for n in version.classes.values())
        for file in version.files:
            assert file.sha256 is None or len(file.sha256) == 64
