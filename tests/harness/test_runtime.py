"""A framework that does not see what it was promised."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.classifiers.neural import runtime

ROOT = Path(__file__).parents[2]
PROMISED = """
import sys
from harness.classifiers.neural import runtime
from harness.device import Device, using
from harness.errors import DeviceError

with using(Device("gpu", 0.25, deterministic=True, backend=sys.argv[1]), 1):
    try:
        runtime.start(1)
    except DeviceError as error:
        print("refused:", error)
"""


@pytest.mark.parametrize(("backend", "name"), [("tensorflow", "TensorFlow"), ("jax", "JAX")])
def test_a_framework_that_sees_no_gpu_where_one_was_promised_ends_the_run(backend, name):
    done = subprocess.run(
        [sys.executable, "-c", PROMISED, backend],
        cwd=ROOT,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("refused: a process on ")
    assert f"was promised a GPU, and {name} finds none" in done.stdout


def test_jax_takes_its_share_of_a_gpu_at_once_and_a_whole_one_as_it_needs_it(monkeypatch):
    environment = {"XLA_PYTHON_CLIENT_MEM_FRACTION": "0.5"}  # JAX refuses this beside its new name
    monkeypatch.setattr(runtime.os, "environ", environment)
    runtime._share_by_xla(0.25)
    assert environment == {
        "XLA_CLIENT_MEM_FRACTION": "0.225",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "true",
    }
    runtime._share_by_xla(1.0)
    assert environment == {
        "XLA_CLIENT_MEM_FRACTION": "0.900",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    }


def started(before: str, backend: str = "tensorflow") -> str:
    """What the classifier of a process that did `before` says; its score if it starts."""
    code = f"""
{before}
import os
os.environ["KERAS_BACKEND"] = "{backend}"
from harness.errors import DeviceError
from tests.harness.test_neural import ffnn, rows
X, y = rows()
try:
    model = ffnn()
    model.fit(X, y)
    print(repr(model.predict_proba(X).sum(axis=0)))
except DeviceError as error:
    print("refused:", error)
"""
    unset = {name: value for name, value in os.environ.items() if name != "TF_ENABLE_ONEDNN_OPTS"}
    environment = unset | {"PYTHONPATH": str(ROOT), "KERAS_BACKEND": ""}
    call = [sys.executable, "-c", code]
    done = subprocess.run(
        call, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_a_components_file_that_imports_keras_at_its_top_changes_no_number():
    assert started("import harness.registry, keras") == started("") != ""


def test_tensorflow_imported_before_us_with_other_kernels_is_refused():
    assert started("import tensorflow").startswith("refused: this process imported TensorFlow")


def test_keras_imported_for_another_backend_is_refused():
    said = started("import harness.registry, keras", "jax")
    assert said.startswith("refused: this process imported Keras for tensorflow")
