"""What an autoscaler is asked for, on clusters that are not there."""

import threading
import time
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster import growth
from cluster.growth import AGAIN_S, MOST, Growth, Requests, Search, Wanted, could_start
from cluster.lanes import must_have_room
from cluster.resources import Ask, Demand, Node, must_fit
from harness.errors import ClusterError

PLAIN = Ask(1, memory_gb=0.5)
DEMAND = Demand(PLAIN, Ask(0, gpus=0.25), None)
ON_CPU = Demand(Ask(1), Ask(1), None)


class Limited:
    """An autoscaler that grants so many CPUs and so many GPUs, all that is asked for or nothing."""

    def __init__(self, cpus, gpus=0.0) -> None:
        self.cpus, self.gpus = cpus, gpus
        self.asked, self.now = [], []
        self.is_there = True

    def gives(self, bundles, _over=None):
        if not self.is_there:
            raise TimeoutError("it has not answered")
        self.asked.append(len(bundles))
        self.now = list(bundles)
        return (
            sum(bundle.get("CPU", 0) for bundle in bundles) <= self.cpus
            and sum(bundle.get("GPU", 0) for bundle in bundles) <= self.gpus
        )

    def release(self):
        self.now = []


def settled(requests, wanted, now=0.0):
    """What has been granted once nothing more is asked for."""
    before = None
    while requests._last != before:
        before = requests._last
        requests.request(wanted, now, Event())
    return requests._last


def test_a_task_is_asked_for_as_ray_counts_and_names_it():
    assert Ask(2, 0.25, 1.5).bundle() == {"CPU": 2, "GPU": 0.25, "memory": 1.5 * 2**30}
    assert Ask(0, gpus=1).bundle() == {"GPU": 1}


def test_all_that_waits_is_asked_for_at_once():
    autoscaler = Limited(100, 4)
    Requests(autoscaler, DEMAND).request(Wanted(neural=16, plain=0), 0.0, Event())
    assert autoscaler.now == [{"GPU": 0.25}] * 16
    requests = Requests(autoscaler, DEMAND)
    assert settled(requests, Wanted(16, 90)) == Wanted(16, 90)


