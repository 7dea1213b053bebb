"""A run in a bucket, on a server: what users and other programs see of it."""

import gc
import json
import threading
import time

import duckdb
import pandas as pd
import pytest
import s3fs

from harness.bucket import lease
from harness.bucket.address import Address
from harness.bucket.folder import BucketFolder
from harness.bucket.manifest import MANIFEST, OBJECTS, Entry, Manifest, current
from harness.bucket.objects import Objects
from harness.errors import DamagedFile, RunFolderError
from harness.place import opened, place
from harness.shipped import open_sweep
from tests.harness.bucket.in_memory import Bucket, Client
from tests.harness.test_faults import environment

AT = Address("lab", "runs/x")

ROWS = [environment(name, "cpu") for name in "abc"]
RESOLVED = open_sweep("quickstart", []).resolved


@pytest.fixture
def run(s3):
    """The address of a run of three rows, as text."""
    with (folder := place(str(s3)).create()).writing():
        folder.write_sweep("name: quickstart\n", RESOLVED, {"mine.py": "", "yours.py": "x = 1"})
        folder.append("environments", ROWS)
    return str(s3)


def ids(frame):
    return sorted(frame["environment_id"])


def test_what_is_written_is_read_again(run):
    folder = opened(run)
    assert ids(folder.frame("environments")) == ["a", "b", "c"]
    assert folder.sweep()["name"] == RESOLVED["name"]
    assert folder.component_texts() == {"mine.py": "", "yours.py": "x = 1"}
    assert folder.shown(folder.root / "trials") == f"{run}/trials"


def test_plain_readers_find_it_while_no_driver_runs(run):
    assert ids(pd.read_parquet(f"{run}/environments")) == ["a", "b", "c"]
    files = s3fs.S3FileSystem(skip_instance_cache=True)
    with duckdb.connect() as db:
        db.register_filesystem(files)
        found = db.execute(f"SELECT * FROM read_parquet('{run}/environments/*.parquet')").df()  # noqa: S608
    assert ids(found) == ["a", "b", "c"]
    assert files.cat_file(f"{run}/sweep.yaml") == b"name: quickstart\n"


def test_a_copy_on_disk_is_a_run_on_disk(run, tmp_path):
    s3fs.S3FileSystem(skip_instance_cache=True).get(run, str(tmp_path / "copy"), recursive=True)
    assert ids(opened(tmp_path / "copy").frame("environments")) == ["a", "b", "c"]


def test_what_did_not_change_is_downloaded_once(run, s3, monkeypatch):
    opened(run)
    asked = []
    real = Objects.call
    monkeypatch.setattr(
        Objects, "call", lambda self, method, **a: asked.append(a["Key"]) or real(self, method, **a)
    )
    opened(run)
    assert {*asked} == {s3.key(MANIFEST)}


def test_no_copy_is_left_when_it_is_used_no_more(run):
    folder = opened(run)
    copies = folder.root.parent
    assert folder.root in copies.iterdir()
    del folder
    gc.collect()
    assert not [*copies.iterdir()]


def test_a_second_writer_is_told_who_the_first_is(run, monkeypatch, capsys):
    monkeypatch.setattr(lease, "BEAT_S", 0.2)
    monkeypatch.setattr(lease, "LOOK_S", 0.5)
    with (
        place(run).open().writing(),
        pytest.raises(RunFolderError, match=rf"{run} is being written by process .* on .*; wait"),
        place(run).open().writing(),
    ):
        pass
    assert "waiting for a sign of life of process" in capsys.readouterr().err
    with place(run).open().writing():
        pass


def test_a_writer_that_gives_no_sign_of_life_is_replaced(run, monkeypatch):
    monkeypatch.setattr(lease, "DEAD_S", 1.5)
    monkeypatch.setattr(lease, "LOOK_S", 0.2)
    objects = Objects(place(run).address)
    sign = json.dumps({"token": "t", "who": "process 7 on elsewhere", "beat": 1, "is_free": False})
    objects.call("put_object", Key=objects.address.key(lease.WRITER), Body=sign.encode())
    began = time.monotonic()
    with place(run).open().writing():
        assert time.monotonic() - began > 0.5


