"""When a segment has taken too long, by what is known of it."""

import pytest

from cluster import flights
from cluster.flights import Flight
from cluster.roll import Begun
from harness.segment import Task

LIMIT_S = 100.0  # that a trial may take


def flight(*, is_neural=False):
    task = Task(None, limit_s=5.0, fits=2)
    return Flight(task, token=0, is_neural=is_neural, handed_over=1000.0)


@pytest.mark.parametrize("is_neural", [False, True])
def test_the_clock_starts_when_the_data_are_ready_wherever_that_is(is_neural):
    one = flight(is_neural=is_neural)
    one.note(Begun("a node", since_s=30.0, working_s=None), now=9040.0)
    assert one.deadline(LIMIT_S) == 9010 + flights.START_UP_S + 5 + 2 * LIMIT_S
    one.note(Begun("a node", since_s=35.0, working_s=2.0), now=9045.0)
    one.note(Begun("a node", since_s=40.0, working_s=9.0), now=9052.5)
    slack_s = flights.FIRST_FIT_S if is_neural else 25
    assert one.deadline(LIMIT_S) == 9043 + slack_s + 5 + 2 * LIMIT_S
    least_s = flights.FIRST_FIT_S if is_neural else flights.SLACK_S
    assert one.deadline(1.0) == 9043 + least_s + 5 + 2
    assert one.deadline(800.0) == 9043 + 200 + 5 + 2 * 800
    assert one.took_s(9050.0) == 7


def test_what_waits_for_a_place_on_a_busy_cluster_has_no_clock():
    assert flight().deadline(LIMIT_S) is None


def test_what_may_have_begun_unseen_has_one_and_does_not_wait():
    one = flight()
    one.is_unknown = True
    assert not one.waits
    assert one.deadline(LIMIT_S) == 1000 + flights.START_UP_S + 5 + 2 * LIMIT_S
