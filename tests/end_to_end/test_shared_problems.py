"""Problems that all processes of a node share: the same tables, one copy, and no condition."""

import numpy as np
import pytest

from cluster import problems
from cluster.problems import SharedProblems
from cluster.worker import CorpusRefs
from harness import corpus
from harness.device import CPU
from harness.plan import make_plan
from harness.problem import prepare
from harness.registry import Registry
from harness.segment import AcquisitionSegment, Task, problem_key
from harness.spec import read_sweep

pytestmark = [pytest.mark.ray, pytest.mark.xdist_group("ray")]

TUNING = {"trials": 9, "startup": 3, "validation": {"folds": 3}, "pruning": "median"}
SWEEP = {"tuning": TUNING, "budgets": [30, 50], "classifiers": ["decision_tree"]}


@pytest.fixture
def every_size(monkeypatch):
    monkeypatch.setattr(problems, "LEAST_BYTES", 0)


def a_task(text):
    sweep = read_sweep(text)
    prepared = corpus.load(sweep)
    acquisition = make_plan(sweep, prepared).acquisitions[0]
    return Task(
        AcquisitionSegment(acquisition, (), 30, tested=False), 0.0, sweep.files, CPU
    ), prepared


@pytest.mark.usefixtures("every_size")
def test_the_tables_are_those_of_one_process_whatever_is_shared_pruned_or_stopped(
    sweeps, tmp_path, two_cpus
):
    inline = sweeps.run(tmp_path / "inline", **SWEEP)
    assert {"done", "pruned"} <= {*inline.frame("trials")["status"]}
    sweeps.run(tmp_path / "ray", segment_s=0, executor=two_cpus(2), stop_after=25, **SWEEP)
    sweeps.must_equal(
        inline, sweeps.run(tmp_path / "ray", segment_s=0, executor=two_cpus(2), **SWEEP)
    )


@pytest.mark.usefixtures("every_size")
def test_a_shared_problem_is_the_prepared_one_not_copied(sweeps, two_cpus):  # noqa: ARG001 - Ray
    import ray

    task, prepared = a_task(sweeps.text())
    shared = SharedProblems(prepared, CorpusRefs.put(prepared), None)
    there = ray.get(shared.of(task))
    key = problem_key(task.segment)
    here = prepare(key, prepared[key.dataset.label], Registry())
    for name in ("X", "y", "groups", "y_test", "is_novel"):
        np.testing.assert_array_equal(getattr(there, name), getattr(here, name))
        assert not getattr(there, name).flags.writeable
        assert not getattr(there, name).flags.owndata
    here.ranks.of_all()
    assert there.ranks.nbytes == here.ranks.nbytes  # of all features, though nobody asked yet
    assert shared.of(task) is shared.of(task)


@pytest.mark.usefixtures("every_size")
def test_what_cannot_be_prepared_is_left_to_who_wants_it(sweeps, tmp_path, two_cpus):
    (tmp_path / "broken.py").write_text(
        "def broken(seed):\n    raise ValueError('never')\n\n\n"
        "COMPONENTS = {'scalers': {'broken': broken}}\n",
        encoding="utf-8",
    )
    changes = {"components": [str(tmp_path / "broken.py")], "scalers": ["broken"], "repeats": 1}
    folder = sweeps.run(tmp_path / "run", executor=two_cpus(2), **(SWEEP | changes))
    ended = folder.frame("acquisitions")
    assert {*ended["status"]} == {"failed"}
    assert ended["error"].str.startswith("ValueError: never").all()


@pytest.mark.usefixtures("every_size")
@pytest.mark.timeout(120)  # were it to wait for a problem, it would do so for ever
def test_a_network_that_holds_all_cpus_prepares_its_problems_itself(sweeps, tmp_path, two_cpus):
    (tmp_path / "nets.py").write_text(
        "from sklearn.tree import DecisionTreeClassifier\n"
        "from harness.classifiers.needs import needs\n\n\n"
        "@needs('neural')\n"
        "def network(seed, threads):\n"
        "    return DecisionTreeClassifier(random_state=seed)\n\n\n"
        "COMPONENTS = {'classifiers': {'network': network}}\n",
        encoding="utf-8",
    )
    changes = {
        "components": [str(tmp_path / "nets.py")],
        "classifiers": ["network"],
        "strategies": ["random"],
        "budgets": [30],
        "threads": 2,  # all that there are, kept from the first repeat to the second
        "repeats": 2,
    }
    folder = sweeps.run(tmp_path / "run", executor=two_cpus(1), **changes)
    ended = folder.frame("acquisitions")
    assert {*ended["status"]} == {"done"}
    assert {*ended["repeat"]} == {0, 1}


def test_a_small_dataset_is_prepared_where_it_is_wanted(sweeps, two_cpus):  # noqa: ARG001 - Ray
    task, prepared = a_task(sweeps.text())
    assert SharedProblems(prepared, CorpusRefs.put(prepared), None).of(task) is None


@pytest.mark.usefixtures("every_size")
def test_few_problems_are_kept_for_later(sweeps, two_cpus, monkeypatch):  # noqa: ARG001 - Ray
    monkeypatch.setattr(problems, "KEPT", 1)
    task, prepared = a_task(sweeps.text())
    other, _ = a_task(sweeps.text(scalers=["min_max"]))
    shared = SharedProblems(prepared, CorpusRefs.put(prepared), None)
    first = shared.of(task)
    assert shared.of(other) is not first
    assert shared.of(task) is not first
