"""A sweep handed to three machines by `fewlabels submit`, against the same run on one.

`python -m tests.end_to_end.three_nodes` makes machines out of namespaces, with own addresses,
HOMEs and caches and no folder in common, and a real `ray start` with a token on each: a head and
two nodes. From a fourth disk, the user's, a sweep is submitted, with a dataset that is imported
there alone. A node is killed, another joins; the driver is killed and the sweep submitted again;
the run folder is fetched. It ends with an error unless every table equals that of the user's own
inline run, timing and host columns aside. Needs root and `ip` (iproute2); some minutes.
"""

from __future__ import annotations

import contextlib
import secrets
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
import yaml

from harness.store import RunFolder
from tests.chaos.chaos import COMPONENTS, SWEEP, compare, stored
from tests.datasets.made_every import MADE
from tests.end_to_end.machines import Machine, machines, until

DATASET = "ton_iot_weather"
NAME = "three-nodes"
PORT = 26379
PAUSE_S = "0.3"  # of each fit of one classifier on the cluster, so that kills meet work under way
ENOUGH = 10  # rows stored between two events
RUN = Path("fewlabels") / "runs" / NAME  # on the head
RAY = str(Path(sys.executable).with_name("ray"))


class Cluster:
    """The machines, Ray on them, and who uses them."""

    def __init__(self, stack: ExitStack, said: Path) -> None:
        self.stack, self.said = stack, said
        made = stack.enter_context(machines("head", "one", "two", "three"))
        self.head, *self.nodes = made
        disk = self.head.disk.with_name("user")
        (disk / "tmp").mkdir(parents=True)
        # In the head's network, as at the end of an ssh -L: the dashboard listens on loopback.
        self.user = Machine(self.head.space, "", disk, self.head.home, self.head.disks)
        token = secrets.token_hex(32)
        for machine in (*made, self.user):
            place = machine.disk / ".ray" / "auth_token"
            place.parent.mkdir(mode=0o700)
            place.touch(0o600)
            place.write_text(token, encoding="ascii")

    def begin(self) -> None:
        """Ray's head, and two nodes."""
        words = ["--head", "--port", str(PORT), "--num-cpus", "0"]
        self._ray(self.head, *words, "--temp-dir", str(self.head.home / "r"))
        until(self._answers, "the head answers")
        self.join(self.nodes[0])
        self.join(self.nodes[1])

    def join(self, node: Machine) -> None:
        """Ray on one more machine, with one CPU."""
        self._ray(node, "--address", f"{self.head.address}:{PORT}", "--num-cpus", "1")

    def _ray(self, machine: Machine, *words: str) -> None:
        every = ["--block", "--disable-usage-stats", "--node-ip-address", machine.address]
        start = machine.start(
            self.said, RAY, "start", *words, *every, FEWLABELS_CHAOS_PAUSE=PAUSE_S
        )
        self.stack.enter_context(start)

    def _answers(self) -> bool:
        """Whether its Jobs API is there, and asks strangers for a token."""
        asked = "import urllib.request as r; r.urlopen('http://127.0.0.1:8265/api/jobs/')"
        return "401" in self.user.call(sys.executable, "-c", asked, code=None)

    def status(self) -> str:
        """What the user is told of the run."""
        return self.user.fewlabels("cluster", "status")

    def rows(self) -> int:
        """Stored on the head."""
        return stored(self.head.disk / RUN)

    def misses_a_node(self) -> bool:
        """Whether the driver has noted what a node took with it."""
        attempts = RunFolder.open(self.head.disk / RUN).frame("attempts")
        return "node" in set(attempts["cause"])

    def goes_on(self) -> None:
        """Wait for some more rows."""
        before = self.rows()

        try:
            took = until(lambda: self.rows() >= before + ENOUGH, "the run goes on")
        except SystemExit as error:
            sys.exit(f"{error}\n{self.user.fewlabels('cluster', 'logs')[-3000:]}")
        print(f"  goes on: {self.rows()} rows stored, {took:.0f} s later", flush=True)

    def driver(self) -> psutil.Process:
        """The process of the run, on the head."""
        for process in self.head.processes():
            with contextlib.suppress(psutil.Error):
                words = process.cmdline()
                if "run" in words and "sweep.yaml" in words and "fewlabels" in " ".join(words[:2]):
                    return process
        sys.exit(f"no driver on the head\n{self.status()}")


