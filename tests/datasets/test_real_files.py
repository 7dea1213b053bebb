"""Claims about the official files; skipped where they are absent."""

import time

import numpy as np
import pytest

from datasets import libsvm, npz, ton_iot_network


@pytest.fixture(scope="module", autouse=True)
def imported(real_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEWLABELS_CACHE", str(folder))
        said = ton_iot_network.DATASET.import_file(real_data / "ton_iot_network")
        yield said


@pytest.fixture(scope="module")
def table():
    return ton_iot_network.DATASET.prepare()


def test_ton_iot_is_the_official_file(imported, table):
    assert imported.startswith("ton_iot_network: 211,043 rows, 10 classes; version 211,043 rows")
    assert table.content == "26ddc513552de36de6428b2e578efaed2b57504c716dfba847cc0109a64e1974"
    assert dict(zip(table.classes, np.bincount(table.y).tolist(), strict=True)) == (
        ton_iot_network.CARD.classes
    )


def test_ton_iot_equals_what_pandas_reads(real_data, table):
    import pandas as pd

    frame = pd.read_csv(
        real_data / "ton_iot_network" / "train_test_network.csv.gz",
        encoding="utf-8-sig",
        dtype=str,
        keep_default_na=False,
    )
    for j, name in enumerate(table.number_names):
        expected = frame[name].replace("-", "0").map(float).to_numpy()
        np.testing.assert_array_equal(table.numbers[:, j], expected, err_msg=name)
    for j, name in enumerate(table.category_names):
        spellings = np.array([*table.categories[j], "-"], dtype=object)
        assert (spellings[table.codes[:, j]] == frame[name].to_numpy(dtype=object)).all(), name
    np.testing.assert_array_equal(np.array(table.classes)[table.y], frame["type"])
    binary = ton_iot_network.DATASET.prepare(task="binary")
    np.testing.assert_array_equal(binary.y, frame["label"].astype(int))


def test_ton_iots_large_numbers_are_exact(table):
    largest = dict(zip(table.number_names, table.numbers.max(axis=0), strict=True))
    assert largest["src_bytes"] == 3_890_855_126
    assert largest["dst_bytes"] == 3_913_853_482
    assert largest["duration"] == 93_516.92917


def test_ton_iots_dashes_are_counted(table):
    missing = dict(zip(table.category_names, (table.codes == -1).sum(axis=0), strict=True))
    assert missing["service"] == 132_032
    assert missing["dns_query"] == 176_198
    assert missing["proto"] == 0


def test_ton_iot_repeats_20569_rows_exactly():
    table = ton_iot_network.DATASET.prepare(features="all", duplicates="drop")
    assert table.removed == {"duplicates": 20_569}
    assert len(table) == 211_043 - 20_569


def test_ton_iot_has_93726_distinct_rows_without_identifiers_and_labels(table):
    import pandas as pd

    rows = pd.concat([pd.DataFrame(table.numbers), pd.DataFrame(table.codes)], axis=1)
    assert int((~rows.duplicated()).sum()) == 93_726
    dropped = ton_iot_network.DATASET.prepare(duplicates="drop")
    per_class = dict(zip(dropped.classes, np.bincount(dropped.y).tolist(), strict=True))
    assert per_class["ransomware"] == 260
    assert per_class["mitm"] == 1_039
    assert per_class["backdoor"] == 1_966


def test_ton_iot_is_prepared_within_two_seconds():
    start = time.process_time()
    ton_iot_network.DATASET.prepare()
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("name", "rows", "columns", "attacks"),
    [("18_Ionosphere", 351, 32, 126), ("38_thyroid", 3772, 6, 93), ("43_WDBC", 367, 30, 10)],
)
def test_reads_adbench(real_data, name, rows, columns, attacks):
    table = npz.prepare(path=str(real_data / "adbench" / f"{name}.npz"))
    assert table.numbers.shape == (rows, columns)
    assert table.classes == ("0", "1")
    assert table.y.sum() == attacks


def test_reads_the_published_benchmarks_files(real_data):
    table = libsvm.prepare(path=str(real_data / "al_benchmark" / "ex8b.libsvm"))
    assert table.classes == ("-1", "1")
    np.testing.assert_array_equal(table.numbers[0], [-0.158986, 0.423977])
    np.testing.assert_array_equal(table.y[:4], [1, 0, 1, 0])
