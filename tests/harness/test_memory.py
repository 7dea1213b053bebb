import contextlib
import ctypes
import multiprocessing
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


def kept(how):
    """Bytes that this process still has of many arrays that it made and freed."""
    large = np.ones(3 * 2**20)
    del large  # 24 MiB: from now on glibc may keep what is smaller
    before = memory.own_bytes()
    with how():
        arrays = [np.ones(2**18) for _ in range(40)]  # 2 MiB each
        small = [bytes(1000) for _ in range(1000)]  # above them
    del arrays
    return memory.own_bytes() - before - sum(map(len, small))


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="the C library is not glibc")
def test_arrays_that_were_freed_are_returned_to_the_system():
    context = multiprocessing.get_context("spawn")
    found = []
    for how in (contextlib.nullcontext, memory.returned):
        with context.Pool(1) as pool:
            found.append(pool.apply(kept, (how,)))
    assert found[0] > 70e6
    assert found[1] < 5e6


def test_where_the_c_library_has_no_such_option_nothing_is_set(monkeypatch):
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda _: object())
    with memory.returned():
        pass
