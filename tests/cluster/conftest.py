"""Real Rays, each node a process of its own."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest


def environment(home, token):
    """What `ray start` sees: nothing of this process's own Ray."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    locked = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token} if token else {}
    return ours | {"HOME": str(home), "PATH": path} | locked


@pytest.fixture(scope="module")
def ray_start(tmp_path_factory):
    """Call `ray start` in the foreground, with an environment; killed at the end.

    Gives its process, whose children are Ray's.
    """
    started = []

    def ray_start(*options, token=None, **changes):
        started.append(
            subprocess.Popen(
                [Path(sys.executable).with_name("ray"), "start", "--block", *options],
                env=environment(tmp_path_factory.mktemp("node"), token) | changes,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        return started[-1]

    yield ray_start
    for process in started:
        for member in [*psutil.Process(process.pid).children(recursive=True), process]:
            member.kill()
        process.wait(30)


@pytest.fixture(scope="module")
def head(ray_start):
    """Start the head of a cluster, with that token or with none; gives its host:port."""

    def head(token):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = ["--head", f"--port={port}", "--num-cpus=1", "--disable-usage-stats"]
        ray_start(*options, "--no-monitor", token=token)
        return f"127.0.0.1:{port}"

    return head


def answering(address):
    """`address`, once somebody is there."""
    host, port = address.split(":")
    for _ in range(600):
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return address
    raise TimeoutError(address)
