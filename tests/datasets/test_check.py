"""`fewlabels datasets check`: which dataset and version is this, and what differs?"""

import gzip
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from datasets import DATASETS, cache, nsl_kdd, unsw_nb15
from datasets.check import check
from datasets.commands import app
from datasets.errors import DatasetError
from datasets.imported import imported_dataset
from tests.datasets.official_files import made_official

pytestmark = pytest.mark.usefixtures("cache_folder")


@pytest.fixture
def unsw(tmp_path, monkeypatch):
    """Where a file lies that passes for UNSW-NB15's official one."""
    official, path = made_official(unsw_nb15.CARD, tmp_path)
    monkeypatch.setitem(DATASETS, "unsw_nb15", imported_dataset(official))
    return path


def ran(path):
    result = CliRunner().invoke(app, ["check", str(path)])
    if isinstance(result.exception, DatasetError):
        return 1, str(result.exception)  # as fewlabels.py does
    return result.exit_code, result.output


def edited(path, old, new, count=-1):
    path.write_bytes(path.read_bytes().replace(old, new, count))


def test_an_official_file_is_named_with_its_version_and_not_imported(unsw):
    code, said = ran(unsw)
    assert code == 0
    assert said == (
        "unsw_nb15: 120 rows, 10 classes; version 82,332 rows; 1 file, sha256 "
        f"{DATASETS['unsw_nb15'].card.files[0].sha256[:8]}\n"
        "  the checksum is the official one\n"
        f"  import it: fewlabels datasets import unsw_nb15 {unsw}\n"
    )
    assert not cache.root().exists()
    (spaced := unsw.parent / "as it came").mkdir()
    path = unsw.rename(spaced / unsw.name)
    assert ran(path)[1].endswith(f"fewlabels datasets import unsw_nb15 '{path}'\n")


def test_a_file_is_known_under_any_name_packed_and_in_a_folder(unsw, tmp_path):
    packed = tmp_path / "packed" / "download.gz"
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress(unsw.read_bytes()))
    assert ran(packed)[0] == 0
    assert ran(unsw.rename(tmp_path / "x.dat"))[0] == 0
    (tmp_path / "x.dat").rename(unsw)
    assert ran(tmp_path)[1].startswith("unsw_nb15: 120 rows")


def test_other_rows_are_counted_against_the_card(unsw):
    lines = unsw.read_bytes().splitlines(keepends=True)
    unsw.write_bytes(b"".join(lines[:-2]))
    code, said = ran(unsw)
    assert code == 3
    assert said.startswith(
        f"unsw_nb15: {unsw} is not the official UNSW_NB15_training-set.csv, though it has its "
        "columns: it holds 118 rows where 120 are expected: Worms 10 (expected 12). sha256 "
    )


def test_what_was_saved_again_is_told(unsw):
    edited(unsw, b"\r\n", b"\n")
    code, said = ran(unsw)
    assert code == 3
    assert "its rows per class are right, so it was probably saved again" in said


def test_a_cell_of_another_type_is_told(unsw):
    edited(unsw, b"\r\n", b"\r\nx", 1)
    assert ran(unsw)[0] == 3
    assert ran(unsw)[1].startswith(f"unsw_nb15: {unsw}, line 2: id is 'x")


def test_renamed_columns_give_the_nearest_dataset_and_what_differs(unsw):
    edited(unsw, b"attack_cat", b"Attack", 1)
    code, said = ran(unsw)
    assert code == 3
    assert said == (
        f"nearest to unsw_nb15: {unsw} does not have the 45 columns of UNSW_NB15_training-set.csv "
        "but 45; missing: attack_cat; unexpected: Attack\n"
    )


def test_a_table_of_nobody_says_so(unsw, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a,proto,b\n1,2,3\n")
    assert ran(path)[0] == 1
    [verdict] = check(path, [DATASETS["unsw_nb15"].official])
    assert verdict.text == (
        f"{path} has the columns of no dataset that fewlabels knows; nearest is unsw_nb15, with 2% "
        "of columns in common. The dataset `generic` takes any table"
    )
    assert unsw.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"<html>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1", "is a Git LFS pointer"),
        (gzip.compress(1000 * b"abc,", mtime=0)[:-5], "cannot be read"),
    ],
)
def test_of_what_is_no_table_nothing_can_be_said(tmp_path, content, message):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    code, said = ran(path)
    assert code == 1
    assert said.startswith(f"{path} {message}")
    assert said.count("\n") <= 1


def test_a_place_without_files_of_a_known_name_is_refused(tmp_path):
    assert ran(tmp_path / "gone") == (1, f"there is no {tmp_path / 'gone'}")
    (tmp_path / "other.csv").write_text("a\n1\n")
    assert ran(tmp_path) == (
        1,
        f"{tmp_path} holds no file with a name that a card knows; check a single file by its path",
    )


def test_a_folder_of_several_datasets_is_told_apart(unsw, tmp_path):
    official, _ = made_official(nsl_kdd.CARD, tmp_path)
    verdicts = check(tmp_path, [official, DATASETS["unsw_nb15"].official])
    assert [verdict.text.split(":")[0] for verdict in verdicts] == ["nsl_kdd", "unsw_nb15"]
    assert unsw.exists()


def test_a_table_with_a_header_is_none_without(tmp_path):
    official, path = made_official(nsl_kdd.CARD, tmp_path)
    assert check(path, [official])[0].is_official
    names = ",".join(column.name for column in nsl_kdd.CARD.columns)
    path.write_text(f"{names}\n{path.read_text('utf-8-sig')}")
    [verdict] = check(path, [official])
    assert verdict.is_official is None


def test_an_absent_half_is_named(tmp_path):
    official, path = made_official(nsl_kdd.CARD, tmp_path)
    version = official.card.versions[0]
    both = replace(version, files=(*version.files, nsl_kdd.CARD.files[1]))
    official = replace(official, card=replace(official.card, versions=(both,)))
    [verdict] = check(path, [official])
    assert verdict.is_official
    assert "\n  not there by name, but part of the whole: KDDTest+.txt\n" in verdict.text


def without_checksum(official, **changes):
    """The reader of a card that knows no checksum."""
    [file] = official.card.files
    version = replace(official.card.versions[0], files=(replace(file, sha256=None),), **changes)
    return replace(official, card=replace(official.card, versions=(version,)))


def test_without_a_checksum_rows_are_compared(unsw):
    official = DATASETS["unsw_nb15"].official
    [alike] = check(unsw, [without_checksum(official)])
    assert alike.is_official
    assert "\n  its columns and rows per class are those of the card\n" in alike.text
    more = {**official.card.classes, "Worms": 13}
    [other] = check(unsw, [without_checksum(official, classes=more, is_certain=False)])
    assert other.is_official is False
    assert other.text.endswith(
        "\n  not the rows that the card has from others: Worms 12 (expected 13)"
    )
