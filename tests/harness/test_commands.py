from __future__ import annotations

import re
import shutil
from pathlib import Path

import pyarrow.compute as pc
import pytest
import typer
import yaml
from typer.testing import CliRunner

from cluster.commands import run
from cluster.forecast.command import plan
from datasets.errors import DatasetError
from harness import corpus
from harness.commands import components, status, verify
from harness.errors import BadComponents, RunFolderError, SweepError
from harness.store import RunFolder

app = typer.Typer()
for command in (plan, status, verify, components, run):
    app.command()(command)

SMALL = {
    "repeats": 1,
    "classifiers": ["naive_bayes"],
    "strategies": ["random", "margin"],
    "resamplers": ["none"],
    "exclude": [],
    "reference": {"classifier": "naive_bayes", "scaler": "standard"},
}


@pytest.fixture
def call(tmp_path, monkeypatch):
    """Runs a command in a folder of its own; gives its output."""
    monkeypatch.chdir(tmp_path)

    def calling(*arguments, code=0):
        done = CliRunner().invoke(app, [str(a) for a in arguments])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.stdout

    return calling


@pytest.fixture
def sweep_file(sweeps, tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(sweeps.text(**SMALL))
    return path


def counts(text):
    """`to do`, `reused` and `total` of each kind of work."""
    found = re.findall(r"^(\w+) +(\d+) +(\d+) +(\d+)$", text, re.MULTILINE)
    return {what: tuple(map(int, numbers)) for what, *numbers in found}


def test_a_plan_counts_what_is_to_do(call, sweep_file):
    text = call("plan", sweep_file)
    assert "budgets    30, 60 labels on npz" in text
    assert "strategy   random, margin" in text
    one = r"dataset    npz: [\d,]+ rows, \d+ classes \(.+\), \d+ numbers, 0 categories\n"
    assert re.match(one, text)
    assert counts(text) == {
        "references": (1, 0, 1),
        "acquisitions": (2, 0, 2),
        "studies": (4, 0, 4),
        "trials": (8, 0, 8),
    }
    assert "time left  unknown: nothing like it ran in this folder yet" in text


def test_a_plan_says_what_is_reused_and_how_long_the_rest_takes(call, sweep_file):
    call("run", sweep_file, "--executor", "inline")
    text = call("plan", sweep_file, "--set", "tuning.trials=5", "--set", "repeats=2")
    assert counts(text) == {
        "references": (1, 1, 2),
        "acquisitions": (2, 2, 4),
        "studies": (8, 0, 8),
        "trials": (32, 8, 40),
    }
    assert "time left  less than a minute of one worker\n" in text
    assert "time left  none: all is done\n" in call("plan", sweep_file)


def test_a_plan_says_what_is_skipped_and_why(call, sweep_file):
    changes = ["--set", "exclude=[{strategy: margin}]", "--set", "classifiers=[naive_bayes, bare]"]
    (sweep_file.parent / "bare.py").write_text(
        "class Bare:\n    def __init__(self, seed, threads): ...\n"
        "COMPONENTS = {'classifiers': {'bare': Bare}}\n"
    )
    text = call("plan", sweep_file, *changes, "--set", "components=[bare.py]")
    assert "skipped    2 curves, excluded by strategy: margin" in text
    assert "skipped    tuning of 2 studies of bare: nothing to tune; trial 0 only" in text


def test_a_plan_says_that_a_design_looks_at_labels(call, sweep_file):
    beware = "beware     the design stratified looks at labels, which nobody knows before they are"
    assert beware in call("plan", sweep_file, "--set", "labelling.design=stratified")
    assert "beware" not in call("plan", sweep_file, "--set", "labelling.design=k_means")


def test_a_plan_refuses_a_folder_with_results_that_were_made_otherwise(call, sweep_file):
    call("run", sweep_file, "--executor", "inline")
    with pytest.raises(RunFolderError, match="holds results that another sweep made") as refused:
        call("plan", sweep_file, "--set", "seed=8")
    assert "acquisition npz × naive_bayes × standard × none × random × 0" in str(refused.value)
    call("plan", sweep_file, "--set", "seed=8", "--out", "runs/other")
    with pytest.raises(RunFolderError, match="holds results that another sweep made"):
        call("run", sweep_file, "--set", "seed=8", "--executor", "inline")


def test_a_plan_for_an_empty_folder_is_that_of_a_new_one(call, sweep_file, tmp_path):
    (tmp_path / "empty").mkdir()
    assert call("plan", sweep_file, "--out", "empty") == call("plan", sweep_file, "--out", "new")
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_plan_for_what_is_no_run_is_refused(call, sweep_file, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").touch()
    (tmp_path / "nowhere").symlink_to("gone")
    for command in (["plan"], ["run", "--executor", "inline"]):
        for out, said in (
            ("other", "other is not empty and holds no run"),
            ("small.yaml", r"small\.yaml is a file; a run needs a folder"),
            ("nowhere", "no run can be at nowhere: nowhere is a link to gone, which is not there"),
            ("nowhere/run", "no run can be at nowhere/run: .*nowhere is a link to gone, which is"),
        ):
            with pytest.raises(RunFolderError, match=said):
                call(*command, sweep_file, "--out", out)
    with pytest.raises(RunFolderError, match="File name too long"):
        call("plan", sweep_file, "--out", 300 * "x")


def test_a_plan_changes_nothing(call, sweep_file):
    call("plan", sweep_file)
    assert [path.name for path in sweep_file.parent.iterdir()] == ["small.yaml"]


def test_a_run_leaves_its_resolved_sweep_and_may_be_repeated(call, sweep_file, tmp_path):
    text = call("run", sweep_file, "--executor", "inline")
    assert re.match(r"done in \d+ s: 8 trials in runs/small", text)
    assert call("run", sweep_file, "--executor", "inline").startswith("done in 0 s: 8 trials")
    stored = tmp_path / "runs" / "small" / "sweep.yaml"
    shutil.copy(stored, tmp_path / "again.yaml")
    assert call("run", "again.yaml", "--executor", "inline").startswith("done in 0 s: 8 trials")
    assert yaml.safe_load(stored.read_text())["tuning"]["metric"] == "macro_f1"


def test_a_run_that_goes_on_is_held_from_before_the_data_are_read(
    call, sweep_file, tmp_path, monkeypatch
):
    call("run", sweep_file, "--executor", "inline")
    load, tried = corpus.load, []

    def loading(sweep):
        with pytest.raises(RunFolderError, match="is being written by process"):
            RunFolder.open(tmp_path / "runs" / "small").writing().__enter__()
        tried.append(sweep)
        return load(sweep)

    monkeypatch.setattr(corpus, "load", loading)
    call("run", sweep_file, "--executor", "inline")
    assert len(tried) == 1
    with RunFolder.open(tmp_path / "runs" / "small").writing():
        pass


def test_a_run_with_failures_says_so_and_ends_with_3(call, sweep_file):
    (sweep_file.parent / "bad.py").write_text(
        "def bad(query, n):\n    raise KeyError('no')\nCOMPONENTS = {'strategies': {'bad': bad}}\n"
    )
    changes = ["--set", "components=[bad.py]", "--set", "strategies=[random, bad]"]
    text = call("run", sweep_file, "--executor", "inline", *changes, code=3)
    assert "not all ended well; why: fewlabels status runs/small\n" in text
    assert "with all else: fewlabels report runs/small -o site\n" in text
    assert "what can be done again, and how: fewlabels retry runs/small\n" in text
    text = call("plan", sweep_file, *changes)
    assert (
        "skipped    1 that ended as failed; they are not run again, unless by `fewlabels retry`"
        in text
    )
    assert "skipped    2 studies: their acquisition ended before their budget" in text
    shown = call("status", "runs/small")
    assert "acquisitions  1 done, 1 failed\n              1 failed: KeyError: 'no'\n" in shown
    assert shown.endswith("to do again   fewlabels retry runs/small --status failed\n")


def test_a_status_is_read_from_files(call, sweep_file):
    call("run", sweep_file, "--executor", "inline")
    text = call("status", "runs/small")
    assert re.sub(" +", " ", text).splitlines() == [
        "references 1 of 1 (100 %): 1 done",
        "acquisitions 2 of 2 (100 %): 2 done",
        "trials 8 of 8 (100 %): 8 done",
        "time left none: all is done",
    ]
    with pytest.raises(RunFolderError, match="no run at runs/smal; did you mean runs/small"):
        call("status", "runs/smal")


def test_a_status_says_how_much_is_left_without_loading_the_data(
    call, sweep_file, small_npz, tmp_path
):
    """As `plan` does; also where the data has gone since."""
    data = shutil.copy(small_npz, tmp_path / "mine.npz")
    here = ["--set", f"datasets=[{{name: npz, path: {data}}}]"]
    call("run", sweep_file, "--executor", "inline", *here)
    folder = RunFolder.open(tmp_path / "runs" / "small")
    with folder.writing():
        folder.supersede("trials", pc.field("number") == 1, [])
    planned = call("plan", sweep_file, *here)
    Path(data).unlink()
    text = call("status", "runs/small")
    assert "trials        4 of 8 (50 %): 4 done" in text
    assert "time left  less than a minute of one worker\n" in planned
    assert "time left     less than a minute of one worker\n" in text


def test_a_status_of_a_sweep_with_code_runs_none_of_it(call, sweep_file, tmp_path):
    (sweep_file.parent / "mine.py").write_text(
        "def mine(query, n):\n    return query.candidates[:n]\n"
        "COMPONENTS = {'strategies': {'mine': mine}}\n"
    )
    changes = ["--set", "components=[mine.py]", "--set", "strategies=[mine]"]
    call("run", sweep_file, "--executor", "inline", *changes)
    stored = tmp_path / "runs" / "small" / "components" / "mine.py"
    stored.write_text("raise SystemExit('run')")
    text = call("status", "runs/small")
    assert "trials        4 done" in text
    assert re.search("time left +unknown: .*sweep.yaml names component files, and code of a", text)


def test_verify_says_what_is_wrong_and_ends_with_1(call, sweep_file, tmp_path):
    call("run", sweep_file, "--executor", "inline", "--set", "evaluate=every_round")
    assert call("verify", "runs/small").endswith(" rows in runs/small: nothing wrong found\n")
    folder = RunFolder.open(tmp_path / "runs" / "small")
    with folder.writing():
        folder.append("trials", folder.read("trials").slice(0, 1).to_pylist())
    lines = call("verify", "runs/small", code=1).splitlines()
    assert re.fullmatch(r"trials: trial 0 of study [0-9a-f]{16}: stands there twice", lines[0])
    assert all(line.startswith("trials: ") for line in lines)


def test_a_damaged_file_is_said_and_set_aside_when_the_sweep_is_run_again(
    call, sweep_file, tmp_path
):
    call("run", sweep_file, "--executor", "inline")
    path = tmp_path / "runs" / "small" / "trials" / "000001.parquet"
    path.write_bytes(b"")
    for command in ("status", "verify", "plan"):
        if command == "verify":
            text = call(command, "runs/small", code=1)
            assert text.startswith("runs/small/trials/000001.parquet is damaged")
            continue
        with pytest.raises(RunFolderError, match=r"trials/000001\.parquet is damaged .*; run the"):
            call(command, "runs/small" if command == "status" else sweep_file)
    done = CliRunner().invoke(app, ["run", str(sweep_file), "--executor", "inline"])
    assert done.exit_code == 0
    assert "it is now runs/small/quarantine/trials/000001.parquet" in done.stderr
    assert (
        "note: quarantine/ holds 1 files"
        in CliRunner().invoke(app, ["verify", "runs/small"]).stderr
    )
    assert "trials        8 of 8 (100 %): 8 done" in call("status", "runs/small")


@pytest.mark.parametrize(
    ("name", "content"), [("sweep.json", b"[]"), ("sweep.json", b"null"), ("sweep.yaml", b"\xff")]
)
def test_a_run_with_a_damaged_sweep_goes_on(call, sweep_file, tmp_path, name, content):
    call("run", sweep_file, "--executor", "inline")
    path = tmp_path / "runs" / "small" / name
    before = path.read_bytes()
    path.write_bytes(content)
    text = call("status", "runs/small")
    assert f"{name} is damaged" in text
    done = CliRunner().invoke(app, ["run", str(sweep_file), "--executor", "inline"])
    assert done.exit_code == 0
    assert f"it is now runs/small/quarantine/{name}" in done.stderr
    assert path.read_bytes() == before


def test_a_status_counts_evaluations_where_there_are_any(call, sweep_file):
    call("run", sweep_file, "--executor", "inline", "--set", "evaluate=every_round")
    text = call("status", "runs/small")
    assert re.search(r"^evaluations +\d+ done$", text, re.MULTILINE)


def test_a_status_of_a_run_that_has_just_begun(call, tmp_path):
    RunFolder.create(tmp_path / "new")
    assert call("status", "new").splitlines()[0].split() == ["references", "none", "yet"]


def test_components_are_listed_with_parameters_and_what_is_tuned(call, tmp_path):
    text = call("components")
    for name in ("random_forest", "smote", "least_confidence", "ton_iot_network", "full_data"):
        assert re.search(rf"^  {name} ", text, re.MULTILINE)
    knn = text[text.index("  knn ") :].splitlines()[:3]
    assert "n_neighbors=5, weights='uniform', metric='euclidean'" in knn[1]
    assert "tuned: n_neighbors, weights, metric" in knn[2]
    assert "rng" not in text[text.index("\ndesigns") :]  # given to who asks, not by a sweep
    (tmp_path / "mine.py").write_text(
        'def mine(query, n, *, x: int):\n    """Buy mine."""\n'
        'COMPONENTS = {"strategies": {"mine": mine}}'
    )
    mine = call("components", "mine.py")
    assert re.search(r"^  mine +Buy mine.\n +x \(needed\)", mine, re.MULTILINE)
    with pytest.raises(BadComponents, match="cannot read the components file"):
        call("components", "gone.py")


def test_wrong_sweeps_and_data_are_deliberate_errors(call, sweep_file):
    with pytest.raises(SweepError, match=r"small\.yaml has 2 problems"):
        call("plan", sweep_file, "--set", "seed=x", "--set", "bogus=1")
    with pytest.raises(SweepError, match=r"cannot be read: .*File name too long"):
        call("plan", 300 * "x")
    with pytest.raises((SweepError, DatasetError), match="there is no file"):
        call("plan", sweep_file, "--set", "datasets=[{name: npz, path: gone.npz}]")
