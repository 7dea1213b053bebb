"""What is retried is done again, and what is left is what a run would have had without it."""

from __future__ import annotations

import shlex
import shutil

import pandas as pd
import pytest
from typer.testing import CliRunner

import fewlabels
from harness.errors import CannotRetry, RunFolderError
from harness.retry.chosen import choose
from harness.retry.supersede import supersede
from harness.retry.wanted import Wanted
from harness.schema import KEYS
from harness.store import RunFolder
from harness.verify import verify
from tests.conftest import Sweeps
from tests.harness.broken_disk import Killed, broken

TUNED = {"trials": 4, "startup": 4, "validation": {"folds": 3}, "acquisition": "tuned"}
EVERY_ROUND = {"evaluate": "every_round", "strategies": ["margin", "random"]}
EARLY = {"trial_s": 4.5}  # ends acquisitions, tests, references and all trials
LATER = {"trial_s": 12.0}  # ends references and some trials


def again(folder, *statuses, where=()):
    with folder.writing():
        chosen = choose(folder, statuses or ["timeout"], where)
        supersede(folder, chosen)
    assert verify(folder).findings == ()
    return chosen


def statuses(folder):
    tables = ("acquisitions", "evaluations", "references", "trials")
    return {(table, status) for table in tables for status in folder.frame(table)["status"]}


@pytest.mark.parametrize(
    ("first", "then", "changes"),
    [
        (EARLY, LATER, EVERY_ROUND),
        (EARLY, {}, EVERY_ROUND),
        (LATER, {"trial_s": 1e3}, {"tuning": TUNED}),
        ({"trial_s": 10.0}, {"trial_s": 1e3}, {"tuning": TUNED, **EVERY_ROUND}),
        ({"study_s": 20.0}, {"study_s": 1e3}, {}),
        ({"study_s": 20.0}, {}, {"tuning": TUNED}),
        ({"acquisition_s": 3.0}, {"acquisition_s": 8.0}, EVERY_ROUND),
        ({"acquisition_s": 8.0}, {}, {"tuning": TUNED}),
    ],
)
def test_a_run_retried_under_other_limits_is_one_that_always_had_them(slow, first, then, changes):
    retried = slow("retried", limits=first, **changes)
    assert "timeout" in {status for _, status in statuses(retried)}
    again(retried)
    slow("retried", limits=then, **changes)
    Sweeps.must_equal(retried, slow("always", limits=then, **changes))


def test_what_hangs_on_nothing_that_is_retried_stays_as_it_is(slow):
    folder = slow("run", limits=EARLY, **EVERY_ROUND)
    before = {table: folder.frame(table) for table in ("rounds", "acquisitions", "evaluations")}
    again(folder)
    assert folder.frame("rounds").equals(before["rounds"])
    for table in ("acquisitions", "evaluations"):
        done = before[table][before[table]["status"] == "done"].reset_index(drop=True)
        assert 0 < len(done) < len(before[table])
        pd.testing.assert_frame_equal(folder.frame(table), done, check_dtype=False)


def test_a_trial_goes_with_those_after_it_and_all_is_noted(slow):
    folder = slow("run", limits=LATER, budgets=[30])
    trials = folder.frame("trials")
    bad = trials.loc[trials["status"] == "timeout", "number"]
    first = int(bad.min())
    assert first > 0
    assert (trials["number"] > first).sum() > len(bad) - 1  # good ones come after it
    chosen = again(folder, where=["classifier=slow", "budget=30"])
    assert folder.frame("trials")["number"].tolist() == list(range(first))
    assert chosen.more["trials"] == len(trials) - first - len(bad)
    attempts = folder.frame("attempts").set_index("unit")
    assert set(attempts["cause"]) == {"superseded"}
    assert set(attempts["action"]) == {"retried: the next run computes it again"}
    assert set(attempts["work_id"]) == set(trials["study_id"])
    assert attempts.index.tolist() == list(range(first, len(trials)))
    # One fold's fit took that long; the others were not begun.
    assert attempts["error"][first] == "timeout after 20 s: longer than limits.trial_s = 12 s"
    assert (attempts["error"] == "done after 9 s").sum() == chosen.more["trials"]


