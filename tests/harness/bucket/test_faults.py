"""Whatever request fails, and wherever a kill or another writer comes: no row is lost or doubled.

A selection by default; every request with `make faults` ($FEWLABELS_FAULTS=all).
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from harness import store
from harness.bucket import objects
from harness.bucket.address import Address
from harness.bucket.folder import BucketFolder
from harness.bucket.manifest import OBJECTS, OWN, current
from harness.errors import BucketError, Overtaken, RunFolderError
from harness.shipped import open_sweep
from tests.harness.bucket.in_memory import KINDS, Bucket, Client, Killed
from tests.harness.test_faults import ALL, EMPTY, FEW_ROWS, after, stored, write
from tests.harness.test_faults import KEYS as KEY_OF

AT = Address("lab", "runs/x")
SWEEP = ("name: quickstart\n", open_sweep("quickstart", []).resolved)
STEPS = (  # (table, superseded, rows); None: the folder is opened again
    None,
    ("attempts", (), {0: "a"}),
    ("attempts", (), {n: "a" * n for n in range(3, 9)}),  # fills its file
    ("attempts", (), {1: "b", 9: "b"}),
    ("attempts", (0, 9), {10: "d"}),  # in two files
    None,
    ("environments", (), {"x": "1", "y": "1"}),
    ("environments", ("x",), {"x": "2"}),
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Copies in memory, where there is such a thing: there are thousands."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    monkeypatch.setattr(store, "FULL_BYTES", FEW_ROWS)
    monkeypatch.setattr(objects, "AT_ONCE", 1)  # so that the nth request is always the same
    monkeypatch.setattr("os.fsync", lambda _: None)
    monkeypatch.setattr("harness.bucket.objects.time.sleep", lambda _: None)
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        monkeypatch.setenv("FEWLABELS_CACHE", name)
        yield


def carry_out(client, told):
    """Do all steps; before each, `told` learns what is stored before and after it."""
    model = EMPTY
    steps = list(STEPS)
    while steps:
        assert steps.pop(0) is None
        told(model, model)
        client.bucket.wait(60)  # the end of the one before may not have got through
        with (folder := BucketFolder(AT, client)).writing() as lines:
            assert not lines
            folder.write_sweep(*SWEEP)
            while steps and steps[0] is not None:
                step = steps.pop(0)
                told(model, after(model, *step))
                model = write(folder, model, *step)
        told(model, model)
    return model


def in_view(bucket):
    """Table -> sorted keys, as a plain reader finds them."""
    found = {table: [] for table in KEY_OF}
    for key, (content, _, _) in bucket.stored.items():
        table = key.removeprefix(f"{AT.prefix}/").partition("/")[0]
        if table in KEY_OF:
            found[table] += pq.read_table(io.BytesIO(content))[KEY_OF[table]].to_pylist()
    return {table: sorted(keys) for table, keys in found.items()}


def keys(model):
    return {table: sorted(rows) for table, rows in model.items()}


def check_clean(bucket):
    """Nothing lies about that the manifest does not name."""
    manifest, _ = current(Client(AT, bucket))
    own = {name.removeprefix(f"{AT.prefix}/") for name in bucket.stored}
    named = {f"{OBJECTS}{entry.key}" for entry in manifest.files.values()}
    assert own == {*manifest.files, *named, f"{OWN}manifest", f"{OWN}writer"}


def check(bucket, states):
    """What is there is as before or as wanted, now and after it is opened for writing."""
    if current(Client(AT, bucket)) is None:
        assert states == [EMPTY, EMPTY]
        return
    found = stored(BucketFolder.read_from(AT, Client(AT, bucket)))
    assert found in states
    bucket.wait(60)  # until the writer that was killed is taken for dead
    with (folder := BucketFolder(AT, Client(AT, bucket))).writing() as lines:
        assert not lines
        assert stored(folder) == found
        assert in_view(bucket) == keys(found)
        model = write(folder, found, "attempts", (), {99: "again"})
    assert stored(BucketFolder.read_from(AT, Client(AT, bucket))) == model
    assert in_view(bucket) == keys(model)
    check_clean(bucket)


def outcome(kind, nth):
    bucket, states = Bucket(), [EMPTY, EMPTY]

    def told(*both):
        states[:] = both

    client = Client(AT, bucket, kind, nth)
    try:
        carry_out(client, told)
    except (Killed, RunFolderError) as error:
        return bucket, states, error
    return bucket, states, None


def requests():
    client = Client(AT, Bucket())
    carry_out(client, lambda *_: None)
    return client.made


@pytest.mark.parametrize("kind", KINDS)
def test_no_row_is_lost_doubled_or_half_there_whatever_request_fails(kind):
    made = requests()
    chosen = range(len(made)) if ALL else range(KINDS.index(kind), len(made), len(KINDS))
    noticed = 0
    for nth in chosen:
        bucket, states, error = outcome(kind, nth)
        noticed += error is not None
        assert not (kind == "tried twice" and error), (nth, made[nth])
        try:
            check(bucket, states)
        except (AssertionError, RunFolderError) as wrong:
            wrong.add_note(f"{kind}, at request {nth}: {made[nth]}; said: {error!r}")
            raise
    if kind != "tried twice":  # its answer was lost, and what it did is known again
        assert noticed > 0.6 * len(chosen)


def interloped(nth):
    """Another writer works from before request `nth` of the first one, who never dies."""
    bucket, result = Bucket(), []

    def other():
        bucket.wait(60)
        with (folder := BucketFolder(AT, Client(AT, bucket))).writing():
            result.append(write(folder, stored(folder), "attempts", (), {77: "other"}))

    client, states = Client(AT, bucket, other, nth), [EMPTY, EMPTY]

    def told(*both):
        states[:] = both

    try:
        carry_out(client, told)
    except RunFolderError as error:
        return bucket, result, states, error
    return bucket, result, states, None


def test_a_writer_that_was_taken_for_dead_changes_nothing_any_more_and_says_so():
    made = requests()
    for nth in range(len(made)) if ALL else range(0, len(made), 3):
        bucket, (theirs,), states, error = interloped(nth)
        try:
            found = stored(BucketFolder.read_from(AT, Client(AT, bucket)))
            if error is None:  # it came back when it had nothing to store, or before it began
                assert found in (
                    theirs,
                    {**states[1], "attempts": states[1]["attempts"] | {77: "other"}},
                )
            else:
                assert isinstance(error, Overtaken), error
                assert "another run has taken over s3://lab/runs/x" in str(error)
                assert found == theirs
            assert in_view(bucket) == keys(found)
            with BucketFolder(AT, Client(AT, bucket)).writing() as lines:
                assert not lines
            check_clean(bucket)
        except (AssertionError, RunFolderError) as wrong:
            wrong.add_note(f"at request {nth}: {made[nth]}; said: {error!r}")
            raise


def test_a_reader_at_any_moment_sees_what_was_stored_then():
    """It reads between any two requests of a writer, each of which may remove what it wants."""
    bucket, states = Bucket(), [EMPTY, EMPTY]

    class Watched(Client):
        def call(self, method, **asked):
            if current(Client(AT, bucket)):
                assert stored(BucketFolder.read_from(AT, Client(AT, bucket))) in states
            return super().call(method, **asked)

    def told(*both):
        states[:] = both

    carry_out(Watched(AT, bucket), told)


def test_a_reader_whose_objects_go_meanwhile_reads_the_newer_ones(monkeypatch):
    monkeypatch.setattr("harness.bucket.published.GRACE_S", 0)
    monkeypatch.setattr("harness.bucket.published.VIEW_S", -1)
    bucket = Bucket()
    with (folder := BucketFolder(AT, Client(AT, bucket))).writing():
        model = write(folder, EMPTY, "environments", (), {"x": "1"})

        def go_on():
            write(folder, model, "environments", (), {"y": "1"})

        n = len(Client(AT, bucket).made)
        for nth in (1, 2):  # after the manifest, before its objects
            reader = Client(AT, bucket, go_on if nth == 1 else None, nth)
            found = stored(BucketFolder.read_from(AT, reader))
            assert found["environments"] == {"x": "1", "y": "1"}
        assert n == 0


def test_after_a_failed_change_nothing_more_is_stored_until_it_is_opened_again():
    bucket = Bucket()
    client = Client(AT, bucket, "lost before")
    with contextlib.suppress(BucketError), (folder := BucketFolder(AT, client)).writing():
        model = write(folder, EMPTY, "attempts", (), {0: "a"})
        client.nth = len(client.made)
        for number in (1, 2):
            with pytest.raises(BucketError, match="the connection was lost"):
                write(folder, model, "attempts", (), {number: "b"})
    assert stored(BucketFolder.read_from(AT, Client(AT, bucket))) == model


def test_changes_made_together_count_together():
    made = {}
    for nth in range(40):
        bucket = Bucket()
        client = Client(AT, bucket)
        try:
            with (folder := BucketFolder(AT, client)).writing():
                client.fate, client.nth = "killed after", len(client.made) + nth
                with folder.together():
                    write(folder, EMPTY, "attempts", (), {0: "a", 1: "a"})
                    write(folder, EMPTY, "environments", (), {"x": "1"})
        except Killed:
            pass
        else:
            break
        found = stored(BucketFolder.read_from(AT, Client(AT, bucket)))
        made[nth] = sorted(map(len, found.values()))
    assert {*map(tuple, made.values())} == {(0, 0), (1, 2)}
    assert made[0] == made[1] == [0, 0]  # two objects
    assert made[2] == [1, 2]  # the manifest
