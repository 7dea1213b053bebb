"""What a forecast says, of outcomes that were made up."""

import pytest

from cluster.forecast.answer import lines
from cluster.forecast.forecast import Forecast
from cluster.forecast.setup import Setup
from cluster.forecast.simulate import Outcome
from cluster.forecast.times import Times
from cluster.launch.fit import Fit
from cluster.resources import Ask, Demand, Node

SETUP = Setup([("cpu", Node(4, 0, 10.0), 2)], Demand(Ask(1), Ask(1), None), False, 30.0)
FIT = Fit((), False, ())


def said(*, critical_s=0.0, times=None, **outcome):
    made = {"makespan_s": 3600.0, "n_segments": 10, "n_trials": 7200, "busy_s": {"cpu": 14400.0}}
    found = Outcome(**{**made, "peak_bytes": {"cpu": 12 * 2**30}, **outcome})
    forecast = Forecast((found,), critical_s, ())
    known = times or Times(sources=["runs/x (a CPU)"])
    answer = list(lines(forecast, SETUP, FIT, known, 3 * 2**20))
    return {line.split()[0]: line for line in answer}


def test_node_hours_count_all_nodes_until_the_end_and_busy_places_are_a_share():
    line = said()["nodes"]
    assert "cpu: 2.0 node hours, 50 % of its places busy" in line
    assert "up to 12.0 of 10.0 GiB of one; more than there is" in line


@pytest.mark.parametrize(
    ("more", "limit"),
    [
        ({"driver_s": 3500.0}, "the driver: more nodes would not help"),
        ({"work_s": 8 * 3500.0}, "the work: more nodes would help"),
        ({"critical_s": 3500.0}, "the longest acquisition and study"),
        ({"work_s": 8 * 2000.0, "driver_s": 10.0}, "nothing alone; nearest is the work"),
    ],
)
def test_what_limits_is_what_takes_most_of_the_makespan(more, limit):
    assert said(**more)["limit"].startswith(f"limit      {limit}")


def test_the_driver_is_given_with_its_rate_and_its_memory():
    line = said(driver_s=1800.0)["driver"]
    assert "busy for 50 % of it: 10 segments, 2.0 trials/s; about 311 MB" in line


def test_what_stands_in_for_something_else_is_said():
    assert "knn on data" in said(times=Times(borrowed={"knn on data"}))["beware"]
