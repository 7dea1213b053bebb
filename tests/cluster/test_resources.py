import pytest

from cluster.resources import Ask, Demand, Node, must_fit, offered, room, room_beside
from harness.errors import ClusterError

BIG = Node(cpus=16, gpus=2, memory_gb=60.0)
SMALL = Node(cpus=2, gpus=0, memory_gb=6.0)


@pytest.mark.parametrize(
    ("ask", "fits"),
    [
        (Ask(cpus=1), 16),
        (Ask(cpus=3), 5),
        (Ask(cpus=1, memory_gb=10), 6),
        (Ask(cpus=0, gpus=0.25), 8),
        (Ask(cpus=0, gpus=0.4), 4),  # two on either GPU, and no fifth on what is left of both
        (Ask(cpus=0, gpus=0.1), 20),
        (Ask(cpus=0, gpus=1), 2),
        (Ask(cpus=4, gpus=0.25), 4),
        (Ask(cpus=0, gpus=0.25, memory_gb=20), 3),
        (Ask(cpus=0, gpus=0.25, memory_gb=61), 0),
    ],
)
def test_as_many_fit_as_the_scarcest_resource_allows(ask, fits):
    assert BIG.fits(ask) == fits
    assert room([BIG, BIG], ask) == 2 * fits


def test_no_share_of_a_gpu_fits_where_there_is_none():
    assert room([SMALL], Ask(cpus=0, gpus=0.01)) == 0


@pytest.mark.parametrize(
    ("neural", "left"),
    [
        (Ask(cpus=0, gpus=0.25), 18),
        (Ask(cpus=1), 15),
        (Ask(cpus=0, gpus=0.25, memory_gb=18), 6 + 2),
    ],
)
def test_what_is_left_for_plain_tasks_is_counted_by_node(neural, left):
    demand = Demand(plain=Ask(1, memory_gb=1.0), neural=neural, trial_s=None)
    assert room_beside([BIG, SMALL], demand, 3) == left


def test_a_request_that_no_node_can_meet_is_refused_with_what_there_is():
    with pytest.raises(ClusterError) as refused:
        must_fit([SMALL, SMALL], Ask(cpus=0, gpus=0.25, memory_gb=4), "resources.neural")
    assert str(refused.value) == (
        "a task asks for 0.25 of a GPU and 4 GiB (resources.neural), and no node has that: there "
        "are 2 nodes with 4 CPUs, no GPU, 12.0 GiB of memory for tasks; the nearest has 2 CPUs, "
        "6.0 GiB. Ask for less in the sweep, such as --set neural.device=cpu, or give Ray a larger "
        "node."
    )


@pytest.mark.parametrize(
    ("ask", "nearest", "less"),
    [
        (Ask(cpus=4, memory_gb=8), "; the nearest has 3 CPUs, 7.0 GiB", "limits.memory_gb=1"),
        (Ask(cpus=1, memory_gb=60), "; the nearest has 2 CPUs, 50.0 GiB", "limits.memory_gb=50"),
        (Ask(cpus=64), "; the nearest has 8 CPUs, 1.0 GiB", "threads=8"),
        (Ask(0, 0.5, 9), "; the nearest has 2 CPUs, 1 GPU, 2.0 GiB", "neural.device=cpu"),
    ],
)
def test_the_node_that_lacks_least_is_named_with_what_to_ask_for(ask, nearest, less):
    nodes = [Node(3, 0, 7.0), Node(2, 0, 50.0), Node(8, 0, 1.0), Node(2, 1, 2.0)]
    with pytest.raises(ClusterError) as refused:
        must_fit(nodes, ask, "here")
    assert nearest in str(refused.value)
    assert f"such as --set {less}, or" in str(refused.value)


def test_a_single_node_is_said_once():
    with pytest.raises(ClusterError, match=r"1 node with 2 CPUs, no GPU, 6\.0 GiB of memory for"):
        must_fit([SMALL], Ask(cpus=3), "threads")


def test_what_there_is_is_said_in_words():
    assert offered([Node(8, 2, 31.0)]) == "1 node with 8 CPUs, 2 GPUs, 31.0 GiB of memory for tasks"


@pytest.mark.parametrize("ask", [Ask(1), Ask(2, memory_gb=1.0), Ask(0, gpus=0.5, memory_gb=3.0)])
def test_a_task_alone_asks_for_a_node_that_has_room_for_nothing_else(ask):
    nodes = [SMALL, BIG]
    whole = ask.whole(nodes)
    able = [node for node in nodes if node.fits(ask)]
    assert room(able, whole) >= 1
    assert all(node.fits(whole) <= 1 for node in nodes)
    assert any(node.fits(whole) and not node.after(whole, 1).fits(Ask(1)) for node in able)
    assert whole.gpus == ask.gpus


def test_what_no_node_fits_asks_for_what_it_asked():
    assert Ask(cpus=17).whole([SMALL, BIG]) == Ask(cpus=17)
