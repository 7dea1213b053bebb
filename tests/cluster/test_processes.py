"""When a process of a network is given up, among actors that are none."""

import pytest

from cluster import processes
from cluster.processes import REST_S, Processes
from cluster.resources import Ask


@pytest.fixture
def idle(monkeypatch):
    """Two idle processes, and the actors that have been ended."""
    ended = []
    monkeypatch.setattr(processes.ray, "kill", ended.append)
    kept = Processes(Ask(0, 0.25), 1)
    kept._idle += [processes._Process("one"), processes._Process("two")]
    return kept, ended


def test_processes_that_nobody_wants_for_long_let_go_of_their_node(idle):
    kept, ended = idle
    for now in (0.0, REST_S / 2, REST_S):
        kept.rest(now, is_wanted=False)
        assert ended == []
    kept.rest(REST_S + 1, is_wanted=False)
    assert ended == ["one", "two"]
    assert kept.alive == 0


def test_processes_that_are_wanted_now_and_then_are_kept(idle):
    kept, ended = idle
    for now in (0.0, 0.9 * REST_S, 1.8 * REST_S, 2.7 * REST_S):
        kept.rest(now, is_wanted=False)
        kept.rest(now + 1, is_wanted=True)
    assert ended == []
    assert kept.idle == 2
