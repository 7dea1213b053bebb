"""A number that is stored, got again; and what is said where it is another."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
import typer
import yaml
from typer.testing import CliRunner

from harness import environment
from harness.commands import rerun, status
from harness.compare import compare
from harness.errors import RunFolderError, SweepError, UnknownId
from harness.schema import TIMING_AND_HOST, schema
from harness.spec import read_sweep
from harness.store import RunFolder

app = typer.Typer()
for command in (rerun, status):
    app.command()(command)

ONE = {
    "repeats": 1,
    "classifiers": ["knn"],
    "scalers": ["none"],
    "strategies": ["margin"],
    "evaluate": "every_round",
    "reference": {"classifier": "knn", "resampler": "smote", "every_pipeline": False},
    "tuning": {"trials": 3, "startup": 3, "validation": {"folds": 3}},
}
TUNED = ONE | {
    "resamplers": ["none"],
    "budgets": [30, 60, 90],
    "tuning": ONE["tuning"] | {"trials": 5, "startup": 5, "acquisition": "tuned"},
}
ID = {"acquisitions": "acquisition_id", "trials": "study_id", "references": "reference_id"}


class Runs:
    """Makes runs with their sweep in them, as `fewlabels run` does, and calls `rerun`."""

    def __init__(self, sweeps):
        self.sweeps = sweeps

    def make(self, out: Path, folder: Path = Path(), **changes):
        options = {k: changes.pop(k) for k in ("stop_after", "segment_s") if k in changes}
        self.sweeps.run(out, **options, **changes)
        return self.describe(out, folder, **changes)

    def describe(self, out: Path, folder: Path = Path(), **changes):
        """Store the sweep."""
        sweep = read_sweep(self.sweeps.text(**changes), folder=folder)
        run = RunFolder.open(out)
        with run.writing():
            text = yaml.safe_dump(dict(sweep.resolved), sort_keys=False)
            run.write_sweep(text, sweep.resolved, {f.name: f.text for f in sweep.files})
        return run

    @staticmethod
    def call(run, id_, code=0):
        done = CliRunner().invoke(app, ["rerun", str(run.root), id_])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.stdout.splitlines(), done.stderr


@pytest.fixture(scope="module")
def runs(sweeps):
    return Runs(sweeps)


@pytest.fixture(scope="module")
def honest(runs, tmp_path_factory):
    return runs.make(tmp_path_factory.mktemp("honest") / "run", **ONE)


@pytest.fixture(scope="module")
def tuned(runs, tmp_path_factory):
    return runs.make(tmp_path_factory.mktemp("tuned") / "run", **TUNED)


@pytest.fixture
def copy(tmp_path):
    """Copies a run, to be tampered with."""

    def copying(run):
        shutil.copytree(run.root, tmp_path / "copy", symlinks=True)
        return RunFolder.open(tmp_path / "copy")

    return copying


def id_of(run, table, at=0):
    """The smallest budget's, unless told otherwise."""
    frame = run.frame(table)
    frame = frame.sort_values("budget") if "budget" in frame else frame
    return frame[ID[table]].unique()[at]


def tamper(run, table, change, **where):
    """Let `change` alter the stored row with the values `where`."""
    rows = run.read(table).to_pylist()
    (row,) = [row for row in rows if row.items() >= where.items()]
    change(row)
    with run.writing():
        run.supersede(table, pc.scalar(True), rows)


def put(**values):
    return lambda row: row.update(values)


def n_columns(*tables):
    return sum(len(set(schema(table).names) - TIMING_AND_HOST) for table in tables)


LABELS = "npz × knn × none × smote"


def test_an_acquisition_is_got_again(runs, honest):
    id_ = id_of(honest, "acquisitions")
    columns = n_columns("acquisitions", "rounds", "evaluations")
    lines, said = runs.call(honest, id_)
    assert lines == [
        (
            f"acquisition {id_} ({LABELS} × margin, repeat 0): 1 acquisition, 5 rounds, "
            f"5 evaluations recomputed, all equal in {columns} columns"
        )
    ]
    assert said == ""


