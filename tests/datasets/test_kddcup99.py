"""KDD Cup 99: headerless, gzipped, every label with a dot."""

import gzip

import numpy as np
import pytest

from datasets.errors import DatasetError
from datasets.kddcup99 import CARD, DATASET, clean
from datasets.official import Official
from tests.datasets.made import plain
from tests.datasets.unpinned import imported, unpinned

OFFICIAL = unpinned(Official(CARD, clean=clean))


@pytest.fixture
def made(tmp_path, cache_folder):  # noqa: ARG001 - somewhere to import to
    plain(CARD, tmp_path, bom=False, newline="\n")
    path = tmp_path / CARD.files[0].name
    lines = path.read_bytes().splitlines(keepends=True)
    packed = path.with_suffix(".data_10_percent.gz")
    packed.write_bytes(gzip.compress(b"".join(line.replace(b"\n", b".\n") for line in lines)))
    path.unlink()
    return packed


def test_labels_lose_their_dot(made):
    assert gzip.decompress(made.read_bytes()).endswith(b",warezmaster.\n")
    found, table = imported(OFFICIAL, made)
    assert found.classes == dict.fromkeys(CARD.classes, 12)
    assert table.classes == tuple(sorted(CARD.classes))
    assert not any(name.endswith(".") for name in table.classes)


def test_its_first_line_is_a_row(made):
    _, table = imported(OFFICIAL, made)
    assert len(table) == 23 * 12
    assert len(table.number_names) + len(table.category_names) == 41


def test_another_number_of_fields_is_refused(made):
    lines = gzip.decompress(made.read_bytes()).splitlines()
    made.write_bytes(b"\n".join(line + b",21" for line in lines))
    with pytest.raises(DatasetError, match="does not have the 42 fields per line of kddcup99"):
        OFFICIAL.import_path(made)


def test_it_may_be_fetched():
    """UCI hands it out under CC BY 4.0."""
    (file,) = CARD.files
    assert "CC BY 4.0" in CARD.licence
    assert file.url.startswith("https://archive.ics.uci.edu/")
    assert file.url.endswith(f"/{file.name}.gz")


@pytest.fixture(scope="module")
def real(real_data, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEWLABELS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield DATASET.import_file(real_data / "kddcup99")


def test_the_real_file_is_the_official_one(real):
    assert real == "kddcup99: 494,021 rows, 23 classes; version 10 %; 1 file, sha256 f8c8267e"


@pytest.mark.usefixtures("real")
def test_the_real_files_counts():
    table = DATASET.prepare(features="all")
    assert dict(zip(table.classes, np.bincount(table.y).tolist(), strict=True)) == CARD.classes
    assert CARD.classes["smurf"] == 280_790
    assert CARD.classes["neptune"] == 107_201
    assert CARD.classes["normal"] == 97_278
    assert CARD.classes["spy"] == 2
    sizes = dict(zip(table.category_names, map(len, table.categories), strict=True))
    assert sizes == {"protocol_type": 3, "service": 66, "flag": 11}
    assert not np.isnan(table.numbers).any()
    assert (table.codes >= 0).all()
    assert table.is_test is None


@pytest.mark.usefixtures("real")
def test_the_real_file_repeats_348435_rows():
    table = DATASET.prepare(features="all", duplicates="drop")
    assert table.removed == {"duplicates": 348_435}
    assert len(table) == 145_586
