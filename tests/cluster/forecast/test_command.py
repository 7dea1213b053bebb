"""`fewlabels plan --cluster`, from a run folder that was recorded here."""

import shutil
from pathlib import Path

import pytest
import yaml

from cluster.commands import Where, run
from cluster.forecast import pilot
from cluster.forecast.command import plan
from cluster.forecast.law import FEWEST_S
from cluster.forecast.pilot import pilot_of, place_of
from cluster.forecast.work import chains
from harness import corpus
from harness.errors import ClusterError, ClusterFileError, NoTimes
from harness.ledger import Ledger
from harness.plan import make_plan
from harness.shipped import open_sweep

SWEEP = {
    "name": "small",
    "repeats": 1,
    "datasets": [{"name": "ton_iot_synthetic", "rows": 600}],
    "classifiers": ["decision_tree"],
    "scalers": ["none"],
    "resamplers": ["none"],
    "strategies": ["random"],
    "budgets": [50, 100],
    "labelling": {"initial": 50, "batch": 50},
    "reference": {"classifier": "decision_tree"},
    "tuning": {"trials": 2, "startup": 1, "validation": {"folds": 2}},
}
MACHINES = '[[nodes]]\nname = "cpu"\ncount = {}\ncpus = 2\nmemory_gb = 8\n'


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A folder with a sweep, machines, and the sweep's run."""
    folder = tmp_path_factory.mktemp("recorded")
    written(folder, SWEEP)
    (folder / "cluster.toml").write_text(MACHINES.format(3))
    run(str(folder / "sweep.yaml"), out=folder / "run", executor=Where.inline)
    return folder


@pytest.fixture(autouse=True)
def a_process_takes_four_seconds(monkeypatch):
    """It is not measured again for each test."""
    monkeypatch.setattr("cluster.forecast.setup.process_s", lambda: 4.0)


@pytest.fixture
def here(recorded, tmp_path):
    """A copy of it."""
    return shutil.copytree(recorded, tmp_path / "copy")


def written(folder, sweep):
    (folder / "sweep.yaml").write_text(yaml.safe_dump(sweep))
    return str(folder / "sweep.yaml")


def said(capsys, folder, sweep, **more):
    path = written(folder, {**SWEEP, **sweep})
    plan(path, out=folder / "other", cluster=folder / "cluster.toml", **more)
    return capsys.readouterr().out


def test_a_forecast_says_how_long_where_and_from_which_times(here, capsys):
    text = said(capsys, here, {"repeats": 40}, times=[here / "run"])
    assert "a simulation of the driver and 3 × cpu: 6 tasks on CPUs at the same time" in text
    assert "makespan   about " in text
    assert "nodes      cpu: " in text
    assert f"times      from {here / 'run'} (" in text
    assert "80 of it" not in text


def test_the_same_question_gets_the_same_answer(here, capsys):
    answers = [
        # What preparing the data takes is measured each time.
        [line for line in said(capsys, here, {"repeats": 9}, times=[here / "run"]).splitlines()
         if line.startswith(("forecast", "writes", "times"))]
        for _ in range(2)
    ]  # fmt: skip
    assert answers[0] == answers[1]
    assert len(answers[0]) == 3


def test_the_sweeps_own_run_and_its_pilot_are_where_times_are_looked_for(here, capsys):
    path = written(here, {**SWEEP, "repeats": 3})
    plan(path, out=here / "run", cluster=here / "cluster.toml")
    assert f"times      from {here / 'run'} (" in capsys.readouterr().out
    (here / "run").rename(place_of(here / "other"))
    assert f"times      from {here / 'other-pilot'} (" in said(capsys, here, {})


def test_what_has_no_times_is_named_with_how_to_get_them(here):
    path = written(here, {**SWEEP, "classifiers": ["decision_tree", "knn"]})
    with pytest.raises(NoTimes) as refused:
        plan(path, out=here / "other", cluster=here / "cluster.toml", times=[here / "run"])
    lines = str(refused.value).splitlines()
    assert lines[0] == f"no times are recorded (looked in: {described(here)}) of"
    assert "  rounds of ton_iot_synthetic × knn × none × none × random" in lines
    assert not any("decision_tree" in line for line in lines)
    assert lines[-1].endswith(
        "run a small part of this sweep for them: the same command with --pilot."
    )


def described(folder):
    from cluster.forecast.times import Times

    path = str(folder / "sweep.yaml")
    from harness.store import RunFolder

    (source,) = Times.of([RunFolder.open(folder / "run")], open_sweep(path)).sources
    return source


def test_times_of_other_parameters_under_the_same_name_are_not_used(here):
    tree = {"name": "decision_tree", "params": {"max_depth": 3}}
    path = written(here, {**SWEEP, "classifiers": [tree]})
    with pytest.raises(NoTimes) as refused:
        plan(path, out=here / "other", cluster=here / "cluster.toml", times=[here / "run"])
    assert "has another decision_tree: the defaults there, {'max_depth': 3} here" in str(
        refused.value
    )