def test_a_tuned_acquisition_takes_over_the_stored_winners(runs, tuned, copy):
    id_ = id_of(tuned, "acquisitions")
    ((line,), _) = runs.call(tuned, id_)
    assert "1 acquisition, 8 rounds, 8 evaluations recomputed, all equal" in line
    run = copy(tuned)
    study = id_of(run, "trials")
    others = run.frame("trials").query("study_id == @study and number > 0")
    winner = {"study_id": study, "number": int(others["number"].iloc[-1])}
    params = json.loads(others["params"].iloc[0])
    params |= {"classifier.n_neighbors": 1, "classifier.weights": "uniform"}
    tamper(run, "trials", put(params=json.dumps(params), val_macro_f1=2.0), **winner)
    lines, _ = runs.call(run, id_, code=3)
    assert any(line.startswith("  round 2: batch[") for line in lines)
    assert not any(line.startswith(("  round 0", "  round 1")) for line in lines)


@pytest.mark.parametrize("which", ["honest", "tuned"])
def test_a_study_is_got_again(runs, which, request):
    run = request.getfixturevalue(which)
    trials = run.frame("trials")
    study = id_of(run, "trials", at=1)
    n, budget = (trials["study_id"] == study).sum(), trials.set_index("study_id")["budget"][study]
    ((line,), _) = runs.call(run, study)
    assert line.startswith(f"study {study} (npz × knn × none × ")
    assert f" × margin, repeat 0, {budget.iloc[0]} labels): {n} trials recomputed, " in line
    assert line.endswith(f"all equal in {n_columns('trials')} columns")


def test_one_trial_is_got_again_after_the_stored_earlier_ones(runs, honest, copy):
    study = id_of(honest, "trials")
    ((line,), _) = runs.call(honest, f"{study}:2")
    assert line == (
        f"trial {study}:2 ({LABELS} × margin, repeat 0, 30 labels): 1 trial recomputed, "
        f"all equal in {n_columns('trials')} columns"
    )
    run = copy(honest)
    tamper(run, "trials", put(test_mcc=0.125), study_id=study, number=1)
    assert "all equal" in runs.call(run, f"{study}:2")[0][0]
    assert runs.call(run, f"{study}:1", code=3)[0][1].startswith(
        "  trial 1: test_mcc: stored 0.125"
    )


def test_a_reference_is_got_again(runs, honest):
    id_ = id_of(honest, "references")
    assert runs.call(honest, id_)[0] == [
        (
            f"reference {id_} ({LABELS}, repeat 0): 1 reference recomputed, "
            f"all equal in {n_columns('references')} columns"
        )
    ]


def swap(row):
    row["batch"][3], row["batch"][4] = row["batch"][4], row["batch"][3]


def one_more(row):
    row["confusion"][1][2] += 1


@pytest.mark.parametrize(
    ("table", "where", "change", "named"),
    [
        ("rounds", {"round": 2}, swap, "round 2: batch[3]: stored {batch[4]}, now {batch[3]}"),
        (
            "evaluations",
            {"n_labels": 40},
            put(test_macro_f1=0.5),
            "evaluation at 40 labels: test_macro_f1: stored 0.5, now {test_macro_f1}",
        ),
        ("acquisitions", {}, put(n_rounds=7), "acquisition: n_rounds: stored 7, now 5"),
        (
            "trials",
            {"number": 1, "budget": 30},
            put(params='{"classifier.n_neighbors": 3}'),
            'trial 1: params: stored {{"classifier.n_neighbors": 3}}, now {params}',
        ),
        (
            "trials",
            {"number": 2, "budget": 30},
            put(val_macro_f1=None),
            "trial 2: val_macro_f1: stored null, now {val_macro_f1}",
        ),
        (
            "references",
            {},
            one_more,
            "reference: confusion[1][2]: stored {more}, now {confusion[1][2]}",
        ),
    ],
    ids=["batch", "test score", "count", "params", "validation score", "matrix"],
)
def test_one_altered_value_is_found_and_named(runs, honest, copy, table, where, change, named):
    rows = honest.read(table).to_pylist()
    (original,) = [row for row in rows if row.items() >= where.items()]
    more = {"more": original["confusion"][1][2] + 1} if table == "references" else {}
    run = copy(honest)
    tamper(run, table, change, **where)
    id_ = original[ID.get(table, "acquisition_id")]
    (head, *lines), _ = runs.call(run, id_, code=3)
    assert head.endswith(" recomputed, 1 difference:")
    assert lines == [f"  {named.format(**original, **more)}"]


