"""The framework in this process: which, with what threads and share of a GPU; started once.

What is set here must be set before the framework's first operation and cannot be changed after.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from typing import Any

from harness import device
from harness.classifiers.neural import HAS_OTHER_SUMS
from harness.errors import DeviceError

USABLE = 0.9  # of a share: CUDA itself needs some 0.5 GB in each process, outside any cap
FULL = (
    *("RESOURCE_EXHAUSTED", "out of memory", "failed to allocate memory"),
    *("ALLOC_FAILED", "ERROR_OUT_OF_MEMORY"),  # of cuBLAS and cuDNN, and of CUDA
)
FULL_ERRORS = ("ResourceExhaustedError", "OutOfMemoryError")

_started: tuple[device.Device, int] | None = None


def start(threads: int) -> None:
    """Import the framework and set it up for this process, the first time.

    Raises `RuntimeError` where the process had started it for another device or thread count, and
    `DeviceError` where it does not see the GPU that it was given, or was imported otherwise set up.
    """
    global _started  # noqa: PLW0603 - the framework's set-up is the process's too
    wanted = (device.in_use().device, threads)
    if _started is None:
        _START[wanted[0].backend](wanted[0], threads)
        _keras_must_compute_with(wanted[0].backend)
        _started = wanted
    elif _started != wanted:
        raise RuntimeError(
            f"this process set its networks up for {_started[0]} and {_started[1]} threads, which "
            f"cannot be changed any more; {wanted[0]} and {threads} threads need another process"
        )


def _keras_must_compute_with(backend: str) -> None:
    import keras

    if (found := keras.config.backend()) != backend:
        raise DeviceError(
            f"this process imported Keras for {found} before it was known that networks compute "
            f"with {backend}: a components file must import it within the functions that need it"
        )


def backend() -> str:
    """`tensorflow` or `jax`."""
    return device.in_use().device.backend


def on_gpu() -> bool:
    """Whether networks run on a GPU."""
    return device.in_use().device.kind == "gpu"


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a framework says so that the device's memory is full."""
    return type(error).__name__ in FULL_ERRORS or any(sign in str(error) for sign in FULL)


def _tensorflow(where: device.Device, threads: int) -> None:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if HAS_OTHER_SUMS:
        raise DeviceError(
            "this process imported TensorFlow before fewlabels, with kernels whose sums depend on "
            "the CPU's model; import harness first, or set TF_ENABLE_ONEDNN_OPTS=0"
        )
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    gpus = tf.config.list_physical_devices("GPU")
    if where.kind == "cpu":
        tf.config.set_visible_devices([], "GPU")
    elif not gpus:
        raise DeviceError(
            f"a process on {platform.node()} was promised a GPU, and TensorFlow finds none: is it "
            f"the build for CPUs (tensorflow-cpu), or does it miss CUDA? See docs/gpu.md"
        )
    for gpu in gpus if where.kind == "gpu" else ():
        _limit(tf, gpu, where.gpus)
    if where.deterministic:
        tf.config.experimental.enable_op_determinism()


def _limit(tf: Any, gpu: Any, share: float) -> None:
    """Keep to a share of the GPU; where its size is not known, take memory only as it is needed."""
    total = gpu_bytes()
    if share < 1 and total:
        limit = tf.config.LogicalDeviceConfiguration(
            memory_limit=int(share * USABLE * total / 2**20)
        )
        tf.config.set_logical_device_configuration(gpu, [limit])
    else:
        tf.config.experimental.set_memory_growth(gpu, True)  # noqa: FBT003 - its signature


def _jax(where: device.Device, threads: int) -> None:
    os.environ["KERAS_BACKEND"] = "jax"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # XLA's own log says when compiling is slow
    os.environ["PJRT_NPROC"] = str(threads)  # of a CPU, for compiled code
    if where.kind == "gpu":
        _share_by_xla(where.gpus)
        if where.deterministic:
            flags = os.environ.get("XLA_FLAGS", "")
            os.environ["XLA_FLAGS"] = f"{flags} --xla_gpu_deterministic_ops=true".strip()
    import jax

    platforms = "cpu" if where.kind == "cpu" else "cuda"
    jax.config.update("jax_platforms", platforms)  # type: ignore[no-untyped-call]
    try:
        found, why = jax.default_backend(), ""
    except (RuntimeError, AssertionError) as error:  # what JAX raises for a platform that it misses
        found, why = "", f" ({error})" if str(error) else ""
    if found != where.kind:
        raise DeviceError(
            f"a process on {platform.node()} was promised a {where.kind.upper()}, and JAX finds "
            f"none{why}: does it miss its plug-in for CUDA (jax[cuda12])? See docs/gpu.md"
        )


def _share_by_xla(share: float) -> None:
    """Take a share of the GPU's memory at once; of a whole GPU only what is needed."""
    os.environ.pop("XLA_PYTHON_CLIENT_MEM_FRACTION", None)  # its old name; JAX refuses both
    os.environ["XLA_CLIENT_MEM_FRACTION"] = f"{min(share, 1) * 0.9:.3f}"  # CUDA takes some too
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "true" if share < 1 else "false"


_START = {"tensorflow": _tensorflow, "jax": _jax}


def gpu_bytes() -> int | None:
    """Memory of the first visible GPU, as nvidia-smi has it; None: not known."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    first = os.environ.get("CUDA_VISIBLE_DEVICES", "0").partition(",")[0] or "0"
    try:
        said = subprocess.run(  # noqa: S603 - fixed arguments
            [program, "-i", first, "--query-gpu=memory.total", "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        ).stdout
        return int(said.split()[0]) * 2**20
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None
