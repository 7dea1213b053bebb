"""A cluster of three nodes on this machine, each a raylet of its own, that can be killed."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path
from typing import Any

import psutil
from ray.cluster_utils import Cluster

WORKING = ("ray::do", "ray::_Worker.do")  # titles of processes that do a segment


class Nodes:
    """The head, which does no work, and two nodes with a CPU each."""

    def __init__(self, folder: Path) -> None:
        """Ray keeps its files in `folder`, whose path must be short."""
        head = {"include_dashboard": False, "num_cpus": 0, "temp_dir": str(folder)}
        self.cluster = Cluster(initialize_head=True, connect=False, head_node_args=head)
        self.nodes: list[Any] = []
        for _ in range(2):
            self.add()

    @property
    def address(self) -> str:
        """Host and port of the head."""
        return str(self.cluster.address)

    def add(self) -> None:
        """One more node."""
        self.nodes.append(self.cluster.add_node(num_cpus=1, wait=False))

    def kill_worker(self, rng: random.Random) -> bool:
        """Kill a process that works; False: none does just now."""
        working = [process for node in self.nodes for process in workers(node)]
        if not working:
            return False
        with contextlib.suppress(psutil.Error):
            rng.choice(working).kill()
            return True
        return False

    def replace_node(self, rng: random.Random) -> None:
        """Kill a node with all that runs on it, and start another."""
        node = self.nodes.pop(rng.randrange(len(self.nodes)))
        orphans = workers(node)
        kill(node)
        for process in orphans:
            with contextlib.suppress(psutil.Error):
                process.kill()
        self.cluster.worker_nodes.discard(node)
        self.add()

    def kill(self) -> None:
        """Kill the head, then the nodes."""
        everything = [process for node in self.nodes for process in workers(node)]
        for node in (self.cluster.head_node, *self.nodes):
            kill(node)
        for process in everything:
            with contextlib.suppress(psutil.Error):
                process.kill()
        self.nodes.clear()


def kill(node: Any) -> None:
    """SIGKILL to all processes of a node's own."""
    node.kill_all_processes(check_alive=False, allow_graceful=False, wait=True)


def workers(node: Any) -> list[psutil.Process]:
    """Processes of a node that do a segment at this moment."""
    found = []
    for info in node.all_processes.get("raylet", []):
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(info.process.pid).children():
                with contextlib.suppress(psutil.Error):
                    if (child.cmdline() or [""])[0].startswith(WORKING):
                        found.append(child)
    return found
