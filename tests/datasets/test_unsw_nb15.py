"""UNSW-NB15: two files whose names are often swapped, told apart by their rows."""

import numpy as np
import pytest

from datasets.errors import DatasetError
from datasets.official import Official
from datasets.unsw_nb15 import CARD, DATASET
from tests.datasets.made import plain
from tests.datasets.unpinned import imported, unpinned

SMALL, LARGE = CARD.versions
TRAINING, TESTING = "UNSW_NB15_training-set.csv", "UNSW_NB15_testing-set.csv"
N = {"82,332 rows": 12, "175,341 rows": 20}  # rows per class of the made-up files
OFFICIAL = unpinned(
    Official(CARD),
    **{v.files[0].name: dict.fromkeys(v.classes, N[v.name]) for v in CARD.versions},
)


@pytest.fixture
def made(tmp_path, cache_folder):  # noqa: ARG001 - somewhere to import to
    """Make a folder of the two files under names of one's choice."""

    def make(**names):
        for version in CARD.versions:
            plain(CARD, tmp_path, N[version.name], version=version)
        small, large = (tmp_path / version.files[0].name for version in CARD.versions)
        contents = {"small": small.read_bytes(), "large": large.read_bytes()}
        small.unlink()
        large.unlink()
        for which, name in names.items():
            (tmp_path / name).write_bytes(contents[which])
        return tmp_path

    return make


@pytest.mark.parametrize("name", [TRAINING, TESTING, "mine.csv"])
@pytest.mark.parametrize(("which", "version"), [("small", SMALL), ("large", LARGE)])
def test_a_file_is_the_version_whose_rows_it_has_whatever_its_name(made, name, which, version):
    found, table = imported(OFFICIAL, made(**{which: name}) / name)
    assert [part.version.name for part in found.parts] == [version.name]
    assert len(table) == 10 * N[version.name]


@pytest.mark.parametrize(("small", "large"), [(TRAINING, TESTING), (TESTING, TRAINING)])
def test_of_both_the_smaller_is_taken_under_either_name(made, small, large):
    found, table = imported(OFFICIAL, made(small=small, large=large))
    assert [part.source.name for part in found.parts] == [small]
    assert found.notes == [
        f"left alone, as other versions: {large}",
        f"{small}: no checksum is known of this version",
    ]
    assert len(table) == 120


def test_the_smaller_file_with_other_bytes_is_refused_under_either_name(made):
    folder = made(small=TRAINING)
    with pytest.raises(DatasetError, match=r"is not the official UNSW_NB15_training-set\.csv"):
        DATASET.import_file(folder)


def test_reads_a_mark_crlf_and_dashes(made):
    path = made(small=TRAINING) / TRAINING
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfid,dur,")
    assert content.endswith(b"\r\n")
    _, table = imported(OFFICIAL, path)
    service = table.codes[:, table.category_names.index("service")]
    cells = [line.split(",")[3] for line in content.decode("utf-8-sig").splitlines()[1:]]
    np.testing.assert_array_equal(service == -1, [cell == "-" for cell in cells])
    assert "-" in cells


def test_labels_as_the_raw_files_spell_them(made):
    path = made(small=TRAINING) / TRAINING
    content = path.read_bytes()
    raw = content.replace(b",Fuzzers,", b", Fuzzers ,").replace(b",Backdoor,", b",Backdoors,")
    assert raw.count(b" Fuzzers ") == raw.count(b"Backdoors") == 12
    path.write_bytes(raw)
    found, _ = imported(OFFICIAL, path)
    assert found.classes == dict.fromkeys(SMALL.classes, 12)


@pytest.mark.parametrize("features", ["no_identifiers", "all"])
def test_neither_the_row_number_nor_a_label_is_a_feature(made, features):
    _, table = imported(OFFICIAL, made(small=TRAINING), features=features)
    names = {*table.number_names, *table.category_names}
    assert not names & {"id", "label", "attack_cat"}
    assert len(names) == 42


@pytest.fixture(scope="module")
def real(real_data, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEWLABELS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield DATASET.import_file(real_data / "unsw_nb15"), DATASET.prepare()


def test_the_real_files_counts(real):
    said, table = real
    assert (
        said == "unsw_nb15: 82,332 rows, 10 classes; version 82,332 rows; 1 file, sha256 734fe664"
    )
    assert dict(zip(table.classes, np.bincount(table.y).tolist(), strict=True)) == SMALL.classes
    sizes = dict(zip(table.category_names, map(len, table.categories), strict=True))
    assert sizes == {"proto": 131, "service": 12, "state": 7}
    missing = dict(zip(table.category_names, (table.codes == -1).sum(axis=0), strict=True))
    assert missing == {"proto": 0, "service": 47_153, "state": 0}
    assert not np.isnan(table.numbers).any()
    logins = table.numbers[:, table.number_names.index("is_ftp_login")]
    assert set(logins) == {0, 1, 2}


@pytest.mark.usefixtures("real")
def test_the_real_files_two_labels_agree():
    binary = DATASET.prepare(task="binary")
    assert np.bincount(binary.y).tolist() == [37_000, 45_332]
    assert binary.classes == ("Normal", "attack")


def test_the_real_file_under_the_other_name_is_the_same(real_data, tmp_path, cache_folder):  # noqa: ARG001
    path = tmp_path / TESTING
    path.write_bytes((real_data / "unsw_nb15" / TRAINING).read_bytes())
    assert "version 82,332 rows; 1 file, sha256 734fe664" in DATASET.import_file(path)