def test_rows_that_are_lost_or_stand_twice_are_differences(runs, honest, copy):
    run, study = copy(honest), id_of(honest, "trials")
    rows = [row for row in run.read("trials").to_pylist() if row["study_id"] == study]
    with run.writing():
        run.supersede("trials", pc.field("study_id") == study, [rows[0], rows[2]])
        run.append("trials", [rows[2]])
    assert runs.call(run, study, code=3)[0][1:] == [
        "  trial 1: not stored, but computed now",
        "  trial 2: stored 2 times",
        "  2 of the 3 trials asked for are stored",
    ]
    with pytest.raises(RunFolderError, match=r"trial 1 is not stored; of the study's trials 0 to"):
        runs.call(run, f"{study}:2")


def test_only_so_many_differences_are_shown(runs, honest, copy):
    run = copy(honest)
    scores = {name: 2.0 for name in schema("trials").names if name.startswith(("val_", "test_"))}
    tamper(run, "trials", put(**scores), number=0, budget=30)
    (head, *lines), _ = runs.call(run, id_of(run, "trials"), code=3)
    assert head.endswith(f"3 trials recomputed, {len(scores)} differences:")
    assert lines[20:] == [f"  and {len(scores) - 20} more"]


def test_null_and_nan_are_equal_and_of_an_error_the_first_line_counts():
    row = dict.fromkeys(schema("references").names)
    row |= {"reference_id": "x", **dict.fromkeys(["dataset", "classifier", "scaler"], "x")}
    row |= {"resampler": "x", "repeat": 0, "status": "failed", "wall_s": 1.0, "peak_bytes": 1}
    row |= {"host": "a", "environment_id": "a", "error": "no\n\nFile a", "test_mcc": None}
    other = row | {"error": "no\n\nFile b", "test_mcc": np.nan, "wall_s": 2.0, "host": "b"}
    assert compare("references", [row], [other]).differences == ()
    found = compare("references", [row], [other | {"error": None, "confusion": [[1, 2]]}])
    assert found.differences == (
        "reference: error: stored no, now null",
        "reference: confusion: stored null, now [[1, 2]]",
    )


def test_a_prefix_will_do_and_case_does_not_matter(runs, honest):
    study = id_of(honest, "trials")
    assert runs.call(honest, f"{study[:6].upper()}:0")[0][0].startswith(f"trial {study}:0 (")


@pytest.mark.parametrize("typed", ["abc", "study", "3f2a91c0d4e5b6777", "3f2a:x", "3f2a:", ""])
def test_what_is_no_id_is_refused_with_what_is_one(runs, honest, typed):
    with pytest.raises(UnknownId) as refused:
        runs.call(honest, typed)
    assert str(refused.value) == (
        f"{typed!r} is no id\n"
        "An id is an acquisition_id (in acquisitions/ and rounds/), a study_id (in trials/) or a "
        "reference_id (in references/):\n"
        "16 hex digits, or at least the first 4 of them. One trial is STUDY_ID:NUMBER."
    )


def test_an_unknown_id_is_refused_with_the_nearest_one(runs, honest):
    reference = id_of(honest, "references")
    typed = reference[:-1] + ("0" if reference[-1] != "0" else "1")
    with pytest.raises(UnknownId, match=f"did you mean reference {reference}\\?\nAn id is"):
        runs.call(honest, typed)
    with pytest.raises(UnknownId, match=f"has no id {16 * '0'}\nAn id is"):
        runs.call(honest, 16 * "0")


def test_an_ambiguous_id_is_refused_with_those_that_it_may_be(runs, honest, copy):
    run = copy(honest)
    tamper(run, "references", put(reference_id="ab12" + 12 * "0"))
    tamper(run, "trials", put(study_id="ab12" + 12 * "1"), number=2, budget=60)
    with pytest.raises(UnknownId) as refused:
        runs.call(run, "ab12")
    assert str(refused.value) == (
        "ab12 begins 2 ids: study ab12111111111111, reference ab12000000000000; give more digits"
    )


def test_only_studies_have_trials(runs, honest):
    acquisition, study = id_of(honest, "acquisitions"), id_of(honest, "trials")
    with pytest.raises(UnknownId, match=f"{acquisition} is an acquisition, which has no trials"):
        runs.call(honest, f"{acquisition}:0")
    with pytest.raises(RunFolderError, match="trial 9 is not stored; of the study's trials 0 to 2"):
        runs.call(honest, f"{study}:9")
    with pytest.raises(RunFolderError, match="trial 999999999 is not stored"):
        runs.call(honest, f"{study}:999999999")