def test_another_scalers_times_stand_in_and_that_is_said(here, capsys):
    text = said(capsys, here, {"scalers": ["standard"]}, times=[here / "run"])
    assert (
        "beware     times of another scaler, resampler or trial stand in for decision_tree on "
        "ton_iot_synthetic"
    ) in text


def test_labels_beyond_what_was_recorded_are_said(here, capsys):
    text = said(capsys, here, {"budgets": [50, 300]}, times=[here / "run"])
    assert "decision_tree on ton_iot_synthetic: recorded up to" in text
    assert "extrapolated to 300" in text


def test_nothing_left_is_said(here, capsys):
    plan(written(here, SWEEP), out=here / "run", cluster=here / "cluster.toml")
    assert "forecast   nothing is left to do" in capsys.readouterr().out


def test_nodes_that_die_are_counted(here, capsys):
    text = said(capsys, here, {"repeats": 5}, times=[here / "run"], deaths=0.5)
    assert "deaths     " in text


def test_a_wrong_cluster_file_is_refused_before_the_data_are_read(here):
    (here / "cluster.toml").write_text('[[nodes]]\nname = "cpu"\ncpu = 2\n')
    with pytest.raises(ClusterFileError, match=r"nodes\[0\].cpu: unknown field; did you mean"):
        plan(written(here, SWEEP), cluster=here / "cluster.toml")


@pytest.mark.parametrize("alone", [{"pilot": True}, {"deaths": 1.0}, {"segment_s": 5.0}])
def test_options_of_a_forecast_are_refused_without_machines(here, alone):
    with pytest.raises(ClusterError, match="--segment-s belong to --cluster"):
        plan(written(here, SWEEP), **alone)


def planned(sweep):
    opened = open_sweep(sweep)
    return make_plan(opened, corpus.load(opened))


def test_a_pilot_is_a_sweep_of_one_repeat_few_trials_and_the_outer_budgets(here):
    fields = {"repeats": 7, "budgets": [100, 250, 750], "tuning": {"trials": 40}}
    fields["datasets"] = [{"name": "ton_iot_synthetic", "rows": 2000}]
    whole = planned(written(here, {**SWEEP, **fields}))
    small = planned(written(here, pilot_of(whole)))
    assert small.sweep.repeats == 1
    assert {study.n_trials for study in small.studies} == {pilot.TRIALS}
    assert small.acquisitions[0].budgets == (100, 748)  # four rounds of 162
    assert [str(a.curve) for a in small.acquisitions] == [str(whole.acquisitions[0].curve)]
    assert whole.sweep.resolved["budgets"] == [100, 250, 750]


def test_a_pilots_rounds_begin_about_where_the_sweeps_do(here):
    # Steps of 50 from 200 to 400, and from there down as far as 60.
    fields = {"budgets": [200, 400], "labelling": {"initial": 60, "batch": 10}}
    (buying, *_) = planned(
        written(here, pilot_of(planned(written(here, {**SWEEP, **fields}))))
    ).acquisitions
    assert buying.setting.labelling.initial == 100
    assert (buying.setting.labelling.batch, buying.budgets) == (50, (200, 400))


@pytest.mark.parametrize(
    ("places", "more", "repeats"),
    [
        (2, {"repeats": 9}, [2, 4, 6, 8, 10]),
        (2, {"repeats": 1}, [1, 2, 3, 4, 5]),
        (8, {"repeats": 9, "strategies": ["random", "margin", "entropy"]}, [3, 6, 9, 12, 15]),
        (2, {"strategies": ["random", "margin", "entropy"]}, [1, 2, 3, 4, 5]),
        (8, {"threads": 8}, [1, 2, 3, 4, 5]),
        (2, {"repeats": 3, "split": {"seeds": [7, 8, 9]}}, [2, 3]),
    ],
)
def test_each_pass_of_a_pilot_keeps_the_places_busy(here, places, more, repeats):
    plan_of = planned(written(here, {**SWEEP, **more}))
    assert pilot.passes(plan_of, places=places) == repeats


@pytest.mark.parametrize(("enough_s", "n_passes"), [(0.0, 3), (1e9, 5)])
def test_a_pilot_goes_on_until_it_has_recorded_enough(here, monkeypatch, enough_s, n_passes):
    ran = []

    def inline(sweep, out):
        ran.append(yaml.safe_load(Path(sweep).read_text())["repeats"])
        run(sweep, out=out, executor=Where.inline)

    monkeypatch.setattr("cluster.commands.run", inline)
    monkeypatch.setattr(pilot, "ENOUGH_S", enough_s)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    whole = planned(written(here, {**SWEEP, "repeats": 4}))
    pilot.run_pilot(whole, here / "other")
    assert ran == [1, 2, 3, 4, 5][:n_passes]
    assert pilot.recorded_s(place_of(here / "other")) > 0


