"""What the driver does about tasks that never come back, by what became of them."""

from collections import deque

import pytest

from harness.executor import Finished, first_of
from harness.problem_cache import ProblemCache
from harness.segment import StudySegment
from harness.work import work

SINGLY, ALONE, END = "again, one at a time", "again, alone in a fresh process", "given up"
MORE = f"{ALONE}, asking for more memory"


class Deadly:
    """Does each task here, except that studies die, each time of what comes next in `deaths`."""

    def __init__(self, corpus, deaths):
        self.problems, self.deaths = ProblemCache(corpus), deque(deaths)
        self.queue, self.tasks = deque(), []

    def next_of(self, ready):
        return None if self.queue else first_of(ready)

    def start(self, task):
        self.queue.append(task)

    def wait(self, _):
        task = self.queue.popleft()
        if not (self.deaths and isinstance(task.segment, StudySegment)):
            return [Finished(task, work(task, self.problems.get))]
        self.tasks.append(task)
        cause, over_limit = self.deaths.popleft()
        return [Finished(task, None, cause, "as it was told", over_limit=over_limit)]

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
        (status,) = folder.frame("trials")["status"]
        return status, folder.frame("attempts")["action"].tolist(), made[0].tasks

    return after


def test_over_its_own_limit_one_try_in_a_fresh_process_decides(after):
    status, actions, tasks = after(*[("oom", True)] * 3)
    assert (status, actions) == ("oom", [SINGLY, ALONE, END])
    assert [task.fresh for task in tasks] == [False, False, True]
    assert {task.room for task in tasks} == {0}


def test_where_the_node_ran_out_of_memory_each_try_asks_for_more(after):
    status, actions, tasks = after(*[("oom", False)] * 5)
    assert (status, actions) == ("oom", [SINGLY, MORE, MORE, MORE, END])
    assert [task.room for task in tasks] == [0, 0, 1, 2, 3]


def test_a_try_with_more_memory_may_end_well(after):
    assert after(*[("oom", False)] * 3)[:2] == ("done", [SINGLY, MORE, MORE])


def test_a_crash_needs_three_deaths_in_fresh_processes(after):
    status, actions, _ = after(*[("crashed", False)] * 5)
    assert (status, actions) == ("crashed", [SINGLY, ALONE, ALONE, ALONE, END])


def test_a_second_timeout_by_itself_is_one(after):
    assert after(*[("timeout", False)] * 2)[:2] == ("timeout", [SINGLY, END])


def test_nodes_may_be_lost_three_times_before_the_work_is_suspected(after):
    elsewhere = "again, on another node"
    assert after(*[("node", False)] * 4)[:2] == ("done", [elsewhere] * 3 + [SINGLY])