def test_what_the_sweep_no_longer_asks_for_but_still_describes_is_got_again(runs, tmp_path):
    run = runs.make(tmp_path / "run", **ONE | {"repeats": 2, "evaluate": "budgets"})
    runs.describe(
        run.root, **ONE | {"budgets": [30], "tuning": ONE["tuning"] | {"trials": 2, "startup": 3}}
    )
    trials = run.frame("trials").query("repeat == 1 and budget == 60")
    ((line,), _) = runs.call(run, trials["study_id"].iloc[0])
    assert "repeat 1, 60 labels): 3 trials recomputed, all equal" in line
    ((line,), _) = runs.call(run, trials["acquisition_id"].iloc[0])
    assert "1 acquisition, 5 rounds recomputed, all equal" in line


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"classifiers": ["naive_bayes"]}, "the sweep has nothing of these names"),
        ({"seed": 8}, "what has its names now is {kind} [0-9a-f]{{16}}, since a setting"),
        ({"datasets": ["ton_iot_synthetic"]}, "it has no dataset 'npz'"),
    ],
)
@pytest.mark.parametrize("table", ID)
def test_what_the_sweep_no_longer_describes_is_refused(runs, honest, copy, table, changes, why):
    run = copy(honest)
    runs.describe(run.root, **ONE | {"reference": {"classifier": "naive_bayes"}} | changes)
    kind = ID[table].removesuffix("_id")
    why = why.format(kind=kind)
    with pytest.raises(
        RunFolderError,
        match=f"^{kind} .* is stored, but .*sweep.yaml no longer describes it: {why}",
    ):
        runs.call(run, id_of(run, table))


def test_a_dataset_with_other_content_is_refused(runs, small_npz, tmp_path):
    data = tmp_path / "mine.npz"
    shutil.copy(small_npz, data)
    here = ONE | {"datasets": [{"name": "npz", "path": str(data)}], "budgets": [30]}
    run = runs.make(tmp_path / "run", **here)
    with np.load(small_npz) as arrays:
        np.savez(data, X=arrays["X"][:-1], y=arrays["y"][:-1])
    with pytest.raises(RunFolderError, match=r"the content of the dataset npz was \w+ and is \w+$"):
        runs.call(run, id_of(run, "trials"))
    data.unlink()
    with pytest.raises(SweepError, match="there is no file"):
        runs.call(run, id_of(run, "trials"))


def test_a_run_without_its_sweep_is_refused(runs, honest, copy):
    run = copy(honest)
    (run.root / "sweep.yaml").unlink()
    with pytest.raises(RunFolderError, match=r"holds no sweep\.yaml"):
        runs.call(run, id_of(run, "trials"))


MOODY = '''
def moody(query, n):
    """Fails from 40 labels on."""
    if len(query.labelled) >= 40:
        raise KeyError("moody")
    return query.candidates[:n]


class Fussy:
    """Fits nothing."""

    def __init__(self, seed, threads): ...

    def fit(self, X, y):
        raise ValueError("I do not like it")


COMPONENTS = {"strategies": {"moody": moody}, "classifiers": {"fussy": Fussy}}
'''


@pytest.fixture(scope="module")
def failing(runs, tmp_path_factory):
    """An acquisition that its strategy ends, whose model cannot be fitted; code in a local file."""
    folder = tmp_path_factory.mktemp("failing")
    (folder / "mine.py").write_text(MOODY)
    axes = {"classifiers": ["fussy"], "resamplers": ["none"], "strategies": ["moody"]}
    reference = {"classifier": "fussy", "every_pipeline": False}
    mine = axes | {"reference": reference, "components": [str(folder / "mine.py")]}
    run = runs.make(folder / "run", **ONE | mine)
    (folder / "mine.py").unlink()  # the run has its own
    return run