def test_a_pilot_of_one_budget_has_one(here):
    assert pilot_of(planned(written(here, {**SWEEP, "budgets": [100]})))["budgets"] == [100]


def test_a_pilot_gives_times_of_all_that_a_sweep_needs(here, capsys, monkeypatch):
    def inline(sweep, out):
        run(sweep, out=out, executor=Where.inline)

    monkeypatch.setattr("cluster.commands.run", inline)
    text = said(capsys, here, {"strategies": ["random", "margin"], "repeats": 3}, pilot=True)
    assert f"pilot      {here / 'other-pilot'}: a small part of the sweep" in text
    assert "makespan   about " in text


def test_where_every_round_is_tested_a_fit_is_counted_once(here, capsys):
    # A round after a test asks the model of that test: its row says how long that fit took.
    from cluster.forecast.times import Times
    from harness.store import RunFolder

    path = written(here, {**SWEEP, "strategies": ["margin"], "evaluate": "every_round"})
    run(path, out=here / "tested", executor=Where.inline)
    folder = RunFolder.open(here / "tested")
    times = Times.of([folder], open_sweep(path))
    rounds = folder.frame("rounds", ["round", "fit_s", "score_s", "query_s"]).set_index("round")
    names = ("ton_iot_synthetic", "decision_tree", "none", "none", "margin")
    law = times.law(("shared_round", *names))
    taken = rounds.loc[1, "score_s"] + rounds.loc[1, "query_s"]
    assert law.mean(law_labels(50))[0] == pytest.approx(taken)
    capsys.readouterr()


def test_the_first_round_fits_nothing_and_is_no_point_of_the_others_curve(here):
    # Else rounds of fewer labels than the pilot's would be taken to cost next to nothing.
    from cluster.forecast.times import Times
    from harness.store import RunFolder

    sweep = {**SWEEP, "strategies": ["margin"], "budgets": [200], "labelling": {"initial": 150}}
    path = written(here, sweep)
    run(path, out=here / "later", executor=Where.inline)
    folder = RunFolder.open(here / "later")
    times = Times.of([folder], open_sweep(path))
    names = ("ton_iot_synthetic", "decision_tree", "none", "none", "margin")
    later = folder.frame("rounds", ["round", "fit_s", "score_s", "query_s"]).set_index("round")
    law = times.law(("round", *names))
    assert law.mean(law_labels(60))[0] == pytest.approx(later.loc[1].sum())
    first = times.law(("design", *names)).mean(law_labels(0))[0]
    assert first == pytest.approx(max(later.loc[0].sum(), FEWEST_S))


def test_the_test_after_a_round_has_the_labels_that_the_round_has_bought(here):
    path = written(here, {**SWEEP, "budgets": [150], "evaluate": "every_round"})
    (buying, *_) = (chain for chain in chains(Ledger(planned(path))) if chain.kind == "acquisition")
    assert [[n for _, n in unit.parts] for unit in buying.units] == [[0, 50], [50, 100], [100, 150]]
    kinds = [(unit.key[0], unit.refitted and unit.refitted[0]) for unit in buying.units]
    assert kinds == [("design", None), ("shared_round", "fit"), ("shared_round", "fit")]


def test_a_tuned_acquisition_asks_its_tests_model_until_it_has_a_winner(here):
    tuning = {**SWEEP["tuning"], "acquisition": "tuned"}
    fields = {"budgets": [100, 200], "evaluate": "every_round", "tuning": tuning}
    fields["classifiers"] = ["knn"]
    path = written(here, {**SWEEP, **fields, "reference": {"classifier": "knn"}})
    (buying, *_) = (chain for chain in chains(Ledger(planned(path))) if chain.kind == "acquisition")
    kinds = [(unit.n_labels, unit.key[0]) for unit in buying.units]
    assert kinds == [(0, "design"), (50, "shared_round"), (100, "round"), (150, "round")]


def test_random_trials_and_those_of_tpe_have_times_of_their_own(here):
    from cluster.forecast.times import Times
    from harness.store import RunFolder

    tuning = {**SWEEP["tuning"], "trials": 5, "startup": 3}
    path = written(here, {**SWEEP, "budgets": [100], "tuning": tuning})
    run(path, out=here / "more", executor=Where.inline)
    folder = RunFolder.open(here / "more")
    times = Times.of([folder], open_sweep(path))
    took = folder.frame("trials", ["number", "wall_s"]).set_index("number")["wall_s"]
    for kind, numbers in (("default", [0]), ("random", [1, 2]), ("trial", [3, 4])):
        law = times.law((kind, "ton_iot_synthetic", "decision_tree", "none", "none"))
        assert law.mean(law_labels(100))[0] == pytest.approx(took[numbers].mean())
    (study, *_) = (c for c in chains(Ledger(planned(path))) if c.kind == "study")
    kinds = [unit.key[0] for unit in study.units]
    assert kinds == ["default", "random", "random", "trial", "trial"]


def law_labels(*labels):
    import numpy as np

    return np.array(labels, dtype=float)
