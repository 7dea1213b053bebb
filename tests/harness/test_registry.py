"""Components from outside: a local file or an installed package, on every axis."""

from __future__ import annotations

import importlib.metadata
import json
import textwrap

import pytest
from optuna.distributions import FloatDistribution

from harness import registry
from harness.errors import BadComponents, UnknownName
from harness.registry import ComponentFile, Registry, lookup

MINE = """
from typing import Literal

import numpy as np
from optuna.distributions import FloatDistribution, IntDistribution

from datasets.card import Card
from datasets.dataset import Dataset
from datasets.plain_table import plain_table
from harness.resampling import Resampled


def my_data(*, rows: int = 120):
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, rows)
    return plain_table(rng.normal(size=(rows, 3)) + y[:, None], y, f"made {rows}", "mine")


class Threshold:
    def __init__(self, seed, threads, *, at: float = 0.5, rule: Literal["mean", "first"] = "mean"):
        self.at = at

    def fit(self, X, y):
        self.classes_ = np.unique(y)

    def predict_proba(self, X):
        high = 1 / (1 + np.exp(-(X.mean(axis=1) - self.at)))
        return np.column_stack([1 - high, high])


class Doubled:
    def fit(self, X):
        return self

    def transform(self, X):
        return 2 * X


def my_scaler(seed):
    return Doubled()


def my_resampler(seed, *, copies: int = 1):
    def resample(X, y):
        return Resampled(np.vstack([X] * (1 + copies)), np.tile(y, 1 + copies))

    return resample


def my_strategy(query, n, *, step: int = 2):
    return query.candidates[::-1][:n]


def my_design(X, n):
    return np.arange(n) + 5


CARD = Card(name="my_data", title="Mine", about="", source="", citation="", licence="")
COMPONENTS = {
    "datasets": {"my_data": Dataset(CARD, my_data)},
    "classifiers": {"threshold": Threshold},
    "scalers": {"my_scaler": my_scaler},
    "resamplers": {"my_resampler": my_resampler},
    "strategies": {"my_strategy": my_strategy},
    "designs": {"my_design": my_design},
    "classifier_spaces": {"threshold": {"at": FloatDistribution(0.0, 1.0)}},
    "resampler_spaces": {"my_resampler": {"copies": IntDistribution(1, 3)}},
}
"""
EVERYWHERE = {
    "repeats": 1,
    "datasets": ["my_data"],
    "classifiers": [{"name": "threshold", "params": {"rule": "first"}}],
    "scalers": ["my_scaler"],
    "resamplers": ["my_resampler"],
    "strategies": [{"name": "my_strategy", "params": {"step": 3}}],
    "labelling": {"initial": 20, "batch": 10, "design": "my_design"},
    "tuning": {"trials": 3, "startup": 2, "validation": {"folds": 2}},
}


@pytest.fixture
def mine(tmp_path):
    """Writes a components file; gives its path."""

    def write(text=MINE, name="mine.py"):
        path = tmp_path / name
        path.write_text(textwrap.dedent(text))
        return str(path)

    return write


def check_the_run(folder):
    frames = {name: folder.frame(name) for name in ("acquisitions", "rounds", "trials")}
    assert frames["acquisitions"]["status"].tolist() == ["done"]
    trials = frames["trials"]
    assert trials["status"].tolist() == ["done"] * 6
    assert trials[["dataset", "classifier", "scaler", "resampler", "strategy"]].iloc[
        0
    ].tolist() == [
        "my_data",
        "threshold",
        "my_scaler",
        "my_resampler",
        "my_strategy",
    ]
    assert set(json.loads(trials["params"].iloc[1])) == {"classifier.at", "resampler.copies"}
    first, second = frames["rounds"]["batch"].iloc[:2]
    assert first.tolist() == list(range(5, 25))
    assert second.tolist() == list(range(95, 85, -1))
    assert folder.read("datasets").to_pylist()[0]["title"] == "Mine"


def test_a_local_file_may_define_every_axis(sweeps, mine, tmp_path):
    check_the_run(sweeps.run(tmp_path / "run", components=[mine()], **EVERYWHERE))