@pytest.mark.parametrize(
    ("table", "done"),
    [
        ("acquisitions", "1 acquisition, 3 rounds, 3 evaluations recomputed"),
        ("trials", "1 trial recomputed"),
        ("references", "1 reference recomputed"),
    ],
)
def test_failures_of_a_local_component_fail_again(runs, failing, table, done):
    assert set(failing.frame(table)["status"]) == {"failed"}
    ((line,), _) = runs.call(failing, id_of(failing, table))
    assert f"): {done}, all equal in " in line


def test_another_failure_is_a_difference_another_traceback_is_not(runs, failing, copy):
    run = copy(failing)
    study, acquisition = id_of(run, "trials"), id_of(run, "acquisitions")
    tamper(run, "trials", lambda row: row.update(error=row["error"] + "elsewhere"), number=0)
    assert "all equal" in runs.call(run, study)[0][0]
    tamper(run, "trials", put(error="ValueError: I do\n\nhere"), number=0)
    assert runs.call(run, study, code=3)[0][1:] == [
        "  trial 0: error: stored ValueError: I do, now ValueError: I do not like it"
    ]
    tamper(run, "acquisitions", put(error="KeyError: 'merry'"))
    assert runs.call(run, acquisition, code=3)[0][1:] == [
        "  acquisition: error: stored KeyError: 'merry', now KeyError: 'moody'"
    ]


FICKLE = '''
import os


def fickle(query, n):
    """Fails from 40 labels on, if told to."""
    if len(query.labelled) >= 40 and "FICKLE" in os.environ:
        raise KeyError("fickle")
    return query.candidates[:n]


COMPONENTS = {"strategies": {"fickle": fickle}}
'''


@pytest.mark.parametrize("is_unfinished", [False, True])
def test_an_acquisition_that_fails_now_is_compared_as_far_as_it_comes(
    runs, tmp_path, monkeypatch, is_unfinished
):
    (tmp_path / "mine.py").write_text(FICKLE)
    mine = {"components": [str(tmp_path / "mine.py")], "strategies": ["fickle"]}
    run = runs.make(tmp_path / "run", **ONE | mine | {"evaluate": "budgets"})
    if is_unfinished:
        with run.writing():
            run.supersede("acquisitions", pc.scalar(True), [])
    monkeypatch.setenv("FICKLE", "")
    (head, *lines), _ = runs.call(run, run.frame("rounds")["acquisition_id"].iloc[0], code=3)
    lost = [f"  round {i}: stored, but not computed now" for i in (3, 4)]
    if is_unfinished:
        assert "): 3 rounds recomputed, 2 differences:" in head
        going_on = "  it has not ended yet; its rounds so far are compared"
        fails = "  now it fails after 40 labels: KeyError: 'fickle'"
        assert lines == [*lost, going_on, fails]
    else:
        assert "): 1 acquisition, 3 rounds recomputed, 6 differences:" in head
        assert lines == [
            "  acquisition: status: stored done, now failed",
            "  acquisition: error: stored null, now KeyError: 'fickle'",
            "  acquisition: n_labels: stored 60, now 40",
            "  acquisition: n_rounds: stored 5, now 3",
            *lost,
        ]


def test_an_acquisition_that_no_longer_fails_is_a_difference(runs, honest, copy):
    run = copy(honest)
    tamper(run, "acquisitions", put(status="failed", error="KeyError: 'moody'"))
    assert runs.call(run, id_of(run, "acquisitions"), code=3)[0][1:] == [
        "  acquisition: status: stored failed, now done",
        "  acquisition: error: stored KeyError: 'moody', now null",
        "  acquisition: n_labels: stored 60, now 70",
        "  acquisition: n_rounds: stored 5, now 6",
        "  round 5: not stored, but computed now",
    ]


def test_what_killed_its_process_is_left_out(runs, honest, copy):
    run, study = copy(honest), id_of(honest, "trials")
    tamper(run, "trials", put(status="crashed", val_macro_f1=None), study_id=study, number=1)
    (head, *lines), _ = runs.call(run, study)
    assert "2 trials recomputed, all equal in" in head
    assert lines == ["  trial 1 is stored as crashed; not compared"]
    with pytest.raises(RunFolderError, match="cannot be recomputed: trial 1 is stored as crashed"):
        runs.call(run, f"{study}:1")
    tamper(run, "evaluations", put(status="oom"), n_labels=40)
    tamper(run, "acquisitions", put(status="timeout"))
    (head, *lines), _ = runs.call(run, id_of(run, "acquisitions"))
    assert "): 5 rounds, 4 evaluations recomputed, all equal in" in head
    assert lines == [
        "  acquisition is stored as timeout; not compared",
        "  evaluation at 40 labels is stored as oom; not compared",
    ]


