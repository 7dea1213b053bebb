"""Nodes that come and go, and a head that falls silent, without any cluster."""

import threading
import time

import pytest

from cluster import lookout
from cluster.lookout import Lookout
from cluster.resources import Node
from harness.errors import ClusterError

NODE = Node(2, 0, 1.0)


class Cluster:
    """What each look shall find."""

    def __init__(self, *names):
        self.nodes = dict.fromkeys(names, NODE)
        self.blocked = threading.Event()
        self.broken = None

    def look(self):
        if self.broken:
            raise self.broken
        if self.blocked.is_set():
            time.sleep(1000)
        return dict(self.nodes)


@pytest.fixture
def watching(monkeypatch):
    monkeypatch.setattr(lookout, "EVERY_S", 0.02)
    made = []

    def watch(cluster):
        made.append(Lookout(cluster.look))
        return made[-1]

    yield watch
    for one in made:
        one.close()


def test_nodes_that_come_and_go_are_seen(watching):
    cluster = Cluster("a", "b")
    watch = watching(cluster)
    assert watch.nodes().keys() == {"a", "b"}
    del cluster.nodes["a"]
    cluster.nodes["c"] = NODE
    assert watch.look_again().keys() == {"b", "c"}
    assert watch.gone().keys() == {"a"}
    assert 0 <= watch.gone()["a"] < 60


def test_a_node_is_not_gone_that_was_never_seen(watching):
    assert watching(Cluster("a")).gone() == {}


def test_without_any_node_the_run_ends_with_one_line(watching):
    cluster = Cluster("a")
    watch = watching(cluster)
    cluster.nodes.clear()
    with pytest.raises(ClusterError, match=r"no node of the cluster is left\. .*Run again to cont"):
        watch.look_again()


@pytest.mark.parametrize("how", ["blocks", "raises"])
def test_a_head_that_says_nothing_for_long_is_gone_however_a_look_fails(watching, monkeypatch, how):
    cluster = Cluster("a")
    watch = watching(cluster)
    monkeypatch.setattr(lookout, "SILENT_S", 0.3)
    if how == "blocks":
        cluster.blocked.set()
    else:
        cluster.broken = RuntimeError("no connection\nand much more")
    says = r"has not answered for \d+ s"
    says += r"\. What" if how == "blocks" else r" \(no connection\)\. What"
    with pytest.raises(ClusterError, match=says):
        watch.look_again()
    with pytest.raises(ClusterError, match=says):
        watch.nodes()