@pytest.fixture
def installed(monkeypatch):
    """Installs a package whose entry point gives the components."""

    def install(give):
        class Entry:
            name, value = "mine", "mine:COMPONENTS"
            dist = type("Dist", (), {"name": "mine", "version": "1.2"})
            load = staticmethod(give)

        def entry_points(*, group):
            assert group == "fewlabels.components"
            return [Entry]

        monkeypatch.setattr(registry, "entry_points", entry_points)
        registry.load.cache_clear()

    yield install
    registry.load.cache_clear()


def test_an_installed_package_may_define_every_axis(installed, sweeps, tmp_path):
    namespace = {}
    exec(MINE, namespace)  # noqa: S102 - our own text, standing in for a package
    installed(lambda: namespace["COMPONENTS"])
    check_the_run(sweeps.run(tmp_path / "run", **EVERYWHERE))
    assert registry.load().source("classifiers", "threshold") == "mine==1.2"
    assert registry.load().source("classifiers", "knn") == ""


def test_a_package_that_cannot_be_loaded_is_named(installed):
    def load():
        raise ImportError("no such thing")

    installed(load)
    with pytest.raises(
        BadComponents, match=r"entry point mine \(mine==1.2\) cannot be loaded: Imp"
    ):
        registry.load()


def test_the_entry_point_group_is_asked_for_by_its_name():
    assert registry.GROUP == "fewlabels.components"
    assert registry.entry_points is importlib.metadata.entry_points


WRONG = {
    "x = 1": "mine.py: COMPONENTS must be a dict from axis to name to factory",
    "COMPONENTS = [1]": "mine.py: COMPONENTS must be a dict from axis to name to factory",
    "COMPONENTS = {'strategy': {}}": "mine.py: no axis 'strategy'; did you mean 'strategies'?",
    "COMPONENTS = {'strategies': 5}": "mine.py: COMPONENTS['strategies'] must be a dict",
    "COMPONENTS = {'strategies': {'random': print}}": (
        "mine.py: strategies already has 'random'; choose a new name"
    ),
    "COMPONENTS = {'classifiers': {'x': 5}}": (
        "mine.py: COMPONENTS['classifiers']['x'] must be a function or a class"
    ),
    "COMPONENTS = {'classifiers': {5: print}}": (
        "mine.py: COMPONENTS['classifiers'][5] needs a text for a name"
    ),
    "def f(seed, *, a: Nowhere = 1): ...\nCOMPONENTS = {'scalers': {'f': f}}": (
        "mine.py: COMPONENTS['scalers']['f'] has a signature that cannot be read: NameError"
    ),
    "def f(query): ...\nCOMPONENTS = {'strategies': {'f': f}}": (
        "mine.py: COMPONENTS['strategies']['f'] must take (query, n), the rows wanted second; "
        "it takes (query)"
    ),
    "def f(X, n, *, seed): ...\nCOMPONENTS = {'designs': {'f': f}}": (
        "mine.py: COMPONENTS['designs']['f'] must be (X, n), and may ask for rng and y by name; "
        "nobody gives it seed"
    ),
    "COMPONENTS = {'classifier_spaces': {'x': {'a': (1, 2)}}}": (
        "mine.py: COMPONENTS['classifier_spaces']['x'] must map parameters to optuna"
    ),
    "COMPONENTS = {'datasets': {'x': print}}": (
        "mine.py: COMPONENTS['datasets']['x'] must be a datasets.dataset.Dataset"
    ),
    "1 / 0": "mine.py raised ZeroDivisionError('division by zero') when it was loaded",
    "import sys; sys.exit(3)": "mine.py raised SystemExit(3) when it was loaded",
    "def f(:": "mine.py raised SyntaxError(",
}
LATE = "from __future__ import annotations\n"


@pytest.mark.parametrize(("text", "message"), WRONG.items())
def test_a_wrong_file_gives_one_clear_message(made, mine, text, message):
    path = mine(LATE + text)
    (line,) = made.problems(components=[path], classifiers=["threshold"], scalers=["mine"])
    assert line.startswith(f"components[0]: {message}")


