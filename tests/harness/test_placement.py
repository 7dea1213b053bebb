"""Where the networks of a sweep compute, and what is refused."""

import pytest

from harness.errors import ClusterError, DeviceError, RunFolderError
from harness.placement import adopted, settled
from harness.store import RunFolder

NETWORK = """
from harness.classifiers.knn import knn
from harness.classifiers.needs import needs


@needs("neural")
def network(seed: int, threads: int, *, n_neighbors: int = 5):
    return knn(seed, threads, n_neighbors=n_neighbors)


COMPONENTS = {"classifiers": {"network": network}}
"""
NOTHING = "1 node with 2 CPUs, no GPU"


@pytest.fixture(autouse=True)
def _any_backend_is_there_and_none_is_named(monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setattr("harness.placement.find_spec", lambda name: name)


@pytest.fixture
def neural(made, tmp_path):
    """A sweep with a network and a forest."""
    path = tmp_path / "network.py"
    path.write_text(NETWORK)

    def sweep(*overrides, **changes):
        whole = {"components": [str(path)], "classifiers": ["network", "knn"]} | changes
        return made.sweep(*overrides, **whole)

    return sweep


@pytest.fixture
def begun(tmp_path):
    """A run folder as a sweep leaves it."""

    def folder(sweep):
        folder = RunFolder.create(tmp_path / "run")
        with folder.writing():
            folder.write_sweep("", sweep.resolved)
        return folder

    return folder


def place(sweep):
    return sweep.device, sweep.setting.neural.device, sweep.setting.neural.backend


def test_auto_is_a_gpu_where_the_cluster_has_one_else_a_cpu(neural):
    sweep = adopted(neural(), None)
    assert place(sweep) == ("auto", "cpu", "tensorflow")
    assert place(settled(sweep, "", has_gpu=True)) == ("gpu", "gpu", "tensorflow")
    assert place(settled(sweep, "", has_gpu=False)) == ("cpu", "cpu", "tensorflow")


def test_what_was_settled_is_in_the_resolved_sweep_and_reads_back_as_the_same(neural):
    sweep = settled(adopted(neural(), None), "", has_gpu=True)
    assert sweep.resolved["neural"] == {
        "device": "gpu",
        "backend": "tensorflow",
        "deterministic": True,
    }
    again = neural(neural=sweep.resolved["neural"])
    assert again.setting == sweep.setting


def test_a_cpu_that_was_asked_for_stays_one_beside_a_gpu(neural):
    sweep = settled(adopted(neural("neural.device=cpu"), None), "", has_gpu=True)
    assert place(sweep) == ("cpu", "cpu", "tensorflow")


@pytest.mark.parametrize("has_gpu", [True, False])
def test_a_run_folder_keeps_the_device_and_backend_that_it_began_with(neural, begun, has_gpu):
    folder = begun(settled(adopted(neural("neural.backend=torch"), None), "", has_gpu=has_gpu))
    sweep = adopted(neural(), folder)
    assert place(sweep)[1:] == ("gpu" if has_gpu else "cpu", "torch")
    assert settled(sweep, "", has_gpu=True).setting == sweep.setting


def test_a_folder_of_a_gpu_is_not_continued_without_one(neural, begun):
    folder = begun(settled(adopted(neural(), None), "", has_gpu=True))
    with pytest.raises(ClusterError) as refused:
        settled(adopted(neural(), folder), NOTHING, has_gpu=False)
    assert str(refused.value).startswith(
        "the networks of this sweep compute on a GPU (neural.device, or as the run folder began), "
        "and there is none: 1 node with 2 CPUs, no GPU. "
    )


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("neural.device=cpu", "began with the device gpu, and neural.device says cpu. "),
        ("neural.backend=jax", "began with the backend tensorflow, and neural.backend says jax. "),
    ],
)
def test_a_sweep_that_contradicts_its_run_folder_is_refused(neural, begun, override, said):
    folder = begun(settled(adopted(neural(), None), "", has_gpu=True))
    with pytest.raises(RunFolderError, match="are never mixed in one folder") as refused:
        adopted(neural(override), folder)
    assert said in str(refused.value)


