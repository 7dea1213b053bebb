"""What a run folder refuses to mix, what the driver refuses to believe, what nobody may spoil."""

import json

import pandas as pd
import pytest

from harness import environment
from harness.deaths import NODE_LOSSES
from harness.errors import ClusterError, RunFolderError
from harness.executor import Finished, first_of
from harness.shipped import open_sweep
from harness.spec import read_sweep
from harness.store import RunFolder

ONE = {"repeats": 1, "strategies": ["margin"], "classifiers": ["decision_tree"], "budgets": [30]}


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": 8},
        {"dtype": "float64"},
        {"split": {"seeds": [8]}},
        {"split": {"method": "rebenchmark_2025"}},
        {"labelling": {"initial": 30, "batch": 10}},
        {"classifiers": [{"name": "decision_tree", "params": {"max_depth": 3}}]},
        {"tuning": {"trials": 2, "startup": 2, "validation": {"folds": 4}}},
    ],
)
def test_other_settings_under_the_same_names_are_refused(sweeps, tmp_path, changed):
    sweeps.run(tmp_path / "run", **ONE)
    with pytest.raises(RunFolderError, match="another sweep made under the same names"):
        sweeps.run(tmp_path / "run", **(ONE | changed))


def test_other_numeric_libraries_are_refused_and_leave_the_folder_as_it_was(
    sweeps, tmp_path, monkeypatch
):
    before = sweeps.tables(sweeps.run(tmp_path / "run", **ONE))
    versions = {**environment.numeric_versions(), "numpy": "9.9"}
    monkeypatch.setattr(environment, "numeric_versions", lambda _: versions)
    with pytest.raises(RunFolderError, match=r"other library versions.*numpy [\d.]+, now 9\.9"):
        sweeps.run(tmp_path / "run", **(ONE | {"budgets": [30, 40]}))
    after = sweeps.tables(RunFolder.open(tmp_path / "run"))
    assert all(before[table].equals(after[table]) for table in before)


def test_a_label_that_changed_is_refused_and_not_left_old(sweeps, tmp_path):
    sweeps.run(tmp_path / "run", **ONE)
    renamed = ONE | {"classifiers": [{"name": "decision_tree", "as": "tree"}]}
    with pytest.raises(RunFolderError, match="which this sweep calls npz × tree × standard"):
        sweeps.run(tmp_path / "run", **renamed)


SPOILER = '''
def spoiler(query, n):
    """Writes into what it is shown."""
    query.{what}[:] = 0
    return query.candidates[:n]


COMPONENTS = {{"strategies": {{"spoiler": spoiler}}}}
'''


@pytest.mark.parametrize("what", ["X", "candidates", "labelled"])
def test_a_strategy_cannot_spoil_what_others_work_on(sweeps, tmp_path, what):
    (tmp_path / "spoiler.py").write_text(SPOILER.format(what=what))
    spoilt = ONE | {
        "strategies": ["spoiler", "margin"],
        "components": [str(tmp_path / "spoiler.py")],
    }
    folder = sweeps.run(tmp_path / "run", **spoilt)
    acquisitions = folder.frame("acquisitions").set_index("strategy")
    assert acquisitions.loc["spoiler", "status"] == "failed"
    assert "read-only" in acquisitions.loc["spoiler", "error"]
    alone = sweeps.run(tmp_path / "alone", **ONE).frame("trials")
    beside = folder.frame("trials").query("strategy == 'margin'")
    assert beside["test_macro_f1"].tolist() == alone["test_macro_f1"].tolist()


def test_a_stored_sweep_can_be_run_again_with_its_components(sweeps, tmp_path):
    (tmp_path / "mine.py").write_text(SPOILER.format(what="X"))
    sweep = tmp_path / "sweep.yaml"
    sweep.write_text(sweeps.text(components=["mine.py"]))
    opened = open_sweep(str(sweep))
    folder = RunFolder.create(tmp_path / "run")
    with folder.writing():
        text = json.dumps(opened.resolved)
        folder.write_sweep(text, opened.resolved, {f.name: f.text for f in opened.files})
    again = open_sweep(str(tmp_path / "run" / "sweep.yaml"))
    assert again.files == opened.files
    assert again.grids == opened.grids


class Scripted:
    """An executor whose tasks all end as it is told."""

    def __init__(self, end):
        self.end = end
        self.tasks = []
        self.is_busy = False

    def next_of(self, ready):
        return None if self.is_busy else first_of(ready)

    def start(self, task):
        self.tasks.append(task)
        self.is_busy = True

    def wait(self, _timeout_s):
        self.is_busy = False
        return [self.end(self.tasks[-1])]

    def close(self):
        pass


def test_what_nodes_die_under_again_and_again_is_left_to_another_run(sweeps, tmp_path):
    executor = Scripted(lambda task: Finished(task, None, "node", "NodeDiedError"))
    folder = sweeps.run(tmp_path / "run", executor=lambda *_: executor, **ONE)
    assert folder.frame("acquisitions").empty
    assert (folder.frame("attempts").groupby("work_id").size() == 2 * NODE_LOSSES + 1).all()
    whole = sweeps.tables(sweeps.run(tmp_path / "whole", **ONE))
    tables = sweeps.tables(sweeps.run(tmp_path / "run", **ONE))
    for table, frame in whole.items():
        pd.testing.assert_frame_equal(frame, tables[table], obj=table, check_exact=True)


def test_results_of_a_worker_with_other_libraries_are_not_kept(sweeps, tmp_path):
    stranger = {"environment_id": "x", "versions": json.dumps({"numpy": "0.1"})}
    rows = {"environments": [stranger], "references": [{"status": "done"}]}
    executor = Scripted(lambda task: Finished(task, rows))
    with pytest.raises(ClusterError, match=r"numpy 0\.1, now"):
        sweeps.run(tmp_path / "run", executor=lambda *_: executor, **ONE)
    assert len(RunFolder.open(tmp_path / "run").read("references")) == 0


def test_a_shorter_list_of_seeds_is_refused(sweeps, tmp_path):
    seeds = {"split": {"seeds": [4, 8]}, "repeats": 2}
    folder = sweeps.run(tmp_path / "run", **(ONE | seeds))
    text = sweeps.text(**(ONE | seeds))
    with folder.writing():
        folder.write_sweep(text, read_sweep(text).resolved)
    with pytest.raises(RunFolderError, match=r"split.seeds lacks \[8\]"):
        sweeps.run(tmp_path / "run", **(ONE | {"split": {"seeds": [4]}, "repeats": 1}))
