"""What a piece of work may compute on, and what neural code asks before it imports a framework.

`work.work` opens `using` around each segment; code of a network asks `in_use`. Nobody else needs
to: what asks for no GPU sees none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from harness.errors import DeviceError

Kind = Literal["cpu", "gpu"]
BACKENDS = ("tensorflow", "jax", "torch")  # that Keras knows
KERAS_BACKEND = "KERAS_BACKEND"  # the environment variable that Keras reads when it is imported
_NO_GPU = {"CUDA_VISIBLE_DEVICES": "", "HIP_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}


@dataclass(frozen=True, slots=True)
class Device:
    """What a segment computes on."""

    kind: Kind
    gpus: float  # share of one GPU, its memory too; 0 on a CPU
    deterministic: bool  # whether a framework must use operations that repeat to the last bit
    backend: str  # of Keras: one of `BACKENDS`; "" where no network is


@dataclass(frozen=True, slots=True)
class InUse:
    """What the segment under way may use."""

    device: Device
    threads: int


CPU = Device("cpu", 0.0, deterministic=True, backend="")  # for work without a network

_in_use: ContextVar[InUse | None] = ContextVar("in_use", default=None)


@contextmanager
def using(device: Device, threads: int) -> Iterator[None]:
    """Compute on `device` within the `with` block, and see no GPU there if it is a CPU.

    A framework looks at the environment when it is imported or first used, which therefore has to
    happen within. What the environment was before comes back afterwards: where one process does
    all the work, a network on the GPU may follow a forest.
    """
    wanted = dict(_NO_GPU) if device.kind == "cpu" else {}
    if device.backend:
        wanted[KERAS_BACKEND] = device.backend
    before = {name: os.environ.get(name) for name in wanted}
    token = _in_use.set(InUse(device, threads))
    os.environ.update(wanted)
    try:
        yield
    finally:
        _in_use.reset(token)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def in_use() -> InUse:
    """What may be used here; outside of any segment one thread of a CPU.

    Raises `DeviceError` where, outside of any segment, `backend` does.
    """
    return _in_use.get() or InUse(Device("cpu", 0.0, deterministic=True, backend=backend()), 1)


def backend() -> str:
    """What the environment says that Keras shall compute with: TensorFlow if it says nothing.

    Raises `DeviceError` for a name that is none of `BACKENDS`.
    """
    named = os.environ.get(KERAS_BACKEND, "")
    if named and named not in BACKENDS:
        raise DeviceError(
            f"the environment variable {KERAS_BACKEND} says {named!r}, which is no backend; "
            f"there are: {', '.join(BACKENDS)}. Unset, it means tensorflow."
        )
    return named or BACKENDS[0]
