import json
import math
import re

import numpy as np
import pandas as pd
import pytest

import reports
from harness.winners import winners
from reports.gains import gains, sentence
from reports.importance import NEEDS, importance, scored
from reports.site import tuning as page
from reports.site.content import Content
from reports.site.files import Files
from reports.trajectories import trajectories


@pytest.fixture
def content(fake, stored):
    def build(change=lambda _: None, **shape) -> Content:
        frames = reports.load(stored(fake(**shape), change))
        return Content(frames, frames.metric(None), None)

    return build


@pytest.fixture
def filled(content, tmp_path):
    def build(change=lambda _: None, **shape):
        site = tmp_path / "site"
        found = page.fill(content(change, **shape), Files(site))
        parts = {}
        for name, part in found["shown"].items():
            parts[name] = {}
            for *key, url in part["keys"]:
                text = re.sub(r"^fewlabels\.receive\(|\)\s*$", "", (site / url).read_text())
                parts[name][tuple(key)] = json.loads(text)["\n".join(key)]
        return found["sentences"], parts

    return build


def random_trials(n_studies: int, n_trials: int, of) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    rows = []
    for study in range(n_studies):
        for number in range(n_trials):
            params = {
                "classifier.a": float(rng.random()),
                "classifier.b": int(rng.integers(1, 20)),
                "classifier.c": ["x", "y", None][int(rng.integers(3))],
                "classifier.fixed": 3,
            }
            score = of(params) + study + rng.normal(0, 0.01)
            text = json.dumps(params)
            rows.append({"study_id": f"{study}", "number": number, "params": text, "score": score})
    return pd.DataFrame(rows)


def test_the_best_so_far_agrees_with_the_winners_of_shortened_studies(content):
    trials = content(repeats=4, trials=6).results.trials
    found = trajectories(trials).set_index(["dataset", "classifier", "budget", "number"])
    for number in range(6):
        best = winners(trials[trials["number"] <= number])
        means = best.groupby("budget")[["val_macro_f1", "test_macro_f1"]].mean()
        for budget in (100, 200, 500):
            row = found.loc[("ton", "random_forest", budget, number)]
            assert row["validation"] == pytest.approx(means.loc[budget, "val_macro_f1"])
            assert row["test"] == pytest.approx(means.loc[budget, "test_macro_f1"])
    share = (winners(trials).query("budget == 500")["number"] == 2).mean()
    assert found.loc[("ton", "random_forest", 500, 2), "winner_here"] == pytest.approx(share)
    assert set(found["n_studies"]) == {8}


def test_of_log_loss_the_smallest_is_best(content):
    def by_loss(tables):
        for row in tables["trials"]:
            row["metric"] = "log_loss"

    trials = content(by_loss, trials=5).results.trials
    found = trajectories(trials).query("budget == 100 and number == 4")
    best = winners(trials).query("budget == 100")
    assert found["validation"].item() == pytest.approx(best["val_log_loss"].mean())
    assert (trajectories(trials).groupby("budget")["validation"].diff().dropna() <= 1e-12).all()


def test_failed_trials_keep_the_best_so_far_and_studies_that_fail_first_are_left_out(
    content, as_failed
):
    def broken(tables):
        for i, row in enumerate(tables["trials"]):
            of = (row["strategy"], row["repeat"], row["number"])
            if of in {("margin", 0, 1), ("random", 1, 0)}:
                tables["trials"][i] = as_failed(row, "failed", "ValueError: no")

    trials = content(broken).results.trials
    found = trajectories(trials).query("budget == 100")
    assert found["n_studies"].tolist() == [3, 3, 3]
    assert found["n_left_out"].tolist() == [1, 1, 1]
    assert found["validation"].is_monotonic_increasing


def test_shorter_studies_of_a_run_that_goes_on_are_left_out(content):
    def growing(tables):
        tables["trials"] = [
            row for row in tables["trials"] if not (row["repeat"] == 1 and row["number"] == 2)
        ]

    found = trajectories(content(growing).results.trials).query("budget == 200")
    assert found["n_studies"].tolist() == [2, 2, 2]
    assert found["n_left_out"].tolist() == [2, 2, 2]


def test_gains_are_means_over_repeats_with_students_interval(content):
    gain = content(repeats=6, scalers=("none", "standard")).frames.tuning_gain()
    found = gains(gain).set_index("n_labels").loc[200]
    mine = gain[gain["n_labels"] == 200]
    each = mine.groupby("repeat")["gain"].mean()
    assert found["mean"] == pytest.approx(each.mean())
    assert found["half"] == pytest.approx(2.570582 * each.std() / math.sqrt(6), rel=1e-6)
    assert (found["wins"], found["losses"]) == ((mine["gain"] > 0).sum(), (mine["gain"] < 0).sum())
    assert found["n_studies"] == 24


def row(classifier: str, labels: int, mean: float, half: float) -> dict[str, object]:
    of = {"dataset": "ton", "classifier": classifier, "n_labels": labels, "n_repeats": 5}
    return of | {"mean": mean, "half": half}


def test_the_sentence_says_where_tuning_gained_where_not_and_where_it_cost():
    rows = [
        row("knn", 400, 0.012, 0.004),
        row("svc", 400, 0.001, 0.01),
        row("nb", 100, -0.03, 0.01),
    ]
    said = sentence(pd.DataFrame(rows), "ton", "macro_f1")
    assert said == (
        "On ton tuning gained 0.012 [0.008, 0.016] in macro-F1 on average for knn at 400 labels; "
        "nothing whose interval lies above zero for svc and nb. It cost 0.030 [0.020, 0.040] for "
        "nb at 100 labels."
    )


