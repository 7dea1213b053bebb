"""Networks on JAX promise what they do on TensorFlow, and learn the same.

A process has one backend, so what computes on JAX here does so in processes of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from harness.classifiers import CLASSIFIERS
from harness.classifiers.needs import NEURAL, needs_of

ROOT = Path(__file__).parents[2]
NETWORKS = [name for name, make in CLASSIFIERS.items() if needs_of(make) == NEURAL]
ON_NO_BACKEND = ("multiply_adds", "never_import")  # claims of Keras' model, and of no import


def on_jax(*arguments):
    """Run Python on JAX; what it prints. It must be silent else, and end well."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        env={**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stderr == ""
    return ran.stdout


def test_all_that_networks_promise_they_promise_on_jax():
    file = str(Path(__file__).with_name("test_neural.py"))
    chosen = " and ".join(f"not {name}" for name in ON_NO_BACKEND)
    said = on_jax("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", chosen, file)
    assert f"{len(ON_NO_BACKEND)} deselected" in said


def one_epoch(name):
    """The weights after an epoch without dropout, whose last batch is not full."""
    n_classes = 2 + NETWORKS.index(name) % 2
    rng = np.random.default_rng(3)
    y = rng.permutation(np.minimum(np.arange(120) % 5, n_classes - 1))
    X = (rng.normal(size=(120, 6)) + y[:, None]).astype(np.float32)
    small = {"units": 8} if name == "random_neural_network" else {"units": 8, "layers": 1}
    params = {key: small[key] for key in small if key in CLASSIFIERS[name].__annotations__}
    training = {"epochs": 1, "patience": 0, "dropout": 0.0, "class_weight": "balanced"}
    return CLASSIFIERS[name](4, 1, **params, **training).fit(X, y).weights


@pytest.fixture(scope="module")
def on_jax_all(tmp_path_factory):
    """All networks' weights, the modules that were imported, and the names of threads."""
    path = tmp_path_factory.mktemp("weights") / "weights.npz"
    code = (
        "import json, sys, numpy as np\n"
        "from pathlib import Path\n"
        "from tests.harness.test_neural_on_jax import NETWORKS, one_epoch\n"
        "weights = {f'{name} {i}': w for name in NETWORKS for i, w in enumerate(one_epoch(name))}\n"
        f"np.savez({str(path)!r}, **weights)\n"
        "threads = [p.read_text().strip() for p in Path('/proc/self/task').glob('*/comm')]\n"
        "print(json.dumps([list(sys.modules), threads]))"
    )
    modules, threads = json.loads(on_jax("-c", code))
    return np.load(path), modules, threads


@pytest.mark.xdist_group("tensorflow")
@pytest.mark.parametrize("name", NETWORKS)
def test_an_epoch_changes_weights_as_on_tensorflow(name, on_jax_all):
    for i, weights in enumerate(one_epoch(name)):
        np.testing.assert_allclose(on_jax_all[0][f"{name} {i}"], weights, atol=1e-5)


@pytest.mark.xdist_group("tensorflow")
def test_a_process_on_jax_imports_no_tensorflow(on_jax_all):
    assert "jax" in on_jax_all[1]
    assert "tensorflow" not in on_jax_all[1]


@pytest.mark.xdist_group("tensorflow")
@pytest.mark.skipif(sys.platform != "linux", reason="threads have names in /proc only")
def test_compiled_code_has_the_threads_that_it_was_given(on_jax_all):
    assert on_jax_all[2].count("tf_XLAEigen") == 1  # also where there are more CPUs


COUNTED = """
import jax, json
from harness.classifiers import CLASSIFIERS
from tests.harness.test_neural import SMALL, rows

def ffnn(**params):
    return CLASSIFIERS["ffnn"](0, 1, **{**SMALL, "epochs": 2, **params})

X, y = rows(3000)
ffnn().fit(X[:9], y[:9]).size()  # the process's first
model = ffnn(units=8)
model.shape = model._blueprint(X.shape[1], 2)
with model._opened() as network:
    compiled = []
jax.monitoring.register_event_duration_secs_listener(
    lambda event, *_, **about: compiled.append(about["fun_name"])
    if event.endswith("backend_compile_duration") else None
)
for n in range(50, 550, 50):
    for i, batch_size in enumerate((16, 20, 32, 64)):
        rates = {"learning_rate": 1e-5 * n, "dropout": n / 1000}
        model = ffnn(units=8, batch_size=batch_size, epochs=1 + i, **rates)
        model.fit(X[:n], y[:n], (X[n : n + n // 9], y[n : n + n // 9]))
        model.predict_proba(X[: 5 * n])
        model.embed(X[: n + i])
        model.samples(X[:n], 2, seed=n)
print(json.dumps([sorted(compiled), network.traces]))
"""


def test_a_growing_labelled_set_compiles_once_per_power_of_two_of_batch_sizes_and_size_of_chunk():
    compiled, traces = json.loads(on_jax("-c", COUNTED))
    training = ["jit(_trained)"] * 3  # batches of 16, of 20 and 32, of 64
    asking = ["jit(_answer)"] * 2  # chunks of 128 and 1,024 rows; of 8,192 rows there are none
    masks = ["jit(_drawn)"]  # 500 rows are chunks of 128
    assert compiled == sorted(training + asking + masks)
    assert traces == len(compiled)
