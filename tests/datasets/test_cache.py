import hashlib
import multiprocessing

import numpy as np
import pytest

from datasets import cache
from datasets.errors import DatasetError


@pytest.fixture
def stored(small, cache_folder):
    """The stored file of an imported dataset."""
    small.import_()
    (path,) = cache_folder.glob("datasets/ton_iot_network/*/table.parquet")
    return path


def refusal(small):
    with pytest.raises(DatasetError) as caught:
        small.prepare()
    said = str(caught.value)
    assert said.endswith("import it again: fewlabels datasets import ton_iot_network PATH")
    return said


def test_content_is_addressed_by_the_checksum_of_the_unpacked_source(stored, small):
    sha256 = small.card.files[0].sha256
    assert stored.parent.name == sha256
    assert (stored.parents[1] / "current").read_text() == f"{sha256}\n"


@pytest.mark.usefixtures("stored")
def test_an_import_leaves_no_other_file(cache_folder):
    files = {path.name for path in cache_folder.rglob("*") if path.is_file()}
    assert files == {"table.parquet", "table.sha256", "current"}


def test_types_survive(stored):
    table = cache.load("ton_iot_network", stored.parent.name).table
    found = {field.name: str(field.type) for field in table.schema}
    assert found["src_bytes"] == "int64"
    assert found["duration"] == "double"
    assert found["proto"].startswith("dictionary<values=string, indices=int32")


def test_a_torn_file_is_named(stored, small):
    stored.write_bytes(stored.read_bytes()[:-100])
    assert f"{stored} is damaged" in refusal(small)


def test_an_altered_byte_is_noticed(stored, small):
    content = bytearray(stored.read_bytes())
    content[len(content) // 4] ^= 0xFF
    stored.write_bytes(content)
    assert f"{stored} is damaged" in refusal(small)


def test_a_foreign_file_is_named(stored, small):
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table({"a": [1]}), stored)
    assert f"{stored} is damaged (its checksum is another)" in refusal(small)
    sha256 = hashlib.sha256(stored.read_bytes()).hexdigest()
    stored.with_name("table.sha256").write_text(sha256)
    assert f"{stored} was not written for ton_iot_network by this version" in refusal(small)


def test_a_file_that_is_gone_is_named(stored, small):
    stored.unlink()
    assert f"{stored} is gone" in refusal(small)


@pytest.mark.parametrize("content", ["", "../../elsewhere", "\xff\xfe"])
def test_a_torn_pointer_is_named(stored, small, content):
    pointer = stored.parents[1] / "current"
    pointer.write_bytes(content.encode("latin-1"))
    assert f"{pointer} holds no sha256" in refusal(small)


def test_importing_again_heals(stored, small):
    before = small.prepare()
    stored.write_bytes(b"torn")
    small.import_()
    np.testing.assert_array_equal(small.prepare().codes, before.codes)


def test_a_cache_that_cannot_be_written_is_named(small, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FEWLABELS_CACHE", str(tmp_path / "file"))
    with pytest.raises(DatasetError, match=r"cannot be written .*; set FEWLABELS_CACHE"):
        small.import_()


def test_without_a_choice_the_cache_is_the_users(monkeypatch):
    from platformdirs import user_cache_path

    monkeypatch.setenv("FEWLABELS_CACHE", "")
    assert cache.root() == user_cache_path("fewlabels") / "datasets"


def test_a_failed_write_leaves_what_was_there(stored, small, monkeypatch):
    from pyarrow import parquet

    before = stored.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parquet.ParquetWriter, "write_batch", full)
    with pytest.raises(DatasetError, match="No space left on device"):
        small.import_()
    assert stored.read_bytes() == before
    assert not list(stored.parents[1].glob(".*"))


def _store_often(folder, barrier, failures):
    import os

    import pyarrow as pa

    os.environ["FEWLABELS_CACHE"] = str(folder)
    batch = pa.record_batch({"a": list(range(5000))})
    barrier.wait()
    for _ in range(20):
        try:
            with cache.writing("shared") as writer:
                writer.write(batch)
                writer.keep("a" * 64, {})
            assert cache.load("shared", cache.current("shared")).table.num_rows == 5000
        except Exception as error:  # noqa: BLE001 - handed to the test
            failures.put(repr(error))


def test_processes_may_import_and_read_at_once(tmp_path):
    context = multiprocessing.get_context("spawn")
    barrier, failures = context.Barrier(2), context.Queue()
    workers = [
        context.Process(target=_store_often, args=(tmp_path, barrier, failures)) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert failures.empty()
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {
        "table.parquet",
        "table.sha256",
        "current",
    }
