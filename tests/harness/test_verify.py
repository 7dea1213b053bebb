"""Whatever somebody, or a disk, changed in a run folder is found, and named."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
import yaml

from harness.schema import KEYS
from harness.store import RunFolder
from harness.verify import verify

GOLDEN = Path(__file__).parents[1] / "golden" / "runs"


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(GOLDEN / "version_2", tmp_path / "run")
    return RunFolder.open(tmp_path / "run")


def change(folder, table, edit, where=None):
    """Let `edit` change the rows of `table`, of which it may also give none or several."""
    rows = folder.read(table).to_pylist()
    changed = []
    for row in rows:
        if where is None or where(row):
            result = edit(dict(row))
            changed += result if isinstance(result, list) else [result]
        else:
            changed.append(row)
    with folder.writing():
        folder.supersede(table, pc.field(folder.read(table).column_names[0]).is_valid(), [])
        for row in changed:  # one by one: the store itself refuses two of a key
            folder.append(table, [row])


def first(folder, table, **wanted):
    rows = folder.read(table).to_pylist()
    return next(row for row in rows if all(row[k] == v for k, v in wanted.items()))


@pytest.mark.parametrize("version", ["version_1", "version_2"])
def test_a_run_as_it_was_left_is_right(version):
    done = verify(RunFolder.open(GOLDEN / version))
    assert done.findings == ()
    assert done.notes == ()
    assert done.n_rows == 31


def test_verifying_changes_nothing():
    before = [(path, path.lstat().st_mtime_ns) for path in sorted(GOLDEN.rglob("*"))]
    verify(RunFolder.open(GOLDEN / "version_1"))
    assert [(path, path.lstat().st_mtime_ns) for path in sorted(GOLDEN.rglob("*"))] == before


@pytest.mark.parametrize("table", sorted(name for name, key in KEYS.items() if key))
def test_a_doubled_row_is_found(folder, table):
    row = first(folder, table)
    with folder.writing():
        folder.append(table, [row])
    assert any("stands there twice" in line for line in verify(folder).findings)


def confused(row):
    matrix = [list(cells) for cells in row["confusion"]]
    matrix[0][0] += 1
    return row | {"confusion": matrix}


TAMPERED = {  # (table, rows, change, what is said)
    "a round is missing": (
        "rounds", {"round": 1}, lambda _: [], "rounds: round 2 of acquisition {}: does not follow"
    ),
    "a trial is missing": (
        "trials", {"number": 0}, lambda _: [], "trials: trial 1 of study {}: does not follow"
    ),
    "a row is bought twice": (
        "rounds", {"round": 2}, lambda row: row | {"batch": [*row["batch"][:-1], row["batch"][0]]},
        "rounds: round 2 of acquisition {}: buys a row that was bought before",
    ),
    "a row is not in the pool": (
        "rounds", {"round": 2}, lambda row: row | {"batch": [*row["batch"][:-1], 400]},
        "rounds: round 2 of acquisition {}: buys a row that its pool does not have",
    ),
    "classes do not add up": (
        "rounds", {"round": 1}, lambda row: row | {"bought": [1, *row["bought"][1:]]},
        "rounds: round 1 of acquisition {}: classes do not add up to its batch",
    ),
    "labels do not add up": (
        "rounds", {"round": 1}, lambda row: row | {"n_labels": 41},
        "rounds: round 1 of acquisition {}: n_labels is not the sum of the batches",
    ),
    "an acquisition claims more": (
        "acquisitions", {}, lambda row: row | {"n_labels": 70},
        "acquisitions: acquisition {}: its rounds do not say so",
    ),
    "an acquisition claims more rounds": (
        "acquisitions", {}, lambda row: row | {"n_rounds": 5},
        "acquisitions: acquisition {}: its rounds do not say so",
    ),
    "an evaluation of no round": (
        "evaluations", {"n_labels": 40}, lambda row: row | {"n_labels": 45},
        "evaluations: 45 labels of acquisition {}: no round ends with its labels",
    ),
    "a trial of no round": (
        "trials", {"budget": 40}, lambda row: row | {"budget": 45},
        "trials: trial {number} of study {}: no round ends with its labels",
    ),
    "no such status": (
        "trials", {"number": 1}, lambda row: row | {"status": "fine"},
        "trials: trial 1 of study {}: has no such status",
    ),
    "a failure with a score": (
        "trials", {"number": 1}, lambda row: row | {"status": "failed"},
        "trials: trial 1 of study {}: has a score, though it did not end well",
    ),
    "an ending without a score": (
        "trials", {"number": 1}, lambda row: row | {"test_accuracy": None, "confusion": None},
        "trials: trial 1 of study {}: is done and has no score",
    ),
    "a better score": (
        "trials", {"number": 1}, lambda row: row | {"test_macro_f1": 0.99},
        "trials: trial 1 of study {}: test_macro_f1 is not that of its confusion matrix",
    ),
    "a reference of another accuracy": (
        "references", {}, lambda row: row | {"test_accuracy": 0.5},
        "references: reference {}: test_accuracy is not that of its confusion matrix",
    ),
    "a reference of fewer rows": (
        "references", {}, lambda row: row | {"n_labels": 399},
        "references: reference {}: was not fitted on the whole pool",
    ),
    "more test rows": (
        "evaluations", {"n_labels": 40}, confused,
        "evaluations: 40 labels of acquisition {}: confusion does not hold all test rows",
    ),
    "another name": (
        "evaluations", {"n_labels": 40}, lambda row: row | {"scaler": "standard"},
        "acquisitions: acquisition {}: has several names",
    ),
    "another environment": (
        "trials", {"number": 1}, lambda row: row | {"environment_id": "0123456789ab"},
        "trials: environment 0123456789ab: is in no row of environments",
    ),
    "an environment that was edited": (
        "environments", {}, lambda row: row | {"python": "3.14.0"},
        "environments: environment {}: its content has another id",
    ),
    "a study under another id": (
        "trials", {"budget": 40, "strategy": "margin"},
        lambda row: row | {"study_id": "0123456789abcdef"},
        "ids: study 0123456789abcdef: the stored sweep and dataset give another one",
    ),
    "a reference under another id": (
        "references", {}, lambda row: row | {"reference_id": "0123456789abcdef"},
        "ids: reference 0123456789abcdef: the stored sweep and dataset give another one",
    ),
    "no dataset": (
        "datasets", {}, lambda _: [], "rounds: dataset ton_iot_synthetic: is in no row of datasets"
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", TAMPERED)
def test_what_was_changed_is_found_and_named(folder, kind):
    table, wanted, edit, says = TAMPERED[kind]
    row = first(folder, table, **wanted)
    id_ = row[KEYS[table][0]]
    wanted = wanted | {KEYS[table][0]: id_}
    if kind == "a study under another id":
        del wanted["study_id"]
    change(folder, table, edit, lambda row: all(row[k] == v for k, v in wanted.items()))
    findings = verify(folder).findings
    assert any(line.startswith(says.format(id_, **row)) for line in findings), findings


def test_a_winner_that_is_not_the_best_trial_is_found(folder, monkeypatch):
    def last(trials):
        return trials.drop_duplicates("study_id", keep="last")

    monkeypatch.setattr("harness.verify.scores.winners", last)
    findings = verify(folder).findings
    assert findings
    assert all("reports show another winner than its best trial" in line for line in findings)


def test_every_damaged_file_is_named_and_rows_are_then_not_judged(folder):
    for table in ("trials", "rounds"):
        (folder.root / table / "000001.parquet").write_bytes(b"torn")
    (folder.root / "trials" / "more.parquet").write_bytes(b"foreign")
    done = verify(folder)
    assert [line.partition(": ")[0].partition(" is ")[0] for line in done.findings] == [
        f"{folder.root}/rounds/000001.parquet",
        f"{folder.root}/trials/more.parquet",
        f"{folder.root}/trials/000001.parquet",
    ]
    assert done.notes == ("rows were not checked",)


def change_sweep(folder, **fields):
    sweep = yaml.safe_load((folder.root / "sweep.yaml").read_text()) | fields
    (folder.root / "sweep.yaml").write_text(yaml.safe_dump(sweep))
    (folder.root / "sweep.json").write_text(json.dumps(sweep))


def test_an_exchanged_sweep_is_found(folder):
    change_sweep(folder, seed=12)
    (line,) = verify(folder).findings
    assert line.startswith("ids: none of 7 is what the sweep and datasets give: another version")


def test_what_the_sweep_no_longer_asks_for_is_checked_where_it_can_be(folder):
    change_sweep(folder, budgets=[50])
    assert verify(folder) == verify(RunFolder.open(GOLDEN / "version_2"))
    change_sweep(folder, strategies=[{"name": "random"}])
    done = verify(folder)
    assert done.findings == ()
    (note,) = done.notes
    assert note.startswith("the sweep no longer has ton_iot_synthetic × naive_bayes × min_max × ")


SWEEPS = {  # file, change of its text, what is said
    "another target": (
        "sweep.json", lambda text: text.replace(b"0.95", b"0.5"),
        "sweep.yaml and sweep.json differ: reference.target is 0.95 and 0.5",
    ),
    "another seed": (
        "sweep.json", lambda text: text.replace(b'"seed": 11', b'"seed": "11"'),
        "sweep.yaml and sweep.json differ: seed is 11 and '11'",
    ),
    "a field more": (
        "sweep.json", lambda text: text.replace(b'"seed": 11', b'"seed": 11, "more": [1]'),
        "sweep.yaml and sweep.json differ: more is not there and [1]",
    ),
    "another component": (
        "sweep.json", lambda text: text.replace(b'"name": "margin"', b'"name": "entropy"'),
        "sweep.yaml and sweep.json differ: strategies[1].name is 'margin' and 'entropy'",
    ),
    "torn yaml": ("sweep.yaml", lambda text: text[:300], "sweep.yaml and sweep.json differ: "),
    "no yaml": ("sweep.yaml", lambda _: b"a: [", "{root}/sweep.yaml is damaged (line 1, column 5"),
    "no text": ("sweep.yaml", lambda _: b"\xff", "{root}/sweep.yaml is damaged ('utf-8'"),
    "empty yaml": ("sweep.yaml", lambda _: b"", "{root}/sweep.yaml is damaged (is empty)"),
    "missing yaml": ("sweep.yaml", None, "{root}/sweep.yaml is missing; run the sweep again"),
    "torn json": ("sweep.json", lambda text: text[:300], "{root}/sweep.json is damaged ("),
    "missing json": ("sweep.json", None, "{root}/sweep.json is missing; run the sweep again"),
}  # fmt: skip


@pytest.mark.parametrize("has_code", [False, True])
@pytest.mark.parametrize("kind", SWEEPS)
def test_a_sweep_that_is_not_what_reports_read_is_found(folder, kind, has_code):
    name, edit, says = SWEEPS[kind]
    if has_code:
        change_sweep(folder, components=["components/mine.py"])
    path = folder.root / name
    if edit:
        path.write_bytes(edit(path.read_bytes()))
    else:
        path.unlink()
    findings = verify(folder).findings
    assert findings[0].startswith(says.format(root=folder.root)), findings


def test_without_both_nobody_knows_what_was_asked_for(folder):
    for name in ("sweep.yaml", "sweep.json"):
        (folder.root / name).unlink()
    assert verify(folder).findings == (
        f"{folder.root}/sweep.yaml is missing; run the sweep again",
        f"{folder.root}/sweep.json is missing; run the sweep again",
    )


def test_a_sweep_that_cannot_be_planned_is_found_even_where_both_files_say_it(folder):
    change_sweep(folder, classifiers=[{"name": "naive_byes"}])
    (line,) = verify(folder).findings
    assert line.startswith(f"ids: {folder.root}/sweep.yaml cannot be planned again (")
    assert line.endswith("or a package with components that is not installed here")


@pytest.mark.timeout(20)
def test_a_sweep_that_doubles_with_every_line_is_found(folder):
    lines = ["a0: &a0 [1]", *(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 60))]
    (folder.root / "sweep.yaml").write_text("\n".join(lines))
    (line,) = verify(folder).findings
    assert "more than 100000 values are too many" in line


def test_code_in_a_run_folder_is_not_run(folder, tmp_path):
    mark = tmp_path / "mark"
    (folder.root / "components").mkdir()
    (folder.root / "components" / "mine.py").write_text(
        f"open({str(mark)!r}, 'w')\nCOMPONENTS={{}}"
    )
    change_sweep(folder, components=["components/mine.py"])
    done = verify(folder)
    assert done.findings == ()
    assert "names component files, and code of a run is not run for this" in done.notes[0]
    assert not mark.exists()


def test_files_that_were_set_aside_are_mentioned(folder):
    (folder.root / "attempts" / "000001.parquet").write_bytes(b"")
    with folder.writing():
        pass
    done = verify(folder)
    assert done.findings == ()
    assert done.notes == ("quarantine/ holds 1 files that were set aside",)


def test_an_empty_run_has_nothing_wrong(tmp_path):
    done = verify(RunFolder.create(tmp_path / "new"))
    assert done.findings == ()
    assert "holds no sweep.yaml yet" in done.notes[0]


def test_rows_of_unknown_classes_do_not_crash_it(folder):
    wide = first(folder, "datasets") | {"classes": ["a", "b"], "counts": [1, 2]}
    change(folder, "datasets", lambda _: wide)
    assert any("a confusion matrix has not 2 classes" in line for line in verify(folder).findings)
    assert isinstance(folder.read("datasets"), pa.Table)