def sweep(user: Machine, stem: str) -> None:
    """The user's sweep, its component file and its dataset, imported on the user's machine."""
    changes = {
        "name": NAME,
        "datasets": [{"name": "ton_iot_synthetic", "rows": 1_000}, DATASET],
        "classifiers": ["unhurried", "naive_bayes"],
        "strategies": ["random", "margin"],
        "components": ["./components.py"],
    }
    (user.disk / "components.py").write_text(COMPONENTS.read_text("utf-8"), "utf-8")
    (user.disk / stem).write_text(yaml.safe_dump(SWEEP | changes), "utf-8")
    (user.disk / "raw").mkdir()
    MADE[DATASET](user.disk / "raw", rows_per_class=80)
    raw = str(user.home / "raw")
    print(user.fewlabels("datasets", "import", DATASET, raw, "--allow-unknown").strip())


def disturbed(cluster: Cluster, mine: str) -> None:
    """Submit, strike, submit again, and wait for the end."""
    user, (one, _, three) = cluster.user, cluster.nodes
    begun = time.monotonic()
    print(user.fewlabels("submit", mine, "--segment-s", "1").strip())
    print(f"returned after {time.monotonic() - begun:.0f} s", flush=True)
    until(lambda: cluster.rows() >= ENOUGH, "rows are stored")
    again = user.fewlabels("submit", mine, code=1).strip()
    print(f"submitted at the same time: {again}")
    assert f"{NAME}-1 writes that run" in again
    until(lambda: works(one), "a node works")
    one.kill()
    print(f"a node ({one.address}) is killed at work, {cluster.rows()} rows stored", flush=True)
    took = until(cluster.misses_a_node, "the node is missed")
    print(f"  missed after {took:.0f} s")
    cluster.goes_on()
    print(f"another ({three.address}) joins", flush=True)
    cluster.join(three)
    until(lambda: works(three), "the new node works")
    print(f"  works there, {cluster.rows()} rows stored", flush=True)
    cluster.driver().kill()
    until(lambda: "killed" in cluster.status(), "the end of the driver is seen")
    print(f"the driver is killed, {cluster.rows()} rows stored\n{cluster.status().strip()}")
    print(user.fewlabels("submit", mine, "--segment-s", "1").splitlines()[0], flush=True)
    cluster.goes_on()
    until(lambda: ": runs" not in cluster.status(), "the run ends", 600.0)
    print(cluster.status().strip(), flush=True)


def works(node: Machine) -> bool:
    """Whether a segment is under way there."""
    for process in node.processes():
        with contextlib.suppress(psutil.Error):
            if (process.cmdline() or [""])[0].startswith("ray::do"):
                return True
    return False


def only_where_they_should_be(cluster: Cluster) -> None:
    """No run and no imported dataset is on a node, and no imported one in the head's own cache."""
    for node in cluster.nodes:
        found = [str(path.relative_to(node.disk)) for path in node.disk.rglob("*.parquet")]
        assert not found, found
    assert not list((cluster.head.disk / ".cache").rglob("*.parquet"))
    print("no Parquet file on any node; the head's own cache has no dataset")


def main() -> None:
    """Submit, strike, fetch, compare."""
    with tempfile.TemporaryDirectory() as made, ExitStack() as stack:
        cluster = Cluster(stack, Path(made) / "said")
        user = cluster.user
        sweep(user, "sweep.yaml")
        mine, calm = str(user.home / "sweep.yaml"), str(user.home / "calm")
        user.fewlabels("run", mine, "--executor", "inline", "--out", calm)
        print("the user's own inline run is done", flush=True)
        begun = time.monotonic()
        cluster.begin()
        print(f"head and two nodes started in {time.monotonic() - begun:.0f} s", flush=True)
        disturbed(cluster, mine)
        fetched = str(user.home / "fetched")
        print(user.fewlabels("cluster", "fetch", "-o", fetched).splitlines()[0])
        only_where_they_should_be(cluster)
        compare(RunFolder.open(user.disk / "calm"), RunFolder.open(user.disk / "fetched"))


if __name__ == "__main__":
    main()