def test_an_acquisition_that_died_before_its_first_round_has_nothing_to_compare(runs, honest, copy):
    run, nothing = copy(honest), pc.scalar(True)
    tamper(run, "acquisitions", put(status="crashed", n_labels=0, n_rounds=0))
    with run.writing():
        for table in ("rounds", "evaluations", "trials"):
            run.supersede(table, nothing, [])
    with pytest.raises(RunFolderError, match="cannot be recomputed: acquisition is stored as cras"):
        runs.call(run, id_of(run, "acquisitions"))


def test_rounds_that_are_no_longer_possible_are_said_to_be(runs, honest, copy):
    run, study = copy(honest), id_of(honest, "trials")
    rounds = [row for row in run.read("rounds").to_pylist() if row["round"] != 1]
    with run.writing():
        run.supersede("rounds", pc.field("round") >= 0, rounds[:1])
        run.append("rounds", rounds[:1])
    with pytest.raises(
        RunFolderError, match=r"the stored rounds of acquisition \w+ bought 20 labe"
    ):
        runs.call(run, study)
    with run.writing():
        run.supersede("rounds", pc.field("round") >= 0, rounds[:1])
        run.append("rounds", [rounds[0] | {"n_labels": 30}])
    with pytest.raises(RunFolderError, match=r"not what a pool can sell \(already labelled: rows"):
        runs.call(run, study)


def test_an_acquisition_that_goes_on_is_compared_as_far_as_it_is(runs, tmp_path):
    run = runs.make(tmp_path / "run", **ONE, stop_after=4, segment_s=0)
    n = len(run.read("rounds"))
    assert 0 < n < 5
    assert len(run.read("acquisitions")) == 0
    (head, *lines), _ = runs.call(run, run.frame("rounds")["acquisition_id"].iloc[0])
    assert f"): {n} round{'s' if n > 1 else ''}, " in head
    assert "all equal" in head
    assert lines == ["  it has not ended yet; its rounds so far are compared"]


def test_an_acquisition_that_was_extended_is_compared_at_its_old_end_too(runs, honest, copy):
    run = copy(honest)
    (row,) = run.read("acquisitions").to_pylist()
    with run.writing():  # as if killed between the new rounds and the new row
        old = row | {"n_labels": 40, "n_rounds": 3}
        run.supersede("acquisitions", pc.field("repeat") == 0, [old])
    ((line,), _) = runs.call(run, id_of(run, "acquisitions"))
    assert "1 acquisition, 5 rounds, 5 evaluations recomputed, all equal" in line


def listing(root):
    return {
        path: (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted(root.rglob("*"))
    }


def test_a_run_that_may_not_be_written_is_read_and_left_as_it_is(runs, honest, copy):
    run = copy(honest)
    paths = [run.root, *run.root.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = listing(run.root)
    try:
        for table in ID:
            assert "all equal" in runs.call(run, id_of(run, table))[0][0]
        assert listing(run.root) == before
    finally:
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_it_works_while_a_driver_writes(runs, honest, copy):
    run = copy(honest)
    with RunFolder.open(run.root).writing():
        assert "all equal" in runs.call(run, id_of(run, "trials"))[0][0]


def test_other_library_versions_are_said_and_it_goes_on(runs, honest, monkeypatch):
    now = environment.numeric_versions()
    monkeypatch.setattr(environment, "numeric_versions", lambda _: now | {"scipy": "9.9"})
    ((line,), said) = runs.call(honest, id_of(honest, "references"))
    assert "all equal" in line
    assert said == f"other library versions than stored: scipy {now['scipy']}, now 9.9\n"


def test_a_difference_comes_with_the_cpu_where_that_is_another(runs, honest, copy):
    run, id_ = copy(honest), id_of(honest, "references")
    tamper(run, "environments", put(cpu="Z80"))
    assert len(runs.call(run, id_)[0]) == 1
    tamper(run, "references", put(test_mcc=2.0))
    here = environment.describe()["cpu"]
    assert runs.call(run, id_, code=3)[0][2:] == [
        f"  computed on Z80; this is {here}: another CPU may round otherwise"
    ]
