import pytest

from harness.errors import ClusterError
from tests.cluster.launch.conftest import MACHINES, NETWORKS

CPU_ONLY = MACHINES.partition('\n[[nodes]]\nname = "gpu"')[0]
GROWING = CPU_ONLY.replace("count = 3", "min = 1\nmax = 8").partition("hosts")[0]


def refused(fit, work, text=MACHINES):
    with pytest.raises(ClusterError) as found:
        fit(work, text)
    return str(found.value)


def test_networks_on_gpus_put_those_nodes_first(work, fit):
    found = fit(work(**NETWORKS))
    assert found.on_gpus
    assert [nodes.name for nodes in found.nodes] == ["gpu", "cpu"]
    assert found.notes == ()


def test_gpus_that_nothing_uses_are_named(work, fit):
    found = fit(work())
    assert not found.on_gpus
    assert [nodes.name for nodes in found.nodes] == ["cpu", "gpu"]
    assert found.notes == ("nothing of this sweep uses a GPU: no network; those of gpu stay idle",)
    on_cpus = fit(work(**NETWORKS, neural={"device": "cpu"}))
    assert "its networks compute on CPUs (neural.device)" in on_cpus.notes[0]


def test_networks_without_gpu_nodes_are_said_to_compute_on_cpus(work, fit):
    found = fit(work(**NETWORKS), CPU_ONLY)
    assert found.notes == ("no nodes have GPUs, so networks compute on CPUs",)


def test_a_sweep_that_asks_for_gpus_is_refused_where_no_nodes_have_any(work, fit):
    said = refused(fit, work(**NETWORKS, neural={"device": "gpu"}), CPU_ONLY)
    assert "and no [[nodes]] have any" in said


def test_a_task_that_fits_on_no_node_is_refused(work, fit):
    said = refused(fit, work(limits={"memory_gb": 60}))
    assert said.startswith(
        "a task asks for 1 CPUs and 60 GiB (threads, limits.memory_gb), and no node has that"
    )


def test_nodes_that_can_do_none_of_the_work_are_refused_by_name(work, fit):
    said = refused(fit, work(limits={"memory_gb": 30}))
    assert said == (
        "nodes 'gpu' can do none of this sweep's work: a task asks for 1 CPUs and 30 GiB, and one "
        "offers 8 CPUs, 1 GPU, 22.4 GiB of memory for tasks. Leave them out, or ask for less in "
        "the sweep (threads, limits.memory_gb, resources)."
    )


def test_nodes_that_the_autoscaler_starts_for_a_run_need_not_be_there_before_it(work, fit):
    text = MACHINES.replace("count = 2", "min = 0\nmax = 2")
    text = text.replace('hosts = ["10.0.0.4", "10.0.0.5"]', "")
    found = fit(work(**NETWORKS), text)
    assert found.on_gpus
    assert found.notes == ()
    with_memory = work(**NETWORKS, limits={"memory_gb": 4}, neural={"device": "cpu"})
    assert fit(with_memory, GROWING).notes == ()