def test_a_tuned_acquisition_goes_from_where_its_winner_may_change(slow):
    """Its rounds up to 30 labels came of no winner; all after them of the first study's."""
    folder = slow("run", limits=LATER, tuning=TUNED, evaluate="every_round")
    assert folder.frame("acquisitions")["status"].tolist() == ["done"]
    again(folder, where=["budget=30"])
    assert folder.frame("rounds")["n_labels"].tolist() == [20, 30]
    assert folder.frame("evaluations")["n_labels"].tolist() == [20, 30]
    assert folder.frame("trials")["budget"].eq(30).all()
    assert len(folder.frame("acquisitions")) == 0
    noted = folder.frame("attempts")
    assert set(noted["kind"]) == {"study", "acquisition", "evaluation"}
    rounds = noted[(noted["kind"] == "acquisition") & (noted["unit"] < 5)]
    assert rounds.set_index("unit")["error"].to_dict() == {
        number: f"done after {number + 1} s" for number in (2, 3, 4)
    }


def test_a_tuned_acquisition_stays_where_nothing_was_bought_since(slow):
    folder = slow("run", limits=LATER, tuning=TUNED)
    again(folder, where=["budget=60"])
    assert folder.frame("rounds")["n_labels"].tolist() == [20, 30, 40, 50, 60]
    assert folder.frame("acquisitions")["status"].tolist() == ["done"]


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        (["strategy=margin"], {"references", "random"}),
        (["strategy=margin", "strategy=random"], {"references"}),
        (["strategy=random", "repeat=0", "dataset=npz"], {"references", "margin"}),
        (["budget=30"], {"references", "margin", "random"}),
        (["classifier=slow", "scaler=standard", "resampler=none"], set()),
    ],
)
def test_only_what_has_one_of_the_labels_of_each_axis_is_retried(slow, where, kept):
    folder = slow("run", limits=EARLY, **EVERY_ROUND)
    again(folder, where=where)
    left = folder.frame("evaluations")
    bad = set(left.loc[left["status"] == "timeout", "strategy"])
    if "timeout" in set(folder.frame("references")["status"]):
        bad.add("references")
    assert bad == kept


TRIALS = {"trials": 4, "startup": 4, "validation": {"folds": 3}}
EVERY = {**EVERY_ROUND, "repeats": 2, "limits": EARLY}


@pytest.mark.parametrize(
    ("first", "then", "why"),
    [
        ({}, {"tuning": TRIALS | {"trials": 1}}, "(tuning.trials: 1), which hang on them"),
        ({}, {"tuning": TRIALS | {"trials": 3}}, "(tuning.trials: 3), which hang on them"),
        (EVERY, EVERY | {"budgets": [30]}, "trials: the sweep does not ask for that any more"),
        (EVERY, EVERY | {"repeats": 1}, "trials: the sweep does not ask for that any more"),
        (EVERY, EVERY | {"strategies": ["margin"]}, "evaluations: the sweep does not ask for that"),
        (EVERY, EVERY | {"evaluate": "budgets"}, "the sweep does not test after every round any"),
        (
            {"tuning": TUNED, **EVERY_ROUND},
            {"tuning": TUNED, **EVERY_ROUND, "evaluate": "budgets"},
            "tests of later rounds hang on them, and the sweep does not test after every round",
        ),
        (
            {},
            {"reference": {"classifier": "naive_bayes"} | {"every_pipeline": False}},
            "1 reference: the sweep does not ask for that any more",
        ),
    ],
)
def test_nothing_goes_that_the_next_run_would_not_bring_back(slow, call, first, then, why):
    """Also good rows: a study's trials after the one that is retried, say."""
    folder = slow("run", **{"limits": LATER, **first})
    before = Sweeps.tables(folder)
    slow("run", **{"limits": LATER, **then})
    assert why in call()
    assert why in call("--status", "timeout")
    assert verify(folder).findings == ()
    slow("run", **{**then, "limits": {}})
    for table in before:
        key = [*KEYS[table]]
        kept = folder.frame(table)[key].apply(tuple, axis=1)
        assert set(before[table][key].apply(tuple, axis=1)) <= set(kept), table


def test_what_the_sweep_takes_back_in_is_retried_then(slow, call):
    folder = slow("run", limits=LATER, budgets=[30])
    less = TRIALS | {"trials": 1}
    slow("run", limits=LATER, budgets=[30], tuning=less)
    n = int((folder.frame("trials")["status"] == "timeout").sum())
    said = call("--status", "timeout", "--where", "budget=30")
    assert said == (
        "nothing that the next run would do again ended as timeout, with budget 30. There are: "
        "--status timeout (1 reference)\n"
        f"left alone    {n} trials: in studies with more trials than the sweep asks for "
        "(tuning.trials: 1), which hang on them\n"
    )
    slow("run", limits=LATER, budgets=[30])
    again(folder)
    slow("run", budgets=[30])
    Sweeps.must_equal(folder, slow("always", budgets=[30]))


