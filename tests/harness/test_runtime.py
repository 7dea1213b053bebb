"""A framework that does not see what it was promised."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROMISED = """
from harness.classifiers.neural import runtime
from harness.device import Device, using
from harness.errors import DeviceError

with using(Device("gpu", 0.25, deterministic=True, backend="tensorflow"), 1):
    try:
        runtime.start(1)
    except DeviceError as error:
        print("refused:", error)
"""


def test_tensorflow_that_sees_no_gpu_where_one_was_promised_ends_the_run():
    done = subprocess.run(
        [sys.executable, "-c", PROMISED],
        cwd=ROOT,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("refused: a process on ")
    assert "was promised a GPU, and TensorFlow finds none" in done.stdout