def test_a_file_after_a_wrong_one_is_still_read(made, mine):
    paths = [mine("1 / 0", "wrong.py"), mine(), mine("", "empty.py")]
    lines = made.problems(components=paths, classifiers=["threshold", {"nmae": "x"}])
    assert [line.partition(":")[0] for line in lines] == [
        "classifiers[1].name",
        "classifiers[1].nmae",
        "components[0]",
        "components[2]",
    ]


def test_two_files_may_not_define_the_same_name(made, mine):
    (line,) = made.problems(components=[mine(), mine(name="again.py")])
    assert line.startswith("components[1]: again.py: datasets already has 'my_data'")


def test_parameters_of_outside_components_are_checked_by_their_annotations(made, mine):
    lines = made.problems(
        components=[mine()],
        classifiers=[{"name": "threshold", "params": {"at": "x", "rule": "none", "rulle": 1}}],
    )
    assert lines == [
        "classifiers[0].params.at: must be a valid number, not 'x'",
        "classifiers[0].params.rule: must be 'mean' or 'first', not 'none'",
        (
            "classifiers[0].params.rulle: threshold takes no 'rulle'; did you mean 'rule'? "
            "It takes: at, rule"
        ),
    ]


def test_an_outside_space_must_hold_its_defaults(made, mine):
    away = MINE.replace("FloatDistribution(0.0, 1.0)", "FloatDistribution(0.6, 1.0)")
    (line,) = made.problems(components=[mine(away)], classifiers=["threshold"])
    assert line.startswith("classifiers[0].space.at: does not hold the default 0.5")
    other = MINE.replace('{"at": Float', '{"att": Float')
    (line,) = made.problems(components=[mine(other)], classifiers=["threshold"])
    assert line.startswith("classifiers[0].space.att: threshold takes no 'att'")


def test_a_default_that_no_sweep_could_give_is_refused(made, mine):
    odd = MINE.replace("at: float = 0.5", "at=object")
    (line,) = made.problems(components=[mine(odd)], classifiers=["threshold"])
    assert line.startswith("classifiers[0].params.at: its default <class 'object'> is none that")


@pytest.mark.parametrize(
    ("axis", "name"),
    [
        ("datasets", "my_data"),
        ("classifiers", "threshold"),
        ("scalers", "my_scaler"),
        ("resamplers", "my_resampler"),
        ("strategies", "my_strategy"),
        ("labelling", {"initial": 20, "batch": 10, "design": "my_design"}),
    ],
)
def test_other_code_in_the_file_gives_other_ids(made, mine, axis, name):
    changes = {axis: name if axis == "labelling" else [name], "repeats": 1}
    before = made.plan(components=[mine()], **changes)
    same = made.plan(components=[mine(name="moved.py")], **changes)
    after = made.plan(components=[mine(MINE + "# changed\n")], **changes)
    assert before.acquisitions[0].id == same.acquisitions[0].id != after.acquisitions[0].id


def test_a_file_beside_other_components_changes_no_id_of_theirs(made, mine):
    alone, beside = made.plan(), made.plan(components=[mine()])
    assert [s.id for s in alone.studies] == [s.id for s in beside.studies]


RAISES = """
class Never:
    def __init__(self, seed, threads):
        pass

    def fit(self, X, y):
        raise RuntimeError("not today")


class Picky:
    def fit(self, X):
        raise RuntimeError("no such columns")


def bad_strategy(query, n):
    return query.candidates[:1]


COMPONENTS = {
    "classifiers": {"never": Never},
    "scalers": {"picky": lambda seed: Picky()},
    "strategies": {"bad": bad_strategy},
    "resamplers": {"gone": lambda seed: (lambda X, y: None)},
}
"""