def test_few_repeats_give_no_interval_and_the_sentence_says_so():
    rows = pd.DataFrame([row("knn", 400, 0.012, math.nan) | {"n_repeats": 1}])
    said = sentence(rows, "ton", "macro_f1")
    assert "with 1 repeat there is no interval, so this may be noise" in said


def test_the_parameter_that_moves_scores_is_most_important_and_no_noise():
    found = importance(random_trials(10, 20, lambda params: params["classifier.a"]))
    assert found.parameters[0].name == "classifier.a"
    assert found.parameters[0].importance > 0.8
    assert not found.parameters[0].is_noise
    assert sum(one.importance for one in found.parameters) == pytest.approx(1)
    assert (found.n_trials, found.n_studies) == (200, 10)


def test_what_moves_nothing_is_rarely_more_than_noise():
    found = [
        importance(random_trials(5, 12, lambda _: 0.0).sample(frac=0.9, random_state=seed))
        for seed in range(6)
    ]
    is_noise = [one.is_noise for each in found for one in each.parameters]
    assert len(is_noise) == 18
    assert sum(is_noise) >= 12  # one in twenty is not, on average


def test_a_choice_among_texts_can_matter_too():
    found = importance(random_trials(10, 20, lambda params: params["classifier.c"] == "x"))
    assert found.parameters[0].name == "classifier.c"
    assert "x, y" in str(found.parameters[0])
    assert not found.parameters[0].is_noise


def test_studies_on_easy_repeats_do_not_count_as_good_tuning():
    trials = random_trials(10, 20, lambda params: params["classifier.a"])
    level = trials.groupby("study_id").ngroup() * 100.0
    moved = trials.assign(score=trials["score"] + level)
    before, after = importance(trials), importance(moved)
    assert [one.name for one in before.parameters] == [one.name for one in after.parameters]
    got, expected = ([one.importance for one in x.parameters] for x in (after, before))
    assert got == pytest.approx(expected)


def test_the_order_of_the_rows_changes_no_importance():
    trials = random_trials(6, 20, lambda params: params["classifier.b"])
    shuffled = trials.sample(frac=1, random_state=4)
    assert importance(shuffled) == importance(trials)


def test_few_trials_are_underpowered():
    found = importance(random_trials(1, NEEDS - 1, lambda params: params["classifier.a"]))
    assert found.why == f"underpowered: N = {NEEDS - 1}, needs {NEEDS} trials"
    assert not found.parameters


def test_nothing_that_varies_has_no_importance():
    trials = random_trials(2, 20, lambda _: 0.0).assign(params='{"classifier.k": 3}')
    assert importance(trials).why == "no hyperparameter of these trials varies"


def test_equal_scores_have_no_importance():
    trials = random_trials(2, 20, lambda _: 0.0).assign(score=0.5)
    assert importance(trials).why == "all trials of a study score the same"


def test_parameters_that_only_some_pipelines_have_are_compared_as_well():
    trials = random_trials(10, 20, lambda params: params["classifier.a"])
    more = [
        json.dumps(json.loads(text) | ({"resampler.k": i % 9 + 1} if i % 2 else {}))
        for i, text in enumerate(trials["params"])
    ]
    found = importance(trials.assign(params=more))
    of = {one.name: one for one in found.parameters}
    assert of["resampler.k"].n_trials == 100
    assert found.parameters[0].name == "classifier.a"


def test_scores_are_those_that_chose_and_failed_trials_have_none(content, as_failed):
    def broken(tables):
        tables["trials"][0] = as_failed(tables["trials"][0], "failed", "ValueError: no")
        for one in tables["trials"]:
            one["metric"] = "log_loss"

    trials = content(broken).results.trials
    found = scored(trials)
    assert len(found) == len(trials) - 1
    assert (found["score"] == -found["val_log_loss"]).all()


def test_every_part_has_something_for_each_dataset_and_classifier(filled):
    shape = {"datasets": ("ton", "edge"), "classifiers": ("knn", "svc"), "repeats": 5}
    said, parts = filled(**shape)
    assert len(said) == 2
    assert list(parts["gain"]) == [("edge",), ("ton",)]
    assert len(parts["course"]) == 2 * 2 * 3
    assert next(iter(parts["course"])) == ("edge", "knn", "500")
    assert next(iter(parts["importance"])) == ("edge", "knn")
    for panel in parts["importance"].values():
        assert "no hyperparameter of these trials varies" in panel["note"]


def test_defaults_alone_are_called_that(filled):
    _, parts = filled(trials=1, repeats=1)
    assert "Only the defaults were tried" in parts["gain"][("ton",)]["note"]
    for panel in parts["course"].values():
        assert "nothing was tuned" in panel["note"]


def test_a_classifier_that_always_failed_is_shown_with_a_reason(filled, as_failed):
    def broken(tables):
        tables["trials"] = [
            as_failed(one, "failed", "ValueError: no") if one["classifier"] == "svc" else one
            for one in tables["trials"]
        ]

    _, parts = filled(broken, classifiers=("knn", "svc"))
    assert "No study has a score" in parts["course"][("ton", "svc", "500")]["note"]
    assert "has a score yet" in parts["importance"][("ton", "svc")]["note"]
    assert {line[0] for line in parts["gain"][("ton",)]["table"]["rows"]} == {"knn"}


def test_names_never_become_markup(filled):
    _, parts = filled(classifiers=("<b>knn</b>",))
    for part in parts.values():
        for panel in part.values():
            if figure := panel["figure"]:
                assert "<b>" not in json.dumps([figure["data"], figure["layout"]])