def test_what_a_sweep_asks_for_is_known_without_its_code(slow, made):
    """Its names, that is; a plan has the same ones."""
    changes = {
        "grids": [
            {"classifiers": [{"name": "knn", "as": "near"}], "budgets": ["10%", "100%"]},
            {"strategies": ["margin"], "exclude": [{"resampler": "smote"}]},
        ],
        "resamplers": ["none", "smote"],
        "classifiers": ["decision_tree"],
        "repeats": 2,
        "strategies": ["random", {"name": "margin", "as": "own", "model": {"name": "knn"}}],
        "exclude": [{"classifier": "near", "strategy": "own"}],
        "tuning": {"trials": 1, "validation": {"method": "holdout", "rows": 10}},
        "budgets": [40, 60],
        "reference": {"classifier": "knn"},
    }
    plan = made.plan(**changes)
    folder = slow("run", components=[], **changes)
    wanted = Wanted.of(folder)
    names = [(*a.curve.labels.values(), a.repeat) for a in plan.acquisitions]
    assert len(names) > 3
    assert [*wanted.names["acquisitions"]] == names == [*wanted.names["evaluations"]]
    assert [*wanted.names["trials"]] == [
        (*s.acquisition.curve.labels.values(), s.acquisition.repeat, s.budget) for s in plan.studies
    ]
    assert [*wanted.names["references"]] == [
        (*list(r.curve.labels.values())[:-1], r.repeat) for r in plan.references
    ]


@pytest.mark.parametrize("tuning", [{}, {"tuning": TUNED}])
def test_killed_anywhere_a_run_goes_on_and_retrying_it_again_completes_it(
    slow, tuning, tmp_path, monkeypatch
):
    changes = {"limits": LATER, **EVERY_ROUND, **tuning}
    folder = slow("run", **changes)
    original = Sweeps.tables(folder)
    root, copy = folder.root, tmp_path / "copy"
    shutil.copytree(root, copy)
    with broken(monkeypatch) as disk:
        again(folder)
    wanted, noted = Sweeps.tables(folder), attempts(folder)
    assert len(noted) > len(set(wanted)) > 0
    changed = [nth for nth, name in enumerate(disk.done) if name == "replace"]
    kinds = set()
    for nth in sorted({at + more for at in changed for more in (0, 1)}):
        shutil.rmtree(root)
        shutil.copytree(copy, root)
        with broken(monkeypatch, "killed", nth), pytest.raises(Killed):
            again(folder)
        assert verify(folder).findings == (), nth
        left = {table: len(frame) for table, frame in Sweeps.tables(folder).items()}
        if str(left) not in kinds:  # whoever runs it now gets what there was
            kinds.add(str(left))
            shutil.copytree(root, tmp_path / "on" / str(nth))
            goes_on = slow(f"on/{nth}", **changes)
            for table, frame in Sweeps.tables(goes_on).items():
                assert frame.equals(original[table]), (nth, table)
        again(folder)
        for table, frame in Sweeps.tables(folder).items():
            assert frame.equals(wanted[table]), (nth, table)
        assert attempts(folder) == noted, nth
    assert len(kinds) > 2


def attempts(folder):
    return sorted(map(str, folder.frame("attempts").drop(columns="at").to_numpy().tolist()))


# ---- the command


