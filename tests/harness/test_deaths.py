"""What the driver does about tasks that never come back, by what became of them."""

from collections import deque

import pytest

from harness.deaths import SINGLY as SINGLE
from harness.executor import Finished, first_of
from harness.problem_cache import ProblemCache
from harness.segment import StudySegment
from harness.work import work

SINGLY, ALONE, END = "again, one at a time", "again, alone in a fresh process", "given up"
NODE = "again, alone on a node"
ELSEWHERE = "again, on another node"


class Deadly:
    """Does each task here, except that studies die, each time of what comes next in `deaths`."""

    took_s = 0.0

    def __init__(self, corpus, deaths):
        self.problems, self.deaths = ProblemCache(corpus), deque(deaths)
        self.queue, self.tasks, self.all_tasks = deque(), [], []

    def next_of(self, ready):
        return None if self.queue else first_of(ready)

    def start(self, task):
        self.queue.append(task)

    def wait(self, _):
        task = self.queue.popleft()
        if isinstance(task.segment, StudySegment):
            self.all_tasks.append(task)
        if not (self.deaths and isinstance(task.segment, StudySegment)):
            return [Finished(task, work(task, self.problems.get))]
        self.tasks.append(task)
        cause, over_limit = self.deaths.popleft()
        return [Finished(task, None, cause, "as it was told", over_limit, self.took_s)]

    def withdraw(self):
        return []

    def close(self):
        pass


@pytest.fixture
def after(sweeps, tmp_path):
    """Let the one trial of a sweep die so; give its status, what was done, and the tasks."""

    def after(*deaths):
        made = []

        def executor(corpus, _):
            made.append(Deadly(corpus, deaths))
            return made[0]

        folder = sweeps.run(
            tmp_path / "run",
            executor=executor,
            classifiers=["decision_tree"],
            strategies=["random"],
            budgets=[30],
            repeats=1,
            tuning={"trials": 1, "validation": {"folds": 3}},
        )
        assert not made[0].deaths
        after.folder = folder
        statuses = folder.frame("trials")["status"].tolist()
        return statuses, folder.frame("attempts")["action"].tolist(), made[0].tasks

    return after


def test_over_its_own_limit_one_try_in_a_fresh_process_decides(after):
    status, actions, tasks = after(*[("oom", True)] * 3)
    assert (status, actions) == (["oom"], [SINGLY, ALONE, END])
    assert [task.care.fresh for task in tasks] == [False, False, True]
    assert not any(task.care.alone for task in tasks)


def test_where_the_node_ran_out_of_memory_it_has_one_for_itself(after):
    status, actions, tasks = after(*[("oom", False)] * 5)
    assert (status, actions) == (["oom"], [SINGLY, NODE, NODE, NODE, END])
    assert [task.care.alone for task in tasks] == [False, False, True, True, True]


def test_a_try_on_a_node_of_its_own_may_end_well(after):
    assert after(*[("oom", False)] * 3)[:2] == (["done"], [SINGLY, NODE, NODE])


def test_a_crash_needs_three_deaths_in_fresh_processes(after):
    status, actions, _ = after(*[("crashed", False)] * 5)
    assert (status, actions) == (["crashed"], [SINGLY, ALONE, ALONE, ALONE, END])


def test_a_second_timeout_by_itself_is_one(after):
    assert after(*[("timeout", False)] * 2)[:2] == (["timeout"], [SINGLY, END])


def test_lost_nodes_alone_never_give_a_status(after):
    status, actions, _ = after(*[("node", False)] * 7)
    by_itself = f"{ELSEWHERE}, one at a time"
    assert actions == [*[ELSEWHERE] * 3, *[by_itself] * 3, "left to another run"]
    assert status == []
    assert after()[0] == ["done"]  # the next run does it


def test_lost_nodes_count_for_nothing_beside_other_deaths(after):
    deaths = [("oom", False)] * 2 + [("node", False)] * 6
    assert after(*deaths)[0] == ["done"]


def test_after_a_death_a_study_goes_one_at_a_time_for_a_while_only(sweeps, tmp_path):
    made = []

    def executor(corpus, _):
        made.append(Deadly(corpus, [("crashed", False)]))
        return made[0]

    folder = sweeps.run(
        tmp_path / "run",
        executor=executor,
        classifiers=["decision_tree"],
        strategies=["random"],
        budgets=[30],
        repeats=1,
        tuning={"trials": SINGLE + 12, "startup": SINGLE + 12, "validation": {"folds": 3}},
    )
    assert set(folder.frame("trials")["status"]) == {"done"}
    assert len(made[0].all_tasks) == 1 + SINGLE + 1


def test_what_a_killed_trial_took_is_in_its_row(after, monkeypatch):
    """So that it counts towards limits.study_s."""
    monkeypatch.setattr(Deadly, "took_s", 7.5)
    after(*[("timeout", False)] * 2)
    assert after.folder.frame("trials")["wall_s"].tolist() == [7.5]
