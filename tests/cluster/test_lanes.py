"""Who gets the next slot, on clusters that are not there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.lanes import AHEAD, Lanes, Running, must_have_room
from cluster.resources import Ask, Demand, Node, room_beside
from harness.classifiers.needs import NEURAL
from harness.errors import ClusterError

PLAIN = Ask(cpus=1)
ON_GPU = Demand(PLAIN, Ask(cpus=0, gpus=0.25), None)
ON_CPU = Demand(PLAIN, Ask(cpus=1), None)
NODES = [Node(cpus=4, gpus=1, memory_gb=8.0)]
MUCH = {NEURAL: 100, "": 100}


def lanes(demand, nodes=NODES, *, is_neural=True, workers=None):
    must_have_room(nodes, demand, is_neural=is_neural)
    return Lanes(nodes, demand, is_neural=is_neural, workers=workers)


def filled(lanes, ready, neural=0, plain=0):
    """What runs once nothing more is wanted of what is ready."""
    ready = dict(ready)
    while (of := lanes.next_of(ready, Running(neural, plain))) is not None:
        ready[of] -= 1
        neural, plain = neural + (of == NEURAL), plain + (of == "")
    return neural, plain


def test_on_gpus_neither_kind_of_work_takes_from_the_other():
    both = lanes(ON_GPU)
    assert filled(both, MUCH) == (4, 4 * AHEAD)
    assert filled(both, MUCH, plain=4 * AHEAD) == (4, 4 * AHEAD)
    assert filled(both, MUCH, neural=4) == (4, 4 * AHEAD)


def test_on_cpus_networks_go_first_and_leave_what_they_do_not_need():
    shared = lanes(ON_CPU)
    assert filled(shared, MUCH) == (4, 0)
    assert filled(shared, {NEURAL: 3, "": 100}) == (3, AHEAD)
    assert filled(shared, {"": 100}) == (0, 4 * AHEAD)


def test_on_cpus_a_network_waits_until_plain_tasks_have_left_it_room():
    shared = lanes(ON_CPU)
    assert shared.next_of(MUCH, Running(0, 4 * AHEAD)) is None
    assert shared.next_of(MUCH, Running(0, 3 * AHEAD)) == NEURAL


def test_networks_that_need_much_memory_do_not_keep_cpus_idle():
    greedy = lanes(Demand(PLAIN, Ask(cpus=1, memory_gb=4), None))
    assert filled(greedy, MUCH) == (2, 2)


def test_nothing_is_handed_over_ahead_where_workers_are_limited():
    assert filled(lanes(ON_CPU, workers=3), {"": 100}) == (0, 3)
    assert filled(lanes(ON_CPU, workers=3), MUCH) == (3, 0)
    assert filled(lanes(ON_GPU, workers=3), MUCH) == (4, 3)


def test_a_sweep_without_networks_asks_for_no_gpu():
    assert filled(lanes(ON_GPU, [Node(2, 0, 1.0)], is_neural=False), {"": 9}) == (0, 2 * AHEAD)


def test_either_lane_must_have_a_node_that_can_do_its_work():
    with pytest.raises(ClusterError, match=r"0\.25 of a GPU \(resources\.neural"):
        lanes(ON_GPU, [Node(2, 0, 1.0)])
    with pytest.raises(ClusterError, match=r"8 CPUs \(threads"):
        lanes(Demand(Ask(8), Ask(0, 0.25), None))


def test_where_the_nodes_of_one_kind_have_gone_the_other_kind_of_work_goes_on():
    def left(*nodes):
        return Lanes(nodes, ON_GPU, is_neural=True, workers=None)

    assert filled(left(Node(2, 0, 1.0)), MUCH) == (0, 2 * AHEAD)
    assert filled(left(), MUCH) == (0, 0)


@given(
    st.lists(st.builds(Node, st.integers(1, 9), st.integers(0, 3), st.just(20.0)), min_size=1),
    st.sampled_from([0, 1, 2]),
    st.sampled_from([0.0, 0.1, 0.25, 0.4, 1.0]),
    st.sampled_from([None, 1.0, 3.0]),
    st.sampled_from([None, 1, 5]),
    st.lists(st.tuples(st.sampled_from([NEURAL, ""]), st.booleans()), max_size=60),
)
def test_whatever_comes_and_goes_what_runs_fits_and_nothing_waits_for_ever(
    nodes, cpus, gpus, memory_gb, workers, events
):
    neural = Ask(cpus if gpus else 1, gpus, memory_gb)
    demand = Demand(PLAIN, neural, trial_s=1.0)
    try:
        lanes_ = lanes(demand, nodes, workers=workers)
    except ClusterError:
        return
    ready, running = {NEURAL: 0, "": 0}, {NEURAL: 0, "": 0}

    def fill():
        while (of := lanes_.next_of(ready, Running(running[NEURAL], running[""]))) is not None:
            ready[of] -= 1
            running[of] += 1

    for of, comes in events:
        if comes:
            ready[of] += 1
        elif running[of]:
            running[of] -= 1
        fill()
        assert running[NEURAL] <= sum(node.fits(neural) for node in nodes)
        assert running[""] <= AHEAD * room_beside(nodes, demand, running[NEURAL])
        if any(ready.values()):
            assert any(running.values())
