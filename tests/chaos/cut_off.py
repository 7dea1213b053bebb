"""A node that is cut off from the network in the middle of a run, against an undisturbed run.

`python -m tests.chaos.cut_off` starts a head here and a node in a network namespace, runs a sweep
on both, and takes the link down while the node works. Ray calls such a node dead after a minute
and says nothing of the tasks on it. The link comes back while the run still goes on, so that late
results could arrive. It ends with an error unless every table equals that of an undisturbed run,
timing and host columns aside. Needs root and `ip` (iproute2); says so where it may not.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import yaml

from harness.store import RunFolder
from tests.chaos.chaos import PATIENCE_S, ROOT, SWEEP, compare, stored, undisturbed

IP = shutil.which("ip") or "/sbin/ip"
HEAD, NODE, PORT = "10.213.77.1", "10.213.77.2", 26379
PAUSE_S = 0.5  # of each fit, until the node has been missed
ENOUGH = 6  # rows stored before the cut
LATE_S = 10.0  # of the run after the link is back


def ip(*words: str) -> None:
    """Call `ip`; ends with its message where it fails."""
    done = subprocess.run([IP, *words], check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"ip {' '.join(words)}: {done.stderr.strip()}")


@contextmanager
def namespace() -> Iterator[tuple[str, str]]:
    """A network namespace and our end of the link to it, which are gone afterwards."""
    if os.geteuid() or not shutil.which(IP):
        sys.exit("a node is cut off in a network namespace: that needs root, and `ip` of iproute2")
    name, here, there = (f"few{os.getpid() % 10**6}{end}" for end in ("", "h", "n"))
    probe = subprocess.run([IP, "netns", "add", name], check=False, capture_output=True, text=True)
    if probe.returncode:
        sys.exit(f"this machine does not allow network namespaces: {probe.stderr.strip()}")
    try:
        ip("link", "add", here, "type", "veth", "peer", "name", there)
        ip("link", "set", there, "netns", name)
        ip("addr", "add", f"{HEAD}/24", "dev", here)
        ip("link", "set", here, "up")
        for words in (["addr", "add", f"{NODE}/24", "dev", there], ["link", "set", there, "up"]):
            ip("-n", name, *words)
        ip("-n", name, "link", "set", "lo", "up")
        yield name, here
    finally:
        subprocess.run([IP, "link", "delete", here], check=False, capture_output=True)
        subprocess.run([IP, "netns", "delete", name], check=False, capture_output=True)


@contextmanager
def started(command: list[str], said: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process whose whole family is gone afterwards."""
    with said.open("ab") as file:
        process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file)
    try:
        yield process
    finally:
        family = [psutil.Process(process.pid)] if process.poll() is None else []
        family += [child for parent in family for child in parent.children(recursive=True)]
        for member in family:
            with contextlib.suppress(psutil.Error):
                member.kill()
        process.wait()


def until(is_so, process: subprocess.Popen[bytes], what: str, said: Path) -> float:
    """Wait until `is_so()`, and give the seconds that it took."""
    begun = time.monotonic()
    while not is_so():
        if process.poll() is not None or time.monotonic() - begun > PATIENCE_S:
            ended = f"; it ended with {process.returncode}" if process.poll() is not None else ""
            sys.exit(f"{what}: not so{ended}\n{said.read_text(errors='replace')[-3000:]}")
        time.sleep(0.2)
    return time.monotonic() - begun


def cut(folder: Path, of_ray: Path, sweep: Path, pause: Path) -> RunFolder:
    """Run the sweep on two nodes, of which one is cut off; give the folder at its end."""
    out, said = folder / "cut", folder / "said"
    ray = [str(Path(sys.executable).with_name("ray")), "start", "--block", "--num-cpus", "1"]
    head = [*ray, "--head", "--node-ip-address", HEAD, "--port", str(PORT)]
    head += ["--include-dashboard", "false", "--temp-dir", str(of_ray)]
    node = [*ray, "--address", f"{HEAD}:{PORT}", "--node-ip-address", NODE]
    driver = [sys.executable, str(ROOT / "fewlabels.py"), "run", str(sweep), "--out", str(out)]
    driver += ["--address", f"{HEAD}:{PORT}", "--segment-s", "3"]
    with ExitStack() as stack:
        name, link = stack.enter_context(namespace())
        stack.enter_context(started(head, said))
        time.sleep(15)
        stack.enter_context(started([IP, "netns", "exec", name, *node], said))
        run = stack.enter_context(started(driver, said))

        def works_there() -> bool:
            pids = subprocess.check_output([IP, "netns", "pids", name], text=True).split()
            titles = [Path(f"/proc/{pid}/cmdline") for pid in pids]
            return any(at.read_bytes().startswith(b"ray::do") for at in titles if at.exists())

        def missed() -> bool:
            return "node" in set(RunFolder.open(out).frame("attempts")["cause"])

        until(lambda: stored(out) >= ENOUGH and works_there(), run, "both nodes work", said)
        ip("link", "set", link, "down")
        print(f"link down, {stored(out)} rows stored; a segment is under way there", flush=True)
        took = until(missed, run, "the node is missed", said)
        print(f"missed after {took:.0f} s, {stored(out)} rows stored", flush=True)
        ip("link", "set", link, "up")
        time.sleep(LATE_S)
        if run.poll() is not None:
            why = f"{stored(out)} rows stored\n{said.read_text(errors='replace')[-3000:]}"
            sys.exit(f"the run ended, with {run.returncode}, before late results could come; {why}")
        pause.write_text("0", encoding="ascii")
        if code := run.wait(PATIENCE_S):
            sys.exit(f"the driver ended with {code}\n{said.read_text(errors='replace')[-3000:]}")
    print(f"ended with {stored(out)} rows", flush=True)
    return RunFolder.open(out)


def main() -> None:
    """Run, cut, compare."""
    with tempfile.TemporaryDirectory() as made, tempfile.TemporaryDirectory(prefix="ray-") as ray:
        folder, token = Path(made), secrets.token_hex(32)
        os.environ |= {"HOME": made, "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token}
        pause = folder / "pause"
        sweep = folder / "sweep.yaml"
        scalers = ["none", "standard", "min_max", "robust"]
        changes = {"classifiers": ["unhurried"], "scalers": scalers}
        sweep.write_text(yaml.safe_dump(SWEEP | changes), encoding="utf-8")
        calm = undisturbed(folder, sweep)
        pause.write_text(str(PAUSE_S), encoding="ascii")
        os.environ["FEWLABELS_CHAOS_PAUSE_FILE"] = str(pause)
        compare(calm, cut(folder, Path(ray), sweep, pause))


if __name__ == "__main__":
    main()
