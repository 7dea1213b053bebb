"""Machines out of network and mount namespaces: own addresses, own disks, no folder in common.

Each machine sees its disk, and none of the others, at one path, which is HOME there: that of a
user, of Ray's files and of the cache of datasets. Needs root and `ip` of iproute2.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.chaos.chaos import ROOT
from tests.chaos.cut_off import IP, ip, started

SUBNET = "10.213.78"
# A process's own view: $1 is its machine's disk, $2 where it sees it, $3 the folder of all disks.
OWN_DISK = 'mount --bind "$1" "$2" && mount -t tmpfs none "$3" && shift 3 && exec "$@"'


@dataclass(frozen=True)
class Machine:
    """One of them."""

    space: str  # its network namespace
    address: str
    disk: Path  # as this process sees it
    home: Path  # as its own processes do
    disks: Path

    def command(self, *words: str) -> list[str]:
        """`words`, run on it."""
        own = ["unshare", "--mount", "sh", "-c", OWN_DISK, "sh"]
        places = [str(self.disk), str(self.home), str(self.disks)]
        return [IP, "netns", "exec", self.space, *own, *places, *words]

    def start(self, said: Path, *words: str, **environment: str):
        """Begin what goes on; a context."""
        given = (self.environment() | environment).items()
        return started(["env", "-i", *(f"{k}={v}" for k, v in given), *self.command(*words)], said)

    def call(self, *words: str, code: int | None = 0) -> str:
        """What a command on it says; ends this script where its exit code is another."""
        done = subprocess.run(
            self.command(*words),
            env=self.environment(),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if code is not None and done.returncode != code:
            sys.exit(f"{' '.join(words)}: ended with {done.returncode}\n{done.stdout[-3000:]}")
        return done.stdout

    def fewlabels(self, *words: str, code: int | None = 0) -> str:
        """The same of `fewlabels`."""
        return self.call(sys.executable, str(ROOT / "fewlabels.py"), *words, code=code)

    def environment(self) -> dict[str, str]:
        """Nothing of this process's Ray, and no HOME of its own."""
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        ours = {"PATH": path, "HOME": str(self.home), "TMPDIR": str(self.home / "tmp")}
        return ours | {"PYTHONPATH": str(ROOT), "RAY_AUTH_MODE": "token", "LANG": "C.UTF-8"}

    def processes(self) -> list[psutil.Process]:
        """Those in its network namespace."""
        pids = subprocess.check_output([IP, "netns", "pids", self.space], text=True).split()
        found = []
        for pid in pids:
            with contextlib.suppress(psutil.Error):
                found.append(psutil.Process(int(pid)))
        return found

    def kill(self) -> None:
        """Every process of it, at once."""
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal.SIGKILL)


@contextmanager
def machines(*names: str) -> Iterator[list[Machine]]:
    """Machines on one switch, which are gone afterwards."""
    if os.geteuid() or not shutil.which(IP):
        sys.exit("machines are network namespaces: that needs root, and `ip` of iproute2")
    stem = f"few{os.getpid() % 10**6}"
    with tempfile.TemporaryDirectory() as made, tempfile.TemporaryDirectory(prefix="few-") as home:
        disks, made_ = Path(made), []
        probe = [IP, "link", "add", f"{stem}b", "type", "bridge"]
        if subprocess.run(probe, check=False, capture_output=True).returncode:
            sys.exit("this machine does not allow network namespaces on a bridge")
        try:
            ip("link", "set", f"{stem}b", "up")
            for n, name in enumerate(names, start=1):
                machine = Machine(f"{stem}n{n}", f"{SUBNET}.{n}", disks / name, Path(home), disks)
                (machine.disk / "tmp").mkdir(parents=True)
                made_.append(machine)
                _connect(machine, f"{stem}b", f"{stem}h{n}", f"{stem}p{n}")
            yield made_
        finally:
            for machine in made_:
                machine.kill()
                quiet("netns", "delete", machine.space)
            quiet("link", "delete", f"{stem}b")


def _connect(machine: Machine, bridge: str, here: str, there: str) -> None:
    ip("netns", "add", machine.space)
    ip("link", "add", here, "type", "veth", "peer", "name", there)
    ip("link", "set", there, "netns", machine.space)
    ip("link", "set", here, "master", bridge)
    ip("link", "set", here, "up")
    ip("-n", machine.space, "addr", "add", f"{machine.address}/24", "dev", there)
    for device in (there, "lo"):
        ip("-n", machine.space, "link", "set", device, "up")


def quiet(*words: str) -> None:
    """Call `ip`, whatever it says."""
    subprocess.run([IP, *words], check=False, capture_output=True)


def until(is_so, what: str, patience_s: float = 240.0) -> float:
    """Wait until `is_so()`, and give the seconds that it took; ends this script if it never is."""
    begun = time.monotonic()
    while not is_so():
        if time.monotonic() - begun > patience_s:
            sys.exit(f"{what}: not so after {patience_s:.0f} s")
        time.sleep(0.2)
    return time.monotonic() - begun