@pytest.fixture
def call(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def calling(*arguments):
        done = CliRunner().invoke(fewlabels._app(), ["retry", "run", *arguments])
        if done.exception:
            raise done.exception
        return done.stdout

    return calling


def test_it_says_what_will_be_done_again_and_how(slow, call):
    folder = slow("run", limits=LATER, budgets=[30])
    n_bad = int((folder.frame("trials")["status"] == "timeout").sum())
    n_later = 4 - n_bad - int(folder.frame("trials").query("status == 'timeout'")["number"].min())
    before = {path: path.read_bytes() for path in folder.root.rglob("*.parquet")}
    lines = [
        "references    1 timeout",
        f"trials        {n_bad} timeout, and {n_later} that came after",
    ]
    shown = call("--status", "timeout", "--dry-run").splitlines()
    assert shown == [*lines, "nothing is changed: --dry-run"]
    assert {path: path.read_bytes() for path in folder.root.rglob("*.parquet")} == before
    said = call("--status", "timeout", "--status", "oom").splitlines()
    assert said[:-1] == lines
    assert said[-1].endswith(": fewlabels run run/sweep.yaml --out run")
    assert call() == "Nothing in this run ended badly\n"
    again_ = call("--status", "timeout")
    assert again_ == "nothing ended as timeout. Nothing in this run ended badly\n"


def test_what_it_says_to_run_next_can_be_pasted_whatever_the_folder_is_called(slow, tmp_path):
    slow("it's mine; a run", limits=LATER, budgets=[30])
    root = str(tmp_path / "it's mine; a run")

    def last_line(*arguments):
        done = CliRunner().invoke(fewlabels._app(), [*arguments, root])
        return shlex.split(done.stdout.splitlines()[-1].partition("fewlabels ")[2])

    assert last_line("status") == ["retry", root, "--status", "timeout"]
    said = last_line("retry", "--status", "timeout")
    assert said == ["run", f"{root}/sweep.yaml", "--out", root]


def test_without_a_status_it_tells_which_there_are_and_writes_nothing(slow, call):
    folder = slow("run", limits=EARLY, strategies=["margin", "random"])
    there = "There are: --status timeout (1 reference, 1 acquisition, 12 trials)\n"
    with folder.writing():  # by a run that goes on
        before = {path: path.stat().st_mtime_ns for path in folder.root.rglob("*")}
        assert call() == there
        shown = call("--where", "strategy=margin", "--dry-run")
        assert shown == "There are: --status timeout (1 acquisition, 4 trials)\n"
        assert call("--where", "budget=30", "--where", "strategy=random") == (
            "There are: --status timeout (4 trials)\n"
        )
        with pytest.raises(CannotRetry, match="this run has no strategy 'x'"):
            call("--where", "strategy=x")
        assert {path: path.stat().st_mtime_ns for path in folder.root.rglob("*")} == before


def test_without_a_status_nothing_of_what_is_named_is_said_with_what_there_is(slow, call):
    slow("run", limits={"acquisition_s": 8.0}, strategies=["margin", "random"])
    assert call("--where", "strategy=random") == (
        "nothing ended as timeout or oom or crashed or failed or degenerate, with strategy random. "
        "There are: --status timeout (1 acquisition)\n"
    )


def test_a_status_that_cannot_be_retried_is_refused_with_those_that_can(slow, call):
    slow("run", limits=EARLY)
    there = r"There are: --status timeout \(1 reference, 1 acquisition, 4 trials\)"
    with pytest.raises(CannotRetry, match=f"--status done: .* the same again, as .*{there}"):
        call("--status", "done")
    with pytest.raises(CannotRetry, match=f"--status skipped: .* nothing to compute.*{there}"):
        call("--status", "skipped")
    with pytest.raises(CannotRetry, match="no such status; did you mean 'timeout'"):
        call("--status", "timeuot")
    assert call("--status", "oom").startswith("nothing ended as oom. There are: --status timeout")


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("margin", "give an axis and a label: strategy=margin"),
        ("stratgy=margin", "resampler, strategy, repeat, budget); did you mean 'strategy'?"),
        ("x=y", "(there are: dataset, classifier, scaler, resampler, strategy, repeat, budget)"),
        ("strategy=margni", "no strategy 'margni' (there are: margin); did you mean 'margin'?"),
        ("repeat=7", "this run has no repeat '7' (there are: 0)"),
    ],
)
def test_a_label_that_is_not_there_is_refused_with_those_that_are(slow, call, where, said):
    slow("run", limits=EARLY)
    with pytest.raises(CannotRetry) as refused:
        call("--status", "timeout", "--where", where)
    assert said in str(refused.value)


def test_a_run_that_goes_on_is_not_retried(slow, call):
    folder = slow("run", limits=EARLY)
    with folder.writing(), pytest.raises(RunFolderError, match="is being written by process"):
        call("--status", "timeout")


def test_without_the_sweep_nobody_knows_what_hangs_on_what(slow, call):
    folder = slow("run", limits=EARLY)
    (folder.root / "sweep.json").unlink()
    with pytest.raises(CannotRetry, match="run the sweep again first"):
        call("--status", "timeout")
    assert len(RunFolder.open(folder.root).frame("attempts")) == 0
