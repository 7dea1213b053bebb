"""A run that cannot be written is refused before anything is computed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from harness import corpus, destination, parquet
from harness.errors import RunFolderError
from harness.ledger import Ledger
from harness.metrics import confusion
from harness.plan import make_plan
from harness.schema import schema
from harness.spec import read_sweep
from tests.harness.test_full_disk import OWN, may_mount

ROOT = Path(__file__).parents[2]


def test_a_run_needs_a_folder_and_is_not_put_among_other_files(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunFolderError, match=r"file is a file; a run needs a folder"):
        destination.must_take_a_run(tmp_path / "file")
    with pytest.raises(RunFolderError, match=r"no run can be written to .*file/run: .*: Not a dir"):
        destination.must_take_a_run(tmp_path / "file" / "run")
    with pytest.raises(RunFolderError, match="is not empty and holds no run"):
        destination.must_take_a_run(tmp_path)


@pytest.mark.parametrize("out", ["new", "a/b/c", "."])
def test_missing_parents_are_fine_and_nothing_is_left_behind(tmp_path, monkeypatch, out):
    monkeypatch.chdir(tmp_path)
    destination.must_take_a_run(Path(out))
    destination.must_take_a_run(tmp_path / out)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def planned(sweeps):
    def planned(**changes):
        sweep = read_sweep(sweeps.text(**changes))
        prepared = corpus.load(sweep)
        return make_plan(sweep, prepared), prepared

    return planned


def stored_bytes(folder):
    return sum(path.stat().st_size for path in folder.root.glob("*/*.parquet"))


@pytest.mark.parametrize(
    "changes", [{}, {"evaluate": "every_round", "labelling": {"initial": 20, "batch": 5}}]
)
def test_what_a_run_writes_is_foreseen_and_what_is_there_counts_no_more(
    sweeps, planned, tmp_path, changes
):
    plan, prepared = planned(**changes)
    each = destination.matrices(plan, prepared)
    foreseen = destination.bytes_to_come(Ledger(plan), each)
    folder = sweeps.run(tmp_path / "run", **changes)
    small = sum(  # of tables that every run has, and nobody counts
        len(parquet.encode(folder.read(table))) for table in ("datasets", "environments")
    )
    assert stored_bytes(folder) - small < foreseen < 4 * stored_bytes(folder)
    assert destination.bytes_to_come(Ledger.read(plan, folder), each) == 0


def test_the_estimate_grows_with_matrices_batches_and_trials(planned):
    plan, prepared = planned()
    ledger, each = Ledger(plan), destination.matrices(plan, prepared)
    few = destination.bytes_to_come(ledger, each)
    many = destination.bytes_to_come(ledger, {label: n + 100 for label, n in each.items()})
    assert many - few == pytest.approx(100 * 38, abs=1)
    more, _ = planned(tuning={"trials": 100, "validation": {"folds": 3}})
    assert destination.bytes_to_come(Ledger(more), each) > few + 16 * 98 * 300


@pytest.mark.parametrize("n_test", [400, 4_000])
@pytest.mark.parametrize("n_classes", [2, 10, 50, 200])
@pytest.mark.parametrize("right", [0.0, 0.8])
def test_a_confusion_matrix_takes_what_is_foreseen_however_many_classes(n_classes, n_test, right):
    random = np.random.default_rng(7)

    def drawn():
        y = random.integers(n_classes, size=n_test)
        answer = np.where(random.random(n_test) < right, y, random.integers(n_classes, size=n_test))
        return confusion(y, answer, n_classes).tolist()

    kind = schema("trials").field("confusion")

    def stored(n):
        column = pa.array([drawn() for _ in range(n)], kind.type)
        return len(parquet.encode(pa.table([column], names=[kind.name])))

    n = 200 if n_classes < 200 else 40
    measured = (stored(n) - stored(1)) / (n - 1)
    assert 0.9 * measured < destination.matrix_bytes(n_classes, n_test) < 3.5 * measured


def test_a_disk_without_room_is_refused_with_figures_and_a_finished_run_is_not(
    sweeps, planned, tmp_path, monkeypatch
):
    plan, prepared = planned()
    root = tmp_path / "runs" / "new"
    monkeypatch.setattr(destination, "free_bytes", lambda _: 1_234_567)
    with pytest.raises(RunFolderError) as refused:
        destination.must_have_room(plan, prepared, root, None)
    said = str(refused.value)
    assert said == (
        f"1.2 MB are free at {root}, and this run wants 2.4 MB: about 183 kB to write, and as much "
        "and 2.0 MB to replace files. Make room, or choose another --out."
    )
    done = sweeps.run(tmp_path / "done")
    destination.must_have_room(plan, prepared, done.root, done)


CALL = """
import subprocess, sys
from pathlib import Path

folder, sweep = sys.argv[1:]

def call(command, out, *options):
    words = [command, sweep, "--out", f"{folder}/{out}", *options]
    done = subprocess.run(
        [sys.executable, "-m", "fewlabels", *words], capture_output=True, text=True, check=False
    )
    print(done.returncode, done.stderr.strip() or done.stdout.strip().splitlines()[-1])

"""
FULL = """
call("plan", "run")
call("run", "run")
assert not Path(folder, "run").exists()
subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
call("run", "run")
call("run", "a/b")
"""
if may_mount():

    def test_on_a_small_or_read_only_disk_nothing_begins(sweeps, tmp_path):
        """Without Ray, which would be seen by what it takes."""
        sweep = tmp_path / "sweep.yaml"
        sweep.write_text(sweeps.text())
        disk = tmp_path / "disk"
        disk.mkdir()
        mount = f'mount -t tmpfs -o size=1m none "{disk}" && exec "$@"'
        command = [*OWN, "sh", "-c", mount, "sh", sys.executable, "-c", CALL + FULL]
        done = subprocess.run(
            [*command, str(disk), str(sweep)], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        plan, full, *read_only = done.stdout.splitlines()
        assert plan.startswith("0 beware     not enough, `run` will refuse: this run wants 2.")
        assert full.startswith(f"1 1.0 MB are free at {disk}/run, and this run wants 2.")
        for line, out in zip(read_only, ("run", "a/b"), strict=True):
            assert line == (
                f"1 no run can be written to {disk}/{out}: {disk}: Read-only file system. "
                "Choose another --out."
            )
