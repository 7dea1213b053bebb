"""NSL-KDD: an official split whose sides have classes of their own, and a column that tells."""

from dataclasses import replace

import numpy as np
import pytest

from datasets.duplicates import equal_rows
from datasets.nsl_kdd import CARD, DATASET
from datasets.official import Official
from tests.datasets.made import plain
from tests.datasets.unpinned import imported, unpinned

OFFICIAL = unpinned(Official(CARD))
BOTH, FIFTH, HARD = CARD.versions
SIDES = {
    "KDDTrain+.txt": ("neptune", "normal", "spy", "warezclient"),
    "KDDTest+.txt": ("mscan", "neptune", "normal"),
}


@pytest.fixture
def made(tmp_path, cache_folder):  # noqa: ARG001 - somewhere to import to
    for file in BOTH.files:
        write(tmp_path, file, SIDES[file.name])
    return tmp_path


def write(folder, file, classes):
    version = replace(BOTH, files=(file,), classes=dict.fromkeys(classes, 12))
    plain(CARD, folder, version=version, bom=False, newline="\n", seed=len(classes))


def test_both_files_make_the_official_split(made):
    found, table = imported(OFFICIAL, made)
    assert found.counts.n_rows == 84
    assert [part.file.side for part in found.parts] == ["train", "test"]
    np.testing.assert_array_equal(table.is_test, np.arange(84) >= 48)


def test_a_class_may_be_on_one_side_only(made):
    _, table = imported(OFFICIAL, made)
    sides = {
        side: {table.classes[k] for k in table.y[table.is_test == side]} for side in (False, True)
    }
    assert sides[False] == set(SIDES["KDDTrain+.txt"])
    assert sides[True] == set(SIDES["KDDTest+.txt"])


def test_equal_rows_on_both_sides_are_kept(made):
    _, table = imported(OFFICIAL, made, duplicates="drop")
    assert 0 < table.is_test.sum() < len(table)


@pytest.mark.parametrize(("name", "other"), [BOTH.files, BOTH.files[::-1]])
def test_one_file_alone_has_no_split_and_says_so(made, name, other):
    found, table = imported(OFFICIAL, made / name.name)
    assert table.is_test is None
    assert len(table) == 12 * len(SIDES[name.name])
    assert f"not there by name, but part of the whole: {other.name}" in found.notes


@pytest.mark.parametrize("version", [FIFTH, HARD])
def test_a_part_alone_is_a_version_of_its_own(tmp_path, made, version):
    (file,) = version.files
    part = tmp_path / "alone" / file.name
    part.parent.mkdir()
    part.write_bytes((made / BOTH.files[0].name).read_bytes())
    found, table = imported(OFFICIAL, part)
    assert found.parts[0].version.name == version.name
    assert table.is_test is None


def test_parts_beside_the_whole_are_left_alone(made):
    for version in (FIFTH, HARD):
        (made / version.files[0].name).write_bytes((made / "KDDTest+.txt").read_bytes())
    found, table = imported(OFFICIAL, made)
    assert len(table) == 84
    assert "left alone, as other versions: KDDTest-21.txt, KDDTrain+_20Percent.txt" in found.notes


@pytest.mark.parametrize("features", ["no_identifiers", "all"])
def test_difficulty_is_never_a_feature(made, features):
    _, table = imported(OFFICIAL, made, features=features)
    names = {*table.number_names, *table.category_names}
    assert not names & {"difficulty", "label"}
    assert len(names) == 41


@pytest.fixture(scope="module")
def real(real_data, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEWLABELS_CACHE", str(tmp_path_factory.mktemp("cache")))
        said = DATASET.import_file(real_data / "nsl_kdd")
        yield said, DATASET.prepare()


def side(table, name, is_test):
    """Rows of class `name` on that side; of all classes for None."""
    chosen = table.is_test == is_test
    return int((chosen & (table.y == table.classes.index(name))).sum() if name else chosen.sum())


def test_the_real_files_are_the_official_ones(real):
    said, table = real
    assert said.startswith("nsl_kdd: 148,517 rows, 40 classes; version train and test; 2 files")
    assert "\n" not in said
    assert dict(zip(table.classes, np.bincount(table.y).tolist(), strict=True)) == CARD.classes


@pytest.mark.parametrize(
    ("name", "train", "test"),
    [
        (None, 125_973, 22_544),
        ("normal", 67_343, 9_711),
        ("neptune", 41_214, 4_657),
        ("satan", 3_633, 735),
        ("guess_passwd", 53, 1_231),
        ("spy", 2, 0),
        ("warezclient", 890, 0),
        ("mscan", 0, 996),
        ("apache2", 0, 737),
    ],
)
def test_the_real_sides_counts(real, name, train, test):
    _, table = real
    assert side(table, name, is_test=False) == train
    assert side(table, name, is_test=True) == test


def test_17_real_attacks_are_only_in_test_and_2_only_in_training(real):
    _, table = real
    train, test = ({*table.y[table.is_test == side]} for side in (False, True))
    assert len(train) == 23
    assert len(test) == 38
    assert len(test - train) == 17
    assert {table.classes[k] for k in train - test} == {"spy", "warezclient"}


def test_the_real_test_side_lacks_services(real):
    _, table = real
    codes = table.codes[:, table.category_names.index("service")]
    train, test = ({*codes[table.is_test == side]} for side in (False, True))
    assert len(train) == 70
    assert len(test) == 64
    assert test < train


@pytest.mark.parametrize(("is_test", "conflicts", "twins"), [(False, 15, 16), (True, 57, 57)])
def test_some_real_connections_have_two_labels(real, is_test, conflicts, twins):
    _, table = real
    chosen = table.is_test == is_test
    groups = equal_rows(table.numbers[chosen], table.codes[chosen])
    pairs = np.unique(np.column_stack([groups, table.y[chosen]]), axis=0)
    n_labels = np.bincount(pairs[:, 0])
    assert (n_labels > 1).sum() == conflicts
    assert len(groups) - len(n_labels) == twins


def test_the_real_20_percent_are_the_first_lines_of_training(real_data, tmp_path, cache_folder):  # noqa: ARG001
    lines = (real_data / "nsl_kdd" / "KDDTrain+.txt").read_bytes().splitlines(keepends=True)
    path = tmp_path / "KDDTrain+_20Percent.txt"
    path.write_bytes(b"".join(lines[:25_192]))
    assert DATASET.import_file(path).startswith(
        "nsl_kdd: 25,192 rows, 22 classes; version 20 % of train; 1 file, sha256 7ea86479"
    )
