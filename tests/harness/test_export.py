"""A run's studies in an Optuna storage, and on the page of optuna-dashboard."""

import json
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import optuna
import pytest
import yaml
from optuna.trial import TrialState
from optuna_dashboard import wsgi
from typer.testing import CliRunner

from fewlabels import _app
from harness.errors import ExportError
from harness.spec import read_sweep
from harness.winners import winners

CHROMIUM = Path("/usr/bin/chromium")
SWEEP = {"classifiers": ["decision_tree", "knn"], "repeats": 1, "budgets": [30]}
RAISES = """
from sklearn.tree import DecisionTreeClassifier


class Fragile(DecisionTreeClassifier):
    def fit(self, X, y):
        if self.max_depth == 2:
            raise ValueError("too shallow")
        return super().fit(X, y)


def fragile(seed: int, threads: int, *, max_depth: int = 5):
    \"\"\"A tree that refuses a depth.\"\"\"
    return Fragile(random_state=seed, max_depth=max_depth)


COMPONENTS = {"classifiers": {"fragile": fragile}}
"""


def export(*arguments):
    ended = CliRunner().invoke(_app(), ["export", *map(str, arguments)])
    if ended.exception and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return ended.stdout


def done(sweeps, out, **changes):
    """A run folder with its sweep in it, as `fewlabels run` leaves it."""
    folder = sweeps.run(out, **changes)
    sweep = read_sweep(sweeps.text(**changes))
    text = yaml.safe_dump(dict(sweep.resolved), sort_keys=False)
    with folder.writing():
        folder.write_sweep(text, sweep.resolved, {file.name: file.text for file in sweep.files})
    return folder


@pytest.fixture(scope="module")
def run(sweeps, tmp_path_factory):
    return done(sweeps, tmp_path_factory.mktemp("export") / "run", **SWEEP)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/studies.db"


def loaded(url):
    summaries = optuna.get_all_study_summaries(storage=url)
    return {
        s.study_name: optuna.load_study(study_name=s.study_name, storage=url) for s in summaries
    }


def test_every_trial_is_there_and_the_best_one_is_the_winner(run, url):
    assert "4 new" in export(run.root, "--to", f"optuna:{url}")
    trials, studies = run.frame("trials"), loaded(url)
    assert len(studies) == trials["study_id"].nunique() == 4
    for _, best in winners(trials).iterrows():
        axes = ("dataset", "classifier", "scaler", "resampler", "strategy", "budget", "repeat")
        study = studies["/".join(["small", *(str(best[axis]) for axis in axes)])]
        assert study.best_trial.number == best["number"]
        assert study.best_value == best["val_macro_f1"]
        assert study.best_params == json.loads(best["params"])
        assert study.user_attrs["fewlabels"]["study_id"] == best["study_id"]
        assert study.best_trial.user_attrs["test_macro_f1"] == best["test_macro_f1"]
    depth = studies["small/npz/knn/standard/smote/margin/30/0"].trials[0]
    assert depth.distributions["classifier.n_neighbors"].log  # as the sweep's space has it


def test_again_it_adds_what_is_new_and_replaces_what_came_out_otherwise(sweeps, url, tmp_path):
    folder = done(sweeps, tmp_path / "run", **SWEEP)
    export(folder.root, "--to", f"optuna:{url}")
    assert "4 as they were" in export(folder.root, "--to", f"optuna:{url}")
    tuning = sweeps.base["tuning"] | {"trials": 3}
    longer = done(sweeps, tmp_path / "run", **SWEEP, tuning=tuning)
    assert "0 new, 4 longer" in export(folder.root, "--to", f"optuna:{url}")
    assert {len(study.trials) for study in loaded(url).values()} == {3}
    with longer.writing():
        import pyarrow.compute as pc

        is_last = pc.field("number") == 2
        gone = [row for row in longer.read("trials").to_pylist() if row["number"] == 2]
        changed = [{**row, "status": "timeout", "val_macro_f1": None} for row in gone]
        longer.supersede("trials", is_last, changed)
    assert "4 replaced" in export(folder.root, "--to", f"optuna:{url}")
    assert all(study.trials[2].state is TrialState.FAIL for study in loaded(url).values())
    assert all(s.trials[2].user_attrs["status"] == "timeout" for s in loaded(url).values())


def test_code_of_a_run_is_not_run_and_its_spaces_are_what_was_tried(sweeps, url, tmp_path):
    path = tmp_path / "fragile.py"
    path.write_text(RAISES)
    space = {"max_depth": {"choices": [5, 2]}}
    own = {"components": [str(path)], "classifiers": [{"name": "fragile", "space": space}]}
    tuning = {"trials": 6, "startup": 6, "validation": {"folds": 3}}
    folder = done(sweeps, tmp_path / "run", **SWEEP | own, tuning=tuning)
    (copy,) = (folder.root / "components").iterdir()
    copy.write_text("raise SystemExit('it was run')")
    ended = CliRunner().invoke(_app(), ["export", str(folder.root), "--to", f"optuna:{url}"])
    assert ended.exit_code == 0
    assert "those of the values that were tried" in ended.stderr
    tried = [trial for study in loaded(url).values() for trial in study.trials]
    assert {trial.state for trial in tried} == {TrialState.COMPLETE, TrialState.FAIL}
    failed = [trial for trial in tried if trial.state is TrialState.FAIL]
    assert all(trial.params["classifier.max_depth"] == 2 for trial in failed)
    assert all("too shallow" in trial.user_attrs["error"] for trial in failed)


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("optun:sqlite:///x.db", "give optuna:URL.*did you mean 'optuna'"),
        ("optuna:", "give optuna:URL"),
        ("optuna:studies.db", "as SQLAlchemy spells it"),
        ("optuna:sqlite:////nowhere/at/all.db", "unable to open database file"),
        ("optuna:nodb://me:secret@host/x", r"nodb://me:\*\*\*@host/x"),
    ],
)
def test_what_is_no_storage_is_said_without_its_password(run, to, said):
    with pytest.raises(ExportError, match=said) as refused:
        export(run.root, "--to", to)
    assert "secret" not in str(refused.value)


def test_a_study_of_somebody_else_is_left_alone(run, url):
    name = "small/npz/knn/standard/smote/margin/30/0"
    optuna.create_study(study_name=name, storage=url)
    with pytest.raises(ExportError, match="that fewlabels did not make"):
        export(run.root, "--to", f"optuna:{url}")
    assert loaded(url)[name].trials == []


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


@pytest.mark.browser
def test_optuna_dashboard_shows_the_studies(run, url):
    from playwright.sync_api import sync_playwright

    export(run.root, "--to", f"optuna:{url}")
    storage = optuna.storages.RDBStorage(url)
    with make_server("127.0.0.1", 0, wsgi(storage), handler_class=_Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
            )
            page = chromium.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/dashboard/")
            page.get_by_text("small/npz/knn/standard/smote/margin/30/0").first.click()
            page.get_by_text("Best Trial").first.wait_for()
            chromium.close()
        server.shutdown()
