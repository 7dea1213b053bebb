import os

import pytest

from harness.device import CPU, Device, InUse, backend, in_use, using
from harness.errors import DeviceError

GPU = Device("gpu", 0.25, deterministic=True, backend="jax")


@pytest.fixture
def two_gpus(monkeypatch):
    """As Ray shows them to a process."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    monkeypatch.delenv("HIP_VISIBLE_DEVICES", raising=False)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)


@pytest.mark.usefixtures("two_gpus")
def test_work_on_a_cpu_sees_no_gpu_and_leaves_the_environment_as_it_was():
    before = dict(os.environ)
    with using(CPU, 3):
        assert in_use() == InUse(CPU, 3)
        assert os.environ["CUDA_VISIBLE_DEVICES"] == os.environ["HIP_VISIBLE_DEVICES"] == ""
    assert dict(os.environ) == before


@pytest.mark.usefixtures("two_gpus")
def test_a_network_on_the_gpu_may_follow_a_forest_in_one_process():
    with using(CPU, 1):
        pass
    with using(GPU, 2):
        assert in_use() == InUse(GPU, 2)
        assert os.environ["CUDA_VISIBLE_DEVICES"] == "0,1"
        assert os.environ["KERAS_BACKEND"] == "jax"
    assert "KERAS_BACKEND" not in os.environ


@pytest.mark.usefixtures("two_gpus")
def test_an_error_leaves_the_environment_as_it_was_too():
    with pytest.raises(MemoryError), using(CPU, 1):
        raise MemoryError
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "0,1"


@pytest.mark.usefixtures("two_gpus")
def test_outside_of_a_segment_a_network_gets_a_cpu_and_the_backend_of_the_environment(monkeypatch):
    assert in_use() == InUse(Device("cpu", 0.0, deterministic=True, backend="tensorflow"), 1)
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert in_use().device.backend == backend() == "torch"


def test_a_backend_that_keras_does_not_know_is_refused(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    with pytest.raises(DeviceError, match="KERAS_BACKEND says 'theano', which is no backend"):
        backend()
