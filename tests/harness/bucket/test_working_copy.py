"""What happens to the working copy on this machine's disk, and what of that reaches the bucket."""

import errno
from types import SimpleNamespace

import pytest

from harness import durable
from harness.bucket.address import Address
from harness.bucket.copies import Copies
from harness.bucket.folder import BucketFolder
from harness.bucket.manifest import OBJECTS, current
from harness.errors import BucketError, RunFolderError
from harness.place import place
from tests.harness.bucket.in_memory import Bucket, Client
from tests.harness.test_faults import EMPTY, environment, stored, write

AT = Address("lab", "runs/x")
X, Y, FILE = {"x": "1"}, {"y": "1"}, "environments/000001.parquet"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FEWLABELS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def read(bucket):
    return stored(BucketFolder.read_from(AT, Client(AT, bucket)))


def test_a_cache_that_is_cleared_while_a_run_is_written_costs_no_row(monkeypatch):
    monkeypatch.setattr("harness.store.FULL_ROWS", 1)
    bucket, model = Bucket(), {}

    def change():
        with (folder := BucketFolder(AT, Client(AT, bucket))).writing():
            model.update(write(folder, EMPTY, "environments", (), X))
            (folder.root / FILE).unlink()
            write(folder, model, "environments", (), Y)

    with pytest.raises(RunFolderError, match=rf"{FILE} was removed.*run again to continue"):
        change()
    assert read(bucket) == model
    with (folder := BucketFolder(AT, Client(AT, bucket))).writing() as lines:
        assert not lines
        assert write(folder, stored(folder), "environments", (), Y) == read(bucket)


def test_a_full_disk_is_one_line_that_names_the_disk_and_not_the_bucket(monkeypatch):
    bucket, model = Bucket(), {}
    folder = BucketFolder(AT, Client(AT, bucket))

    def full(path, *_, **__):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    def change():
        with folder.writing():
            model.update(write(folder, EMPTY, "environments", (), X))
            monkeypatch.setattr(durable, "write", full)
            folder.append("environments", [environment("y", "1")])

    with pytest.raises(RunFolderError, match="No space left on device") as caught:
        change()
    assert str(folder.root) in str(caught.value)
    assert read(bucket) == model
    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    Copies(AT).forget_all_but(set())
    with pytest.raises(RunFolderError, match="No space left on device"):
        read(bucket)


def test_a_cache_that_cannot_be_made_is_one_line(cache):
    cache.write_bytes(b"")
    with pytest.raises(RunFolderError, match=rf"cannot use {cache}"):
        BucketFolder(AT, Client(AT, Bucket()))


def test_copies_of_another_machine_on_the_same_disk_are_left_alone(monkeypatch):
    monkeypatch.setattr("harness.bucket.copies.host", lambda: "there")
    theirs = Copies(AT).new().path  # whose lock a disk need not show here
    theirs.mkdir()
    ours = Copies(AT).new().path
    assert not theirs.exists()  # of this machine, held by nobody
    ours.mkdir()
    monkeypatch.setattr("harness.bucket.copies.host", lambda: "here")
    Copies(AT).new()
    assert ours.is_dir()


def test_what_is_kept_takes_room_once(tmp_path):
    copies = Copies(AT)
    held = copies.new()
    copies.keep("a" * 64, b"content", held.path / "x")
    (kept,) = tmp_path.rglob("a" * 64)
    assert kept.samefile(held.path / "x")


def test_what_is_here_needs_no_room_to_be_read_again(monkeypatch):
    bucket = Bucket()
    with (folder := BucketFolder(AT, Client(AT, bucket))).writing():
        model = write(folder, EMPTY, "environments", (), X)
    assert read(bucket) == model
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    assert read(bucket) == model
    Copies(AT).forget_all_but(set())
    with pytest.raises(RunFolderError, match="not here yet"):
        read(bucket)


def test_a_copy_holds_nothing_of_an_earlier_try():
    bucket = Bucket()
    with (folder := BucketFolder(AT, Client(AT, bucket))).writing():
        write(folder, EMPTY, "environments", (), X)
    folder = BucketFolder(AT, Client(AT, bucket))
    (folder.root / "trials").mkdir()
    (folder.root / "trials/000001.parquet").write_bytes(b"of an earlier manifest")
    manifest, _ = current(Client(AT, bucket))
    assert not folder._source.fill(folder.root, manifest)
    assert [p.name for p in folder.root.rglob("*")] == ["environments", "000001.parquet"]


def test_a_store_that_fails_is_not_asked_again_by_a_run_that_ends():
    client = Client(AT, bucket := Bucket())
    failed, model = [], {}

    def fail():
        client.nth += 1
        failed.append(client.made[-1])
        raise BucketError("the connection was lost")

    def change():
        with (folder := BucketFolder(AT, client)).writing():
            model.update(write(folder, EMPTY, "environments", (), X))
            client.fate, client.nth = fail, len(client.made)
            write(folder, model, "environments", (), Y)

    with pytest.raises(BucketError, match="the connection was lost"):
        change()
    assert len(failed) == 1, failed
    assert OBJECTS in failed[0][1]
    bucket.wait(60)
    assert read(bucket) == model


def test_probes_that_killed_commands_left_are_nothing_in_the_way(monkeypatch):
    client = Client(AT, Bucket())
    monkeypatch.setattr("harness.bucket.place.Objects", lambda _: client)
    for n in range(4):
        client.put(f".fewlabels/probe-{n}", b"x")
    place(str(AT)).must_be_a_place()
    client.put("holiday.jpg", b"x")
    with pytest.raises(RunFolderError, match=r"there is holiday\.jpg"):
        place(str(AT)).must_be_a_place()