def test_signs_of_life_go_on_while_a_run_is_written_and_end_with_it(run, monkeypatch):
    monkeypatch.setattr(lease, "BEAT_S", 0.1)
    objects = Objects(place(run).address)
    with place(run).open().writing():
        before = objects.get(lease.WRITER, 10_000).content
        deadline = time.monotonic() + 30
        while objects.get(lease.WRITER, 10_000).content == before:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert json.loads(objects.get(lease.WRITER, 10_000).content)["is_free"]
    assert not [
        t for t in threading.enumerate() if t.name.startswith("Thread") and "go_on" in t.name
    ]


def test_an_object_that_is_lost_is_named_and_what_it_held_computed_again(run, s3):
    objects = Objects(s3)
    manifest, _ = current(objects)
    for name in ("environments/000001.parquet", "sweep.yaml"):
        objects.delete([f"{OBJECTS}{manifest.files[name].key}"])
    from harness.bucket.copies import Copies

    Copies(s3).forget_all_but(set())
    with pytest.raises(DamagedFile, match=f"{run}/environments/000001.parquet is damaged"):
        opened(run)
    with place(run).create().writing() as lines:
        assert f"{run}/sweep.yaml is damaged: its object is lost" in lines
    assert not len(opened(run).frame("environments"))


def test_an_object_that_holds_something_else_is_not_taken(run, s3):
    from harness.bucket.copies import Copies

    objects = Objects(s3)
    entry = current(objects)[0].files["sweep.yaml"]
    Copies(s3).forget_all_but(set())
    for content in (b"name: kickstart!\n", b"x" * 10**6):
        objects.call("put_object", Key=s3.key(f"{OBJECTS}{entry.key}"), Body=content)
        with pytest.raises(DamagedFile, match=r"sweep\.yaml is damaged"):
            opened(run)


def evil(name, key=f"{1:08d}-{'a' * 16}-{'b' * 16}", n_bytes=5):
    return Manifest(1, "t", {name: Entry(key, "c" * 64, n_bytes)}).encode()


@pytest.mark.parametrize(
    "content",
    [
        *(evil(n) for n in ("../x", "/etc/passwd", "trials/../../x", ".bashrc", "components/../x")),
        *(evil(n) for n in ("trials/.000001.parquet", "components/a/b", "quarantine/a/b/c", "x")),
        *(evil("sweep.yaml", key) for key in ("../../other/object", "x")),
        *(evil("sweep.yaml", n_bytes=n) for n in (-1, 2**40, True)),
        b"", b"[]", b"{}", b"[" * 100_000, b"\xff", b'{"format": 2}',
        b'{"format":1,"number":1,"writer":"t","files":{"sweep.yaml":5}}',
    ],
)  # fmt: skip
def test_a_manifest_from_anybody_leads_nowhere(tmp_path, monkeypatch, content):
    monkeypatch.setenv("FEWLABELS_CACHE", str(tmp_path / "cache"))
    client = Client(AT, Bucket())
    client.put(MANIFEST, content)
    with pytest.raises(DamagedFile, match="is none of this fewlabels"):
        BucketFolder.read_from(AT, client)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_more_than_the_disk_has_room_for_is_not_downloaded(tmp_path, monkeypatch):
    monkeypatch.setenv("FEWLABELS_CACHE", str(tmp_path / "cache"))
    files = {
        f"trials/{n:06d}.parquet": Entry(f"{n:08d}-{'a' * 16}-{'b' * 16}", "c" * 64, 2**30)
        for n in range(1, 20_000)
    }
    client = Client(AT, Bucket())
    client.put(MANIFEST, Manifest(1, "t", files).encode())
    with pytest.raises(RunFolderError, match="set FEWLABELS_CACHE"):
        BucketFolder.read_from(AT, client)


def test_a_place_with_other_things_is_not_written(s3):
    Objects(s3).put("holiday.jpg", b"x")
    with pytest.raises(RunFolderError, match=r"is not empty and holds no run \(there is holiday"):
        place(str(s3)).must_be_a_place()
    with pytest.raises(RunFolderError, match="holiday"):
        place(str(s3)).create()


def test_a_neighbour_whose_name_begins_alike_is_no_part_of_it(s3):
    Objects(type(s3)(s3.bucket, s3.prefix + "-more")).put("holiday.jpg", b"x")
    place(str(s3)).must_take_a_run()
    assert not Objects(s3).list()


def test_a_foreign_file_that_plain_readers_would_take_is_named(run, s3):
    Objects(s3).put("trials/more.parquet", b"x")
    with place(run).open().writing() as lines:
        (line,) = lines
    assert line == (
        f"{run}/trials/more.parquet is no file of this run; pandas and DuckDB take it for one: "
        "remove it"
    )
