"""A process ends itself when it has more memory for itself than it may, and only then."""

import subprocess
import sys
from pathlib import Path

import pytest

from cluster import watchdog
from harness import memory

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells own memory")

BEGINNING = """
import mmap, time
import numpy as np
from cluster.watchdog import watched
from harness import memory

def leave(why):
    print("left:", why, flush=True)

before_gb = memory.own_bytes() / 2**30
with watched(before_gb + 0.2, leave):
"""
ENDS = """
    held = [np.ones(2**20) for _ in range(1000)]
print("went on")
"""
GOES_ON = """
    held = [np.ones(2**20) for _ in range(10)]
    shared = mmap.mmap(-1, 400 * 2**20)
    for at in range(0, len(shared), 4096):
        shared[at] = 1
    assert memory.now_bytes() - before_gb * 2**30 > 400 * 2**20
    time.sleep(0.3)
held = [np.ones(2**20) for _ in range(60)]
time.sleep(0.3)
print("went on")
"""


def run(code):
    command = [sys.executable, "-c", BEGINNING + code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_over_the_limit_it_says_why_and_ends():
    code, said, _ = run(ENDS)
    assert code == watchdog.OVER_LIMIT
    assert said.startswith("left: its process held ")
    assert said.count("\n") == 1


def test_neither_shared_memory_nor_what_comes_after_the_task_counts():
    code, said, errors = run(GOES_ON)
    assert (code, said) == (0, "went on\n"), errors


def test_without_a_limit_or_where_the_system_does_not_tell_nobody_watches(monkeypatch, tmp_path):
    started = []
    monkeypatch.setattr(watchdog.threading, "Thread", lambda **_: started.append(True))
    with watchdog.watched(None, lambda _: None):
        pass
    monkeypatch.setattr(memory, "_STATM", tmp_path / "statm")
    with watchdog.watched(0.001, lambda _: None):
        pass
    assert not started
