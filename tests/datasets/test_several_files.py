"""A download of several files: which are taken, in which order, and what is said of the others."""

import gzip
import zipfile

import numpy as np
import pytest

from datasets.card import Card
from datasets.errors import DatasetError
from datasets.imported import imported_dataset
from datasets.official import Official
from datasets.sources import sources

CARD = Card.of(
    {
        "name": "two_files",
        "title": "t",
        "about": "a",
        "source": "s",
        "citation": "c",
        "licence": "l",
        "labels": ["label"],
        "normal": "n",
        "columns": {"x": "int64", "label": "category"},
        "versions": [
            {
                "name": "both",
                "classes": {"n": 2, "a": 2},
                "files": [
                    {"name": "train.csv", "side": "train"},
                    {"name": "rest.csv", "side": "test"},
                ],
            }
        ],
    }
)
TRAIN, REST = b"x,label\n1,n\n2,a\n", b"x,label\n3,n\n4,a\n"
pytestmark = pytest.mark.usefixtures("cache_folder")


def official(**changes):
    return Official(CARD, **changes)


def write(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_rows_come_in_the_cards_order_wherever_the_files_lie(tmp_path):
    one = write(tmp_path / "one", train_csv=TRAIN, rest_csv=REST)
    two = write(tmp_path / "two", z__train_csv=TRAIN, a__rest_csv=REST)
    contents = []
    for folder in (one, two):
        contents.append(official().import_path(folder).content)
        table = imported_dataset(official()).prepare()
        np.testing.assert_array_equal(table.numbers[:, 0], [1, 2, 3, 4])
    assert contents[0] == contents[1]


def test_the_class_that_a_name_tells_is_part_of_the_content(tmp_path):
    def label_of(source):
        return "n" if source.is_called("a/rest.csv") else "a"

    write(tmp_path, a__rest_csv=b"x\n1\n", b__rest_csv=b"x\n1\n")
    read = Official(CARD, label_of=label_of)
    found = [read.import_path(tmp_path / name / "rest.csv") for name in "ab"]
    assert found[0].classes == {"n": 1}
    assert found[1].classes == {"a": 1}
    assert found[0].content != found[1].content


def test_a_file_that_is_there_twice_is_refused(tmp_path):
    write(tmp_path, train_csv=TRAIN, rest_csv=REST, train_csv_gz=gzip.compress(TRAIN))
    with pytest.raises(DatasetError) as caught:
        official().import_path(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / 'train.csv'} and {tmp_path / 'train.csv.gz'} are both train.csv, and its "
        "rows would count twice; name the one to import"
    )


def test_says_which_file_is_not_there(tmp_path):
    found = official().import_path(write(tmp_path, train_csv=TRAIN))
    assert found.notes == [
        "train.csv: no checksum is known of this version",
        "not there by name, but part of the whole: rest.csv",
    ]


def test_says_which_rows_are_others_than_the_card_has(tmp_path):
    found = official().import_path(write(tmp_path, train_csv=TRAIN + b"3,a\n4,a\n", rest_csv=REST))
    assert found.notes == [
        "train.csv, rest.csv: no checksum is known of this version",
        "not the rows that the card has from others: a 4 (expected 2)",
    ]


def test_a_file_of_another_name_is_none_of_several(tmp_path):
    (found,) = official().identify(write(tmp_path, mine_csv=TRAIN) / "mine.csv")
    assert found.file.name == "mine.csv"
    assert found.file.side is None


def test_a_name_may_hold_the_folder_it_lies_in(tmp_path, monkeypatch):
    write(tmp_path, a__rest_csv=b"1", b__rest_csv=b"2", b__c__rest_csv=b"3", a__x__rest_csv_gz=b"4")
    with zipfile.ZipFile(tmp_path / "b" / "a.zip", "w") as archive:
        archive.writestr("rest.csv", "5")
        archive.writestr("b/rest.csv", "6")
    assert [s.where for s in sources(tmp_path, ["A/Rest.csv"])] == [str(tmp_path / "a/rest.csv")]
    assert [s.where for s in sources(tmp_path / "b" / "a.zip", ["a/rest.csv"])] == [
        f"{tmp_path / 'b' / 'a.zip'}:rest.csv"
    ]
    monkeypatch.chdir(tmp_path / "a")
    (here,) = sources(tmp_path.__class__("rest.csv"), [])
    assert here.is_called("a/rest.csv")
    assert here.is_called("rest.csv")
    assert not here.is_called("b/rest.csv")


@pytest.mark.parametrize(
    ("content", "n"), [(b"", 0), (b"a\nb\n", 2), (b"a\nb", 2), (b"\n", 1), (b"a\r\n\r\n", 2)]
)
def test_counts_lines_ended_or_not(tmp_path, content, n):
    (source,) = sources(write(tmp_path, x_csv=content) / "x.csv", [])
    assert source.n_lines == n


def test_a_gz_that_a_browser_unpacked_keeps_its_name(tmp_path):
    path = tmp_path / "train.csv.gz"
    path.write_bytes(TRAIN)
    (found,) = official().identify(path)
    assert found.file.side == "train"
