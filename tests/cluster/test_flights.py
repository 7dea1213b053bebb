"""When a segment has taken too long, by what is known of it."""

import pytest

from cluster import flights
from cluster.flights import Flight
from cluster.roll import Begun
from harness.segment import Task

LIMIT_S = 100.0  # that a trial may take


def flight(*, is_neural=False, room=0):
    task = Task(None, limit_s=5.0, fits=2, room=room)
    return Flight(task, token=0, is_neural=is_neural, handed_over=1000.0)


@pytest.mark.parametrize("is_neural", [False, True])
def test_the_clock_starts_when_the_data_are_ready_wherever_that_is(is_neural):
    one = flight(is_neural=is_neural)
    assert one.deadline(LIMIT_S) == 1000 + flights.START_UP_S + 5 + 2 * LIMIT_S
    one.note(Begun("a node", since_s=30.0, working_s=None), now=1040.0)
    assert one.deadline(LIMIT_S) == 1000 + flights.START_UP_S + 5 + 2 * LIMIT_S
    one.note(Begun("a node", since_s=35.0, working_s=2.0), now=1045.0)
    one.note(Begun("a node", since_s=40.0, working_s=9.0), now=1052.5)
    slack_s = flights.FIRST_FIT_S if is_neural else 25
    assert one.deadline(LIMIT_S) == 1043 + slack_s + 5 + 2 * LIMIT_S
    least_s = flights.FIRST_FIT_S if is_neural else flights.SLACK_S
    assert one.deadline(1.0) == 1043 + least_s + 5 + 2
    assert one.deadline(800.0) == 1043 + 200 + 5 + 2 * 800


def test_what_waits_for_more_memory_than_others_ask_for_has_no_clock_until_it_begins():
    one = flight(room=1)
    assert one.deadline(LIMIT_S) is None
    one.note(Begun("a node", since_s=0.0, working_s=None), now=5000.0)
    assert one.deadline(LIMIT_S) is not None
