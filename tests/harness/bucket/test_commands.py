"""Every command that takes a run folder takes an address.

What it does there is shown by `make long`, and for `run`, `verify` and `report` by `tests/chaos`.
"""

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from cluster.commands import run
from cluster.forecast.command import plan
from harness.bucket.copies import Copies
from harness.bucket.manifest import OBJECTS, current
from harness.bucket.objects import Objects
from harness.commands import rerun, status, verify
from harness.export.command import export
from harness.place import opened
from harness.retry.command import retry
from reports.commands import efficiency, leaderboard, report
from tests.harness.test_commands import SMALL
from tests.tables import tables

app = typer.Typer()
for command in (plan, run, status, verify, rerun, retry, export, leaderboard, efficiency, report):
    app.command()(command)


def call(*arguments):
    done = CliRunner().invoke(app, [str(a) for a in arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


@pytest.fixture
def sweep(sweeps, tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(sweeps.text(**SMALL))
    return path


def equal(one, other):
    for table, frame in tables(one).items():
        pd.testing.assert_frame_equal(frame, tables(other)[table], obj=table, check_exact=True)


@pytest.mark.parametrize(
    "words",
    [
        *(f"{name} s3:/lab/x" for name in ("status", "verify", "retry", "leaderboard")),
        *("efficiency s3:/lab/x", "report s3:/lab/x -o site", "rerun s3:/lab/x abc"),
        *("export s3:/lab/x --to optuna:sqlite:///x", "plan quickstart --out s3:/lab/x"),
        "run quickstart --out s3:/lab/x --executor inline",
    ],
)
def test_every_command_tells_an_address_from_a_folder(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, words.split())
    assert done.exit_code
    assert "did you mean s3://lab/x?" in f"{done.exception} {done.output}"
    assert not [*tmp_path.iterdir()]


@pytest.mark.long
def test_every_command_takes_an_address(s3, sweep, tmp_path):
    at, on_disk = str(s3), tmp_path / "on disk"
    assert "trials 8 0 8" in call("plan", sweep, "--out", at)
    assert f"trials in {at}" in call("run", sweep, "--out", at, "--executor", "inline")
    call("run", sweep, "--out", on_disk, "--executor", "inline")
    equal(opened(at), opened(on_disk))
    for name in ("status", "retry"):
        assert call(name, at) == call(name, on_disk)
    for name, said in (("leaderboard", "macro-F1 at 60 labels"), ("efficiency", "margin")):
        assert said in call(name, at)
    assert f"rows in {at}: nothing wrong found" in call("verify", at)
    call("report", at, "-o", tmp_path / "site")
    said = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert at.rsplit("/", 1)[-1] in said
    study = opened(at).frame("trials")["study_id"].iloc[0]
    assert "all equal in" in call("rerun", at, study)
    assert "8 trials: 4 new" in call("export", at, "--to", f"optuna:sqlite:///{tmp_path}/st.db")
    assert "trials 0 8 8" in call("plan", sweep, "--out", at)


@pytest.mark.long
def test_a_run_that_lost_an_object_is_computed_again_to_the_same_tables(s3, sweep, tmp_path):
    at, on_disk = str(s3), tmp_path / "on disk"
    call("run", sweep, "--out", at, "--executor", "inline")
    objects = Objects(s3)
    entry = current(objects)[0].files["trials/000001.parquet"]
    objects.delete([f"{OBJECTS}{entry.key}"])
    Copies(s3).forget_all_but(set())
    said = call("run", sweep, "--out", at, "--executor", "inline")
    assert f"{at}/trials/000001.parquet is damaged: its object is lost" in said
    call("run", sweep, "--out", on_disk, "--executor", "inline")
    equal(opened(at), opened(on_disk))
