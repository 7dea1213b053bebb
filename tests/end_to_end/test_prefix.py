"""Budgets, repeats, trials and components may be added later: nothing moves, nothing runs twice."""

import pandas as pd

import harness.executor
from harness.segment import AcquisitionSegment, ReferenceSegment, StudySegment


def assert_equal(one, other):
    for table, frame in one.items():
        pd.testing.assert_frame_equal(frame, other[table], obj=table)


def spied(monkeypatch):
    """The tasks that the inline executor does from now on."""
    tasks = []
    work = harness.executor.work

    def spy(task, problem_of):
        tasks.append(task)
        return work(task, problem_of)

    monkeypatch.setattr(harness.executor, "work", spy)
    return tasks


def test_a_budget_added_later_gives_the_same_tables_as_both_at_once(sweeps, tmp_path, monkeypatch):
    at_once = sweeps.run(tmp_path / "both", budgets=[30, 60, 100])
    sweeps.run(tmp_path / "later", budgets=[30])
    tasks = spied(monkeypatch)
    later = sweeps.run(tmp_path / "later", budgets=[30, 60, 100])
    assert_equal(sweeps.tables(at_once), sweeps.tables(later))

    assert not [t for t in tasks if isinstance(t.segment, ReferenceSegment)]
    acquired = [t.segment for t in tasks if isinstance(t.segment, AcquisitionSegment)]
    assert acquired
    assert all(len(segment.batches) == 2 for segment in acquired)  # 20 and 30 labels stay bought
    studied = {t.segment.study.budget for t in tasks if isinstance(t.segment, StudySegment)}
    assert studied == {60, 100}


def test_a_finished_sweep_runs_nothing_again(sweeps, tmp_path, monkeypatch):
    once = sweeps.tables(sweeps.run(tmp_path / "run"))
    tasks = spied(monkeypatch)
    again = sweeps.tables(sweeps.run(tmp_path / "run"))
    assert tasks == []
    assert_equal(once, again)


def test_trials_repeats_and_components_added_later_change_no_number(sweeps, tmp_path):
    small = sweeps.tables(sweeps.run(tmp_path / "run", repeats=1, classifiers=["decision_tree"]))
    grown = sweeps.tables(
        sweeps.run(
            tmp_path / "run",
            tuning={**sweeps.base["tuning"], "trials": 4},
            scalers=["standard", "none"],
        )
    )
    assert len(grown["trials"]) > len(small["trials"])
    for table in ("trials", "rounds", "references"):
        both = small[table].merge(grown[table])
        assert len(both) == len(small[table]), table


def test_evaluations_asked_for_later_are_made_from_the_stored_batches(sweeps, tmp_path):
    at_once = sweeps.run(tmp_path / "both", evaluate="every_round")
    sweeps.run(tmp_path / "later", evaluate="budgets")
    later = sweeps.run(tmp_path / "later", evaluate="every_round")
    assert len(later.frame("evaluations")) == len(later.frame("rounds"))
    assert_equal(sweeps.tables(at_once), sweeps.tables(later))