@given(
    st.integers(0, 40),
    st.sampled_from([0, 1, 3]),
    st.lists(st.builds(Wanted, st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=5),
)
def test_whatever_is_wanted_the_most_that_is_granted_is_found(cpus, gpus, wanted):
    autoscaler = Limited(cpus, gpus)
    requests = Requests(autoscaler, DEMAND)
    for wants in wanted:
        best = Wanted(min(wants.neural, 4 * gpus), min(wants.plain, cpus))
        assert settled(requests, wants) == best


@given(st.integers(0, 40), st.lists(st.builds(Wanted, st.integers(0, 60), st.integers(0, 60))))
def test_where_both_kinds_want_the_same_nodes_they_are_used_and_never_asked_for_in_vain(
    cpus, wanted
):
    autoscaler = Limited(cpus)
    requests = Requests(autoscaler, ON_CPU)
    for wants in wanted:
        found = settled(requests, wants)
        assert autoscaler.gives(autoscaler.now)
        assert found.neural <= wants.neural
        assert found.plain <= wants.plain


def test_a_limit_is_found_in_few_steps():
    autoscaler = Limited(77)
    settled(Requests(autoscaler, DEMAND), Wanted(plain=1000))
    assert len(autoscaler.asked) <= 12


def test_the_same_is_not_asked_for_twice():
    autoscaler = Limited(8)
    requests = Requests(autoscaler, DEMAND)
    for _ in range(3):
        requests.request(Wanted(plain=5), 0.0, Event())
    assert autoscaler.asked == [5]


def test_when_work_goes_down_so_does_the_request():
    autoscaler = Limited(8)
    requests = Requests(autoscaler, DEMAND)
    for wants in (5, 2, 0):
        requests.request(Wanted(plain=wants), 0.0, Event())
        assert len(autoscaler.now) == wants


def test_what_was_refused_is_asked_for_again_later():
    autoscaler = Limited(2)
    requests = Requests(autoscaler, DEMAND)
    assert settled(requests, Wanted(plain=9)).plain == 2
    autoscaler.cpus = 9
    assert settled(requests, Wanted(plain=9), AGAIN_S / 2).plain == 2
    assert settled(requests, Wanted(plain=9), AGAIN_S + 1).plain == 9


def test_what_was_granted_is_given_up_for_one_answer_only_when_more_is_asked_for_again():
    autoscaler = Limited(8)
    requests = Requests(autoscaler, DEMAND)
    settled(requests, Wanted(plain=900))
    autoscaler.asked.clear()
    requests.request(Wanted(plain=900), AGAIN_S + 1, Event())
    assert autoscaler.asked == [9, 8]


def test_a_refusal_is_followed_by_a_smaller_request_at_once():
    autoscaler = Limited(8)
    Requests(autoscaler, DEMAND).request(Wanted(plain=900), 0.0, Event())
    assert 0 < len(autoscaler.now) <= 8


def test_a_run_may_hope_for_nodes_while_it_is_searched_for_how_few_it_gets():
    search = Search()
    assert not search.is_promised
    for asked in (1000, 500, 2):
        search.note(asked, is_granted=False)
        assert search.is_promised
    search.note(1, is_granted=False)
    assert not search.is_promised
    search.note(1, is_granted=True)
    search.doubt()
    assert search.is_promised


@pytest.mark.parametrize(
    ("demand", "best"), [(DEMAND, Wanted(7, 3)), (ON_CPU, Wanted(3, 0))], ids=["gpu", "cpu"]
)
def test_no_more_is_asked_for_than_workers_may_use(demand, best):
    assert Wanted(7, 9).limited(3, demand) == best
    assert Wanted(7, 9).limited(None, demand) == Wanted(7, 9)
    assert Wanted(1, 9).limited(3, ON_CPU) == Wanted(1, 2)


def test_limits_that_shrink_are_found_out():
    autoscaler = Limited(9)
    requests = Requests(autoscaler, DEMAND)
    assert settled(requests, Wanted(plain=9)).plain == 9
    autoscaler.cpus = 3
    assert settled(requests, Wanted(plain=8)).plain == 3


def test_requests_have_an_end():
    autoscaler = Limited(10**6)
    requests = Requests(autoscaler, DEMAND)
    assert settled(requests, Wanted(plain=10**6)).plain == MOST


@pytest.fixture
def asked(monkeypatch):
    """A growth that has asked for five tasks, and its autoscaler."""
    monkeypatch.setattr(growth, "CLOSE_S", 5.0)
    autoscaler = Limited(8)
    has_asked = threading.Event()
    gives = autoscaler.gives

    def tells(bundles, over):
        found = gives(bundles, over)
        has_asked.set()
        return found

    autoscaler.gives = tells
    growing = Growth(autoscaler, DEMAND, every_s=0.01)
    growing.want(Wanted(plain=5))
    for _ in range(1000):
        if len(autoscaler.now) == 5:
            break
        has_asked.wait(0.01)
    assert len(autoscaler.now) == 5
    return growing, autoscaler


def test_only_what_was_granted_is_waited_for(asked):
    growing, _ = asked
    assert growing.is_promised
    growing.close()
    nothing = Growth(Limited(0), DEMAND, every_s=0.01)
    nothing.want(Wanted(plain=5))
    for _ in range(1000):
        if nothing._requests.plain.refused == 1:
            break
        threading.Event().wait(0.01)
    assert nothing._requests.plain.refused == 1
    assert not nothing.is_promised
    nothing.close()


def test_at_the_end_nothing_is_asked_for(asked):
    growing, autoscaler = asked
    growing.close()
    assert autoscaler.now == []


def test_an_end_does_not_wait_for_an_autoscaler_that_does_not_answer():
    autoscaler, is_asked = Limited(8), Event()

    def never(_bundles, over):
        is_asked.set()
        assert over.wait(60)
        raise TimeoutError

    autoscaler.gives = never
    growing = Growth(autoscaler, DEMAND, every_s=0.01)
    growing.want(Wanted(plain=5))
    assert is_asked.wait(60)
    began = time.monotonic()
    growing.close()
    assert time.monotonic() - began < growth.CLOSE_S
    assert not growing._thread.is_alive()


def test_a_head_that_is_gone_does_not_keep_a_run_from_ending(asked):
    growing, autoscaler = asked

    def gone():
        raise ConnectionError

    autoscaler.is_there, autoscaler.release = False, gone
    growing.want(Wanted(plain=7))
    growing.close()
    assert not growing._thread.is_alive()


def test_what_an_autoscaler_could_start_is_not_refused_and_nothing_stays_asked_for():
    autoscaler = Limited(8)
    must_have_room([], DEMAND, is_neural=False, could_start=could_start(autoscaler))
    assert autoscaler.asked == [1]
    assert autoscaler.now == []


def test_what_neither_a_node_nor_an_autoscaler_can_give_is_refused():
    autoscaler = Limited(8)
    with pytest.raises(ClusterError, match="no node has that, and the autoscaler can start none: "):
        must_fit([Node(2, 0, 4.0)], Ask(9), "threads", could_start(autoscaler))
    autoscaler.is_there = False
    with pytest.raises(ClusterError, match="is not known: it has not answered"):
        must_fit([Node(2, 0, 4.0)], Ask(3), "threads", could_start(autoscaler))


def test_where_a_node_has_room_the_autoscaler_is_not_asked():
    autoscaler = Limited(8)
    must_fit([Node(2, 0, 4.0)], Ask(1), "threads", could_start(autoscaler))
    assert autoscaler.asked == []
