"""Tuning sees validation rows that are paid for and not fitted on, and nothing else."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

import harness.executor
from harness import problem_cache, registry
from harness.classifiers import CLASSIFIERS
from harness.resamplers import RESAMPLERS
from harness.segment import (
    AcquisitionSegment,
    EvaluationSegment,
    ReferenceSegment,
    StudySegment,
    kind,
)
from harness.winners import winners
from search_spaces import CLASSIFIER_SPACES, RESAMPLER_SPACES

CROSS_VALIDATION = {"method": "cross_validation", "folds": 3}
HOLDOUT = {"method": "holdout", "rows": 20}
BUDGETS = [40, 50, 70]
ONE_CURVE = {
    "repeats": 1,
    "classifiers": ["naive_bayes"],  # its margins hardly ever tie
    "strategies": ["margin"],
    "budgets": BUDGETS,
    "segment_s": 0,  # a round or a trial a segment
}


def tuning(validation=CROSS_VALIDATION, acquisition="defaults", trials=3):
    return {
        "trials": trials,
        "startup": 2,
        "validation": validation,
        "acquisition": acquisition,
    }


def bill(folder, budget):
    """The pool rows that a budget pays for, as the tables have them."""
    rounds = folder.frame("rounds")
    (n_holdout,) = folder.frame("acquisitions")["n_holdout"].unique()
    (n_pool,) = folder.frame("datasets")["n_pool"].unique()
    bought = np.concatenate([*rounds["batch"][rounds["n_labels"] <= budget]])
    return {*bought.tolist(), *range(n_pool - n_holdout, n_pool)}


class Watched(np.ndarray):
    """Labels that note which of them are looked at."""

    read: set

    def __array_finalize__(self, parent):
        self.read = getattr(parent, "read", set())

    def __getitem__(self, index):
        plain = np.asarray(self)
        self.read.update(np.arange(len(plain))[np.asarray(index)].ravel().tolist())
        return plain[index]

    def __array_function__(self, function, types, args, kwargs):
        raise AssertionError(f"{function.__name__} looks at all labels at once")

    def __array_ufunc__(self, *_, **__):
        raise AssertionError("a ufunc looks at all labels at once")


@pytest.fixture
def reads(monkeypatch):
    """(segment, pool rows whose labels it looked at), one by one."""
    seen, read = [], set()
    prepare, work = problem_cache.prepare, harness.executor.work

    def watched(key, prepared, registry):
        problem = prepare(key, prepared, registry)
        y = problem.y.view(Watched)
        y.read = read
        return replace(problem, y=y)

    def noted(task, problem_of):
        read.clear()
        found = work(task, problem_of)
        seen.append((task.segment, set(read)))
        return found

    monkeypatch.setattr(problem_cache, "prepare", watched)
    monkeypatch.setattr(harness.executor, "work", noted)
    return seen


@pytest.mark.parametrize("acquisition", ["defaults", "tuned"])
@pytest.mark.parametrize("validation", [CROSS_VALIDATION, HOLDOUT], ids=lambda v: v["method"])
def test_each_cell_reads_the_labels_that_its_own_budget_pays_for_and_no_others(
    sweeps, tmp_path, reads, validation, acquisition
):
    changes = {**ONE_CURVE, "tuning": tuning(validation, acquisition)}
    sweeps.run(tmp_path / "run", **changes)
    folder = sweeps.run(tmp_path / "run", **changes, evaluate="every_round")
    assert folder.frame("trials")["status"].eq("done").all()
    n_labels = folder.frame("rounds").sort_values("round")["n_labels"].tolist()
    met = Counter()
    for segment, read in reads:
        met[kind(segment)] += 1
        if isinstance(segment, StudySegment):
            assert read == bill(folder, segment.study.budget)
        elif isinstance(segment, AcquisitionSegment | EvaluationSegment):
            assert read <= bill(folder, n_labels[segment.unit])
        else:
            assert isinstance(segment, ReferenceSegment)  # full_data: no cell
    assert met["study"] == 3 * len(BUDGETS)
    assert met["acquisition"] == met["evaluation"] == len(n_labels)


@pytest.mark.parametrize("n_holdout", [0, 20])
def test_a_budget_is_the_number_of_rows_billed_and_holdout_rows_are_never_candidates(
    sweeps, tmp_path, monkeypatch, n_holdout
):
    candidates = set()

    def margin(query, n):
        candidates.update(query.candidates.tolist())
        return query.lowest(query.margins, n)

    monkeypatch.setitem(registry.load(()).strategies, "margin", margin)
    validation = HOLDOUT if n_holdout else CROSS_VALIDATION
    folder = sweeps.run(tmp_path / "run", **ONE_CURVE, tuning=tuning(validation))
    (n_pool,) = folder.frame("datasets")["n_pool"]
    batches = folder.frame("rounds").sort_values("round")["batch"].tolist()
    bought = np.concatenate(batches).tolist()
    assert candidates == set(range(20, n_pool - n_holdout))  # but for the initial rows
    assert set(bought) <= candidates | set(range(20))
    assert len(set(bought)) == len(bought) == BUDGETS[-1] - n_holdout
    assert (
        folder.frame("rounds").sort_values("round")["n_labels"].tolist()
        == (n_holdout + np.cumsum([len(batch) for batch in batches])).tolist()
    )
    assert folder.frame("trials").groupby("budget").size().to_dict() == dict.fromkeys(BUDGETS, 3)
    assert [len(bill(folder, budget)) for budget in BUDGETS] == BUDGETS
    (ended,) = folder.frame("acquisitions").to_dict("records")
    assert (ended["n_labels"], ended["n_holdout"]) == (BUDGETS[-1], n_holdout)


class Spied:
    """What models and resamplers were given: the first feature of a row is its number."""

    def __init__(self) -> None:
        self.models = []
        self.resampled = []

    def classifier(self, seed, threads, *, var_smoothing: float = 1e-9):
        """Naive Bayes, watched."""
        return SpyModel(
            self, CLASSIFIERS["naive_bayes"](seed, threads, var_smoothing=var_smoothing)
        )

    def resampler(self, seed, *, k_neighbors: int = 5):
        """SMOTE, watched."""
        smote = RESAMPLERS["smote"](seed, k_neighbors=k_neighbors)

        def resample(X, y):
            self.resampled.append(numbers(X))
            return smote(X, y)

        return resample


class SpyModel:
    def __init__(self, spied, model) -> None:
        self.model = model
        self.fitted, self.asked = None, []
        spied.models.append(self)

    def fit(self, X, y):
        self.fitted = numbers(X)
        self.model.fit(X, y)
        self.classes_ = self.model.classes_

    def predict_proba(self, X):
        self.asked.append(numbers(X))
        return self.model.predict_proba(X)


def numbers(X):
    return X[:, 0].tolist()


@pytest.fixture
def spied_trials(sweeps, tmp_path, monkeypatch):
    """Run a sweep over rows with these numbers; give its problem, trials, and the rows of all fits.

    A trial is the pool rows that it may use, the rows that each of its fits was given, and the
    models that came of them.
    """
    spied = Spied()
    monkeypatch.setitem(CLASSIFIERS, "spied", spied.classifier)
    monkeypatch.setitem(CLASSIFIER_SPACES, "spied", CLASSIFIER_SPACES["naive_bayes"])
    monkeypatch.setitem(RESAMPLERS, "spied", spied.resampler)
    monkeypatch.setitem(RESAMPLER_SPACES, "spied", RESAMPLER_SPACES["smote"])
    problems, trials = [], []
    prepare, work = problem_cache.prepare, harness.executor.work

    def kept(*key):
        problems.append(prepare(*key))
        return problems[-1]

    def noted(task, problem_of):
        if isinstance(task.segment, ReferenceSegment):
            return work(task, problem_of)
        n_models, n_resampled = len(spied.models), len(spied.resampled)
        found = work(task, problem_of)
        models = [model for model in spied.models[n_models:] if model.fitted is not None]
        given = spied.resampled[n_resampled:]
        assert [
            model.fitted[: len(rows)] for model, rows in zip(models, given, strict=True)
        ] == given
        if isinstance(task.segment, StudySegment):
            trials.append((np.concatenate(task.segment.batches), given, models))
        return found

    monkeypatch.setattr(problem_cache, "prepare", kept)
    monkeypatch.setattr(harness.executor, "work", noted)

    def run(validation, number):
        rng = np.random.default_rng(3)
        y = rng.choice(3, size=300, p=[0.6, 0.3, 0.1])
        X = rng.normal(size=(300, 4)) + np.eye(3, 4)[y]
        X[:, 0] = np.arange(300)
        np.savez(tmp_path / "rows.npz", X=X[number], y=y[number])
        folder = sweeps.run(
            tmp_path / "run",
            **{**ONE_CURVE, "classifiers": ["spied"], "resamplers": ["spied"]},
            scalers=["none"],
            datasets=[{"name": "npz", "path": str(tmp_path / "rows.npz")}],
            tuning=tuning(validation),
            reference={"every_pipeline": False, "classifier": "naive_bayes"},
        )
        assert folder.frame("trials")["status"].eq("done").all()
        assert len(trials) == 3 * len(BUDGETS)
        (problem,) = problems
        return problem, trials, spied.resampled

    return run


def asked_of_test_rows(asked, tested):
    """First of all of them, then, to time it, of some again."""
    assert asked[0] == tested
    for rows in asked[1:]:
        assert set(rows) <= set(tested)


def test_a_row_and_its_twins_are_fitted_on_or_validate_and_never_both(spied_trials):
    problem, trials, _ = spied_trials(CROSS_VALIDATION, np.random.default_rng(0).choice(150, 300))
    for pool_rows, given, models in trials:
        labelled = Counter(problem.X[pool_rows, 0].tolist())
        assert labelled.most_common(1)[0][1] > 1  # there are twins
        validated = Counter()
        for rows, model in zip(given[:-1], models[:-1], strict=True):
            (held,) = model.asked
            assert not set(rows) & set(held)
            assert Counter(rows) + Counter(held) == labelled
            validated += Counter(held)
        assert len(models) == 3 + 1
        assert validated == Counter(given[-1]) == labelled
        asked_of_test_rows(models[-1].asked, numbers(problem.test.X))


def test_held_out_rows_validate_and_are_never_fitted_on(spied_trials):
    problem, trials, fits = spied_trials(HOLDOUT, np.arange(300))
    held, tested = numbers(problem.X[-20:]), numbers(problem.test.X)
    for labelled, given, (model,) in trials:
        assert given == [numbers(problem.X[np.sort(labelled)])]
        assert model.asked[0] == held
        asked_of_test_rows(model.asked[1:], tested)
    for rows in fits:
        assert not set(rows) & {*held, *tested}


def test_test_rows_are_never_fitted_on(spied_trials):
    problem, _, fits = spied_trials(CROSS_VALIDATION, np.arange(300))
    assert not {number for rows in fits for number in rows} & set(numbers(problem.test.X))


@pytest.fixture
def decisions(sweeps, tmp_path, monkeypatch):
    """Picks, hyperparameters and winners of a run whose trials come back as `change` makes them.

    A trial a segment: what a later one knows of an earlier one has gone through the table.
    """
    work = harness.executor.work

    def decide(change, acquisition="tuned"):
        def changed(task, problem_of):
            found = work(task, problem_of)
            for row in found.get("trials", ()):
                row.update(change(row))
            return found

        monkeypatch.setattr(harness.executor, "work", changed)
        name = f"run_{len([*tmp_path.iterdir()])}"
        changes = {**ONE_CURVE, "tuning": tuning(acquisition=acquisition, trials=6)}
        if acquisition == "defaults":  # a study is done before the acquisition goes on
            sweeps.run(tmp_path / name, **{**changes, "budgets": BUDGETS[:1]})
        folder = sweeps.run(tmp_path / name, **changes)
        trials = folder.frame("trials").sort_values(["budget", "number"], ignore_index=True)
        picks = folder.frame("rounds").sort_values("round")["batch"].map(list).tolist()
        params = trials["params"].tolist()
        return picks, params, winners(trials)["number"].tolist()

    return decide


def other(row, columns):
    """Other values in these columns, different in every trial."""
    value = (0.37 * (1 + row["number"])) % 1
    return {c: int(100 * value) if isinstance(row[c], int) else value for c in columns}


def of_test(row):
    kept = other(row, [c for c in row if c.startswith(("test_", "n_test_", "fit_s", "predict_s"))])
    return {**kept, "confusion": [[0] * 3] * 3, "resampling": None}


def of_other_metrics(row):
    return other(row, [c for c in row if c.startswith("val_") and c != "val_macro_f1"])


def test_test_scores_decide_nothing(decisions):
    assert decisions(of_test) == decisions(lambda _: {})


def test_metrics_that_were_not_chosen_decide_nothing(decisions):
    assert decisions(of_other_metrics) == decisions(lambda _: {})


def the_smoother_the_better(row):
    """A validation score that no data would give, for hyperparameters that change picks."""
    return {"val_macro_f1": json.loads(row["params"])["classifier.var_smoothing"]}


def test_the_validation_score_decides_hyperparameters_winners_and_then_picks(decisions):
    picks, params, won = decisions(lambda _: {})
    other_picks, other_params, other_won = decisions(the_smoother_the_better)
    assert other_picks[:3] == picks[:3]  # until the first winner takes over, at 40 labels
    assert other_picks[3:] != picks[3:]
    assert other_params[:2] == params[:2]  # the defaults and the start-up trial
    assert other_params != params
    smoothing = [json.loads(text)["classifier.var_smoothing"] for text in other_params]
    assert other_won == np.reshape(smoothing, (len(BUDGETS), 6)).argmax(axis=1).tolist()
    assert won != other_won


def test_each_budgets_winner_and_no_other_trial_is_the_query_model_from_there_on(
    sweeps, tmp_path, reads
):
    changes = {**ONE_CURVE, "tuning": tuning(acquisition="tuned", trials=6)}
    folder = sweeps.run(tmp_path / "run", **changes)
    trials = folder.frame("trials")
    won = winners(trials).set_index("budget")["params"].map(json.loads)
    assert len({str(params) for params in won}) > 1
    taken = {s.unit: s.params for s, _ in reads if isinstance(s, AcquisitionSegment)}
    assert taken == {0: {}, 1: {}, 2: {}, 3: won[40], 4: won[50], 5: won[50]}


def test_with_defaults_for_a_query_model_no_score_changes_a_pick(decisions):
    picks, _, won = decisions(lambda _: {}, "defaults")
    other_picks, _, other_won = decisions(the_smoother_the_better, "defaults")
    assert picks == other_picks
    assert won != other_won


@pytest.fixture
def results(sweeps, tmp_path, monkeypatch):
    """Rounds and trials of a run whose problems `change` has gone over: first all is bought."""
    original = problem_cache.prepare

    def run(change, validation=CROSS_VALIDATION):
        monkeypatch.setattr(problem_cache, "prepare", lambda *key: change(original(*key)))
        name = f"run_{len([*tmp_path.iterdir()])}"
        tables = sweeps.tables(
            sweeps.run(tmp_path / name, **{**ONE_CURVE, "tuning": tuning(validation, trials=6)})
        )
        return tables["rounds"], tables["trials"]

    return run


def relabelled(rows):
    def change(problem):
        y = problem.y.copy()
        y[rows] = (y[rows] + 1) % problem.n_classes
        return replace(problem, y=y)

    return change


def test_labels_bought_later_change_nothing_before(results):
    rounds, trials = results(lambda problem: problem)
    later = np.concatenate([eval(b) for b in rounds["batch"][rounds["n_labels"] > 50]])  # noqa: S307
    other_rounds, other_trials = results(relabelled(later))
    early = rounds["n_labels"] <= 50
    assert rounds[early].equals(other_rounds[early])
    assert rounds["batch"][:5].equals(other_rounds["batch"][:5])  # chosen before its labels came
    early = trials["budget"] <= 50
    assert early.sum() == 12
    columns = [c for c in trials if not c.startswith("n_test")]
    assert trials.loc[early, columns].equals(other_trials.loc[early, columns])
    assert not trials[~early].equals(other_trials[~early])


def test_labels_of_the_holdout_decide_by_the_validation_score_alone(results):
    _, trials = results(lambda problem: problem, HOLDOUT)
    _, others = results(relabelled(np.arange(-20, 0)), HOLDOUT)
    first = (trials["budget"] == BUDGETS[0]) & (trials["number"] == 0)
    tested = [name for name in trials if name.startswith("test_")]
    assert trials.loc[first, tested].equals(others.loc[first, tested])
    assert trials["val_macro_f1"][first].item() != others["val_macro_f1"][first].item()
    assert trials["params"].tolist() != others["params"].tolist()