def test_an_environment_that_contradicts_the_run_folder_is_refused(neural, begun, monkeypatch):
    folder = begun(settled(adopted(neural(), None), "", has_gpu=True))
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(RunFolderError, match="tensorflow, and KERAS_BACKEND says jax"):
        adopted(neural(), folder)
    assert place(adopted(neural("neural.backend=tensorflow"), folder))[2] == "tensorflow"


def test_the_backend_is_the_sweeps_else_the_environments(neural, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert place(adopted(neural(), None))[2] == "torch"
    assert place(adopted(neural("neural.backend=jax"), None))[2] == "jax"
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    with pytest.raises(DeviceError, match="'theano', which is no backend"):
        adopted(neural(), None)


def test_a_folder_that_a_sweep_without_networks_passed_through_still_knows(neural, begun, made):
    folder = begun(settled(adopted(neural(), None), "", has_gpu=True))
    without = settled(adopted(made.sweep(), folder), "", has_gpu=False)
    with folder.writing():
        folder.write_sweep("", without.resolved)
    assert place(adopted(neural(), folder))[1:] == ("gpu", "tensorflow")


def test_without_networks_neither_environment_nor_cluster_matter(made, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    sweep = made.sweep()
    assert settled(adopted(sweep, None), "", has_gpu=True) == sweep


def test_require_gpu_refuses_whatever_would_not_use_one(neural, made):
    sweep = adopted(neural(), None)
    assert settled(sweep, "", has_gpu=True, require_gpu=True).device == "gpu"
    with pytest.raises(ClusterError, match=f"^--require-gpu, but there is none: {NOTHING}$"):
        settled(sweep, NOTHING, has_gpu=False, require_gpu=True)
    with pytest.raises(ClusterError, match="compute on a CPU"):
        settled(neural("neural.device=cpu"), "", has_gpu=True, require_gpu=True)
    with pytest.raises(ClusterError, match="nothing of this sweep would use one"):
        settled(made.sweep(), "", has_gpu=True, require_gpu=True)


def test_a_backend_that_is_not_installed_is_refused_before_anything_runs(neural, monkeypatch):
    monkeypatch.setattr("harness.placement.find_spec", lambda _name: None)
    with pytest.raises(DeviceError, match="need tensorflow, which is not installed here"):
        settled(adopted(neural(), None), "", has_gpu=False)


def test_resources_are_those_that_the_sweeps_classifiers_need(neural, made):
    sweep = neural("resources.neural.gpus=0.5", "resources.neural.memory_gb=4")
    asked = sweep.resources["neural"]
    assert (asked.gpus, asked.cpus, asked.memory_gb) == (0.5, 0, 4)
    assert neural().resources["neural"].gpus == 0.25
    (problem,) = made.problems("resources.neural.gpus=0.5")
    assert problem == (
        "resources.neural: no classifier of this sweep is neural, so nothing asks for it; "
        "leave this out"
    )
    assert made.problems("resources.nueral.gpus=0.5") == [
        "resources.nueral: no classifier can need this; did you mean 'neural'?"
    ]
    assert made.problems("resources.neural.gpu=1") == [
        "resources.neural.gpu: unknown field; did you mean 'gpus'?"
    ]


@pytest.mark.parametrize("gpus", [0, 1.5])
def test_a_network_has_a_share_of_one_gpu(made, gpus):
    (problem,) = made.problems(f"resources.neural.gpus={gpus}")
    assert problem.startswith("resources.neural.gpus: must be ")


def test_a_querying_network_is_one_too(neural):
    own = {"name": "margin", "model": {"name": "network"}}
    sweep = neural(classifiers=["knn"], strategies=["random", own])
    assert sweep.is_neural
    assert [s.model and s.model.needs for s in sweep.grids[0].strategies] == [None, "neural"]
    assert not neural(classifiers=["knn"]).is_neural
