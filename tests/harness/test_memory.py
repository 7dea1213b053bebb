import sys
from pathlib import Path

import numpy as np
import pytest

from harness import memory
from harness.rows import Place

MANY = 25_000_000  # numbers: 200 MB
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forgets a peak")


def test_the_peak_is_in_bytes():
    memory.forget_peak()
    before = memory.peak_bytes()
    held = np.ones(MANY)
    assert 10e6 < before < 1e12
    assert memory.peak_bytes() >= held.nbytes


@on_linux
def test_work_has_the_peak_of_its_own_time_only():
    del_me = np.ones(MANY)
    before = Place.here()
    assert before.ended("done")["peak_bytes"] > del_me.nbytes
    size = del_me.nbytes
    del del_me
    assert before.ended("done")["peak_bytes"] - Place.here().ended("done")["peak_bytes"] > size / 2


@on_linux
def test_work_inside_other_work_does_not_hide_the_peak_before_it():
    outer = Place.here()
    size = np.ones(MANY).nbytes
    outer.look()
    inner = Place.here()
    assert outer.ended("done")["peak_bytes"] - inner.ended("done")["peak_bytes"] > size / 2


def test_where_nothing_can_be_forgotten_it_is_the_peak_so_far(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "_STATUS", tmp_path / "proc" / "status")
    monkeypatch.setattr(memory, "_CLEAR", tmp_path / "proc" / "clear_refs")
    size = np.ones(MANY).nbytes
    memory.forget_peak()
    assert memory.peak_bytes() > size
    assert not Path(tmp_path / "proc").exists()


@on_linux
def test_the_size_now_rises_and_falls_while_the_peak_stays():
    before = memory.now_bytes()
    kept = b"x" * 200 * 2**20
    assert memory.now_bytes() - before > 150 * 2**20
    del kept
    assert memory.now_bytes() - before < 50 * 2**20
    assert memory.peak_bytes() - before > 150 * 2**20