def test_what_a_component_raises_is_stored_with_its_traceback_and_the_sweep_goes_on(
    sweeps, mine, tmp_path
):
    folder = sweeps.run(
        tmp_path / "run",
        components=[mine(RAISES)],
        repeats=1,
        classifiers=["naive_bayes", "never"],
        scalers=["none", "picky"],
        resamplers=["none", "gone"],
        strategies=["random", "margin", "bad"],
        evaluate="every_round",
    )
    acquisitions = folder.frame("acquisitions").set_index(
        ["classifier", "scaler", "resampler", "strategy"]
    )
    assert len(acquisitions) == 24
    expected = {}
    for classifier, scaler, resampler, strategy in acquisitions.index:
        works = strategy == "random" or (
            strategy == "margin" and (classifier, resampler) == ("naive_bayes", "none")
        )
        expected[classifier, scaler, resampler, strategy] = (
            "done" if works and scaler == "none" else "failed"
        )
    assert acquisitions["status"].to_dict() == expected
    errors = acquisitions["error"]
    assert "no such columns" in errors["naive_bayes", "picky", "none", "random"]
    assert "in fit" in errors["naive_bayes", "picky", "none", "random"]
    assert "not today" in errors["never", "none", "none", "margin"]
    assert errors["naive_bayes", "none", "none", "bad"].startswith(
        "BadQuery: asked for 10 pool rows, got int64 of shape (1,)"
    )
    trials = folder.frame("trials")
    well = (trials["classifier"] == "naive_bayes") & (trials["resampler"] == "none")
    assert set(trials["status"][well]) == {"done"}
    assert set(trials["status"][~well]) == {"failed"}
    assert trials["error"][~well].str.contains("Traceback").all()
    references = folder.frame("references").set_index(["classifier", "scaler", "resampler"])
    assert references["status"]["never", "none", "none"] == "failed"
    assert references["status"]["naive_bayes", "picky", "none"] == "failed"
    assert references["status"]["random_forest", "none", "none"] == "done"
    evaluations = folder.frame("evaluations")
    random = evaluations[evaluations["strategy"] == "random"]
    assert set(random["status"][random["classifier"] == "never"]) == {"failed"}


COUNTS = """
from harness.classifiers import CLASSIFIERS

FITS = []


class Counting:
    def __init__(self, seed, threads):
        self.inner = CLASSIFIERS["naive_bayes"](seed, threads)

    def fit(self, X, y):
        FITS.append(len(X))
        self.inner.fit(X, y)

    def predict_proba(self, X):
        return self.inner.predict_proba(X)


COMPONENTS = {"classifiers": {"counting": Counting}}
"""


@pytest.mark.parametrize(("strategy", "n_queries"), [("random", 0), ("margin", 4)])
def test_a_run_of_random_never_fits_a_query_model(sweeps, mine, tmp_path, strategy, n_queries):
    folder = sweeps.run(
        tmp_path / "run",
        components=[mine(COUNTS)],
        repeats=1,
        classifiers=["counting"],
        strategies=[strategy],
        resamplers=["none"],
        tuning={"trials": 1, "validation": {"folds": 3}},
    )
    file = ComponentFile.read(tmp_path / "mine.py")
    fits = registry.load((file,)).classifiers["counting"].fit.__globals__["FITS"]
    done = len(fits)
    fits.clear()
    references, of_trials = 1, 2 * (3 + 1)
    assert done == references + of_trials + n_queries
    assert (folder.frame("rounds")["fit_s"] > 0).sum() == n_queries


def test_a_registry_grows_without_changing_the_one_before():
    before = Registry()
    grown = before.with_components(
        {"classifiers": {"x": print}, "classifier_spaces": {"x": {"a": FloatDistribution(0, 1)}}},
        "1",
        "here",
    )
    assert "x" in grown.classifiers
    assert "x" not in before.classifiers
    assert grown.source("classifiers", "x") == "1"


def test_an_unknown_name_comes_with_the_nearest():
    with pytest.raises(UnknownName, match=r"no strategy 'zzz'\. Known: margin, random"):
        lookup({"random": 1, "margin": 2}, "zzz", "strategy")


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "mine.py").write_bytes(b"\xff\xfe")
    with pytest.raises(BadComponents, match="cannot read the components file"):
        ComponentFile.read(tmp_path / "mine.py")
