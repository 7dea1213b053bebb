"""Official tables that somebody wrote again as Parquet."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from datasets import DATASETS, nsl_kdd, unsw_nb15
from datasets.errors import DatasetError
from datasets.imported import imported_dataset
from tests.datasets import made
from tests.datasets.official_files import made_official

pytestmark = pytest.mark.usefixtures("cache_folder")


@pytest.fixture
def both(tmp_path):
    """A dataset, its official CSV file, and the same as pandas reads and writes it."""
    official, path = made_official(unsw_nb15.CARD, tmp_path)
    as_parquet = tmp_path / "parquet" / path.with_suffix(".parquet").name
    as_parquet.parent.mkdir()
    pd.read_csv(path, encoding="utf-8-sig").to_parquet(as_parquet)
    return imported_dataset(official), path, as_parquet


def refusal(dataset, path, **options):
    with pytest.raises(DatasetError) as caught:
        dataset.import_file(path, **options)
    return str(caught.value)


def test_the_same_rows_come_of_parquet_and_of_csv(both):
    dataset, path, as_parquet = both
    dataset.import_file(path)
    one = dataset.prepare(features="all")
    said = dataset.import_file(as_parquet, allow_unknown=True)
    assert said.endswith("\n  UNSW_NB15_training-set.parquet is not the official file")
    other = dataset.prepare(features="all")
    np.testing.assert_array_equal(one.numbers, other.numbers)
    np.testing.assert_array_equal(one.codes, other.codes)
    assert one.categories == other.categories
    assert one.content != other.content


def test_parquet_is_never_the_official_file_without_being_told_so(both):
    dataset, _, as_parquet = both
    assert refusal(dataset, as_parquet).startswith(
        f"{as_parquet} is not the official UNSW_NB15_training-set.csv, though it has its columns: "
        "its rows per class are right, so it was probably saved again by another program"
    )


def test_a_folder_with_nothing_but_parquet_will_do(both):
    dataset, path, as_parquet = both
    assert dataset.import_file(as_parquet.parent, allow_unknown=True).startswith("unsw_nb15: 120 r")
    path.with_suffix(".parquet").write_bytes(as_parquet.read_bytes())
    assert "; 1 file, " in dataset.import_file(path.parent)


def test_null_is_an_empty_cell(both):
    dataset, path, as_parquet = both
    frame = pd.read_parquet(as_parquet)
    frame.loc[3, "dur"] = None
    frame.loc[4, "proto"] = None
    frame.to_parquet(as_parquet)
    dataset.import_file(as_parquet, allow_unknown=True)
    table = dataset.prepare()
    assert np.isnan(table.numbers[3, table.number_names.index("dur")])
    assert "" in table.categories[table.category_names.index("proto")]
    assert path.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.rename(columns={"dur": "Dur"}), "missing: dur (spelt Dur?)"),
        (lambda f: f.assign(spkts="x"), ", line 2: spkts is 'x', which is no whole number"),
        (lambda f: f.assign(attack_cat="new"), "attack_cat is new, which unsw_nb15 does not know"),
        (lambda f: f.head(0), "holds no rows"),
    ],
)
def test_the_checks_are_those_of_csv(both, change, message):
    dataset, _, as_parquet = both
    change(pd.read_parquet(as_parquet)).to_parquet(as_parquet)
    assert message in refusal(dataset, as_parquet, allow_unknown=True)


def test_torn_parquet_and_cells_of_lists_are_refused(both):
    dataset, _, as_parquet = both
    table = parquet.read_table(as_parquet)
    whole = as_parquet.read_bytes()
    as_parquet.write_bytes(whole[:-30])
    assert refusal(dataset, as_parquet).startswith(f"{as_parquet} cannot be read as Parquet (")
    lists = pa.array([[1]] * table.num_rows)
    parquet.write_table(table.set_column(1, "dur", lists), as_parquet)
    assert refusal(dataset, as_parquet).startswith(f"{as_parquet} cannot be read as Parquet: ")


def test_columns_without_a_header_go_by_their_place_and_sides_by_the_files_name(tmp_path):
    made.plain(nsl_kdd.CARD, tmp_path, 4)
    for path in list(tmp_path.glob("*.txt")):
        frame = pd.read_csv(path, header=None, encoding="utf-8-sig")
        frame.columns = [f"c{i}" for i in frame]
        frame.to_parquet(path.with_suffix(".parquet"))
        path.unlink()
    dataset = DATASETS["nsl_kdd"]
    assert "; 2 files, " in dataset.import_file(tmp_path, allow_unknown=True)
    np.testing.assert_array_equal(np.bincount(dataset.prepare().is_test), [160, 160])
