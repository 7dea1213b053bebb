"""What networks promise beside what every classifier does (tests/contracts)."""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys

import numpy as np
import pytest

from harness.classifiers import CLASSIFIERS
from harness.classifiers.needs import NEURAL, needs_of
from harness.classifiers.neural import runtime
from harness.classifiers.neural.initial import initial_weights
from harness.classifiers.neural.net import Net
from harness.classifiers.neural.network import neural
from harness.classifiers.neural.training import Training

pytestmark = pytest.mark.xdist_group("tensorflow")

NETWORKS = [name for name, make in CLASSIFIERS.items() if needs_of(make) == NEURAL]
SMALL = {"units": 16, "layers": 1, "epochs": 30}
D = 6  # features everywhere here, so that a process compiles each network once


@pytest.fixture(autouse=True, scope="module")
def _started():
    runtime.start(threads=1)


def rows(n=120, n_classes=2, seed=0, noise=0.3):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % n_classes)
    centres = np.random.default_rng(1).random((n_classes, D)) * 2
    return (centres[y] + noise * rng.normal(size=(n, D))).astype(np.float32), y


def ffnn(**params):
    return CLASSIFIERS["ffnn"](0, 1, **{**SMALL, **params})


def compiled(model):
    with model._opened() as network:
        return network


def test_there_are_eight():
    assert [
        *("bilstm", "bilstm_attention", "cnn", "cnn_bilstm", "cnn_bilstm_attention"),
        *("ffnn", "lstm", "random_neural_network"),
    ] == NETWORKS


@pytest.mark.parametrize("name", NETWORKS)
def test_a_binary_network_ends_in_one_sigmoid_unit_and_others_in_a_softmax(name):
    from harness.classifiers.neural.building import build

    for n_classes, n_outputs, activation in [(2, 1, "sigmoid"), (4, 4, "softmax")]:
        model = CLASSIFIERS[name](0, 1)
        compiled_before = build(model._blueprint(D, n_classes), on_gpu=False)
        assert compiled_before.outputs[0].shape == (None, n_outputs)
        assert compiled_before.layers[-1].activation.__name__ == activation


def test_the_bilstm_is_study_bs():
    from harness.classifiers.neural.building import build

    model = build(CLASSIFIERS["bilstm"](0, 1)._blueprint(41, 2), on_gpu=False)
    widths = [layer.output.shape[-1] for layer in model.layers if layer.name.startswith("bidi")]
    assert widths == [256, 128, 64]  # 128, 64 and 32 units, each way
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["InputLayer", "Reshape", *["Bidirectional", "VariableDropout"] * 3, "Dense"]
    assert Training() == Training(
        dropout=0.2, learning_rate=1e-3, epochs=10, batch_size=32, patience=3, refit="cold"
    )


@pytest.mark.parametrize(
    ("shape", "steps"), [("one_step", (1, 41)), ("feature_steps", (41, 1)), ("window", (6, 8))]
)
def test_a_row_is_one_step_or_a_sequence_of_its_features(shape, steps):
    import keras

    from harness.classifiers.neural.net import Net

    features = keras.Input((41,))
    model = keras.Model(features, Net(features, on_gpu=False).steps(shape, 8))
    row = np.arange(1, 42, dtype=np.float32)
    out = model(row[None]).numpy()[0]
    assert out.shape == steps
    assert out.ravel()[:41].tolist() == row.tolist()
    assert not out.ravel()[41:].any()


def test_a_network_is_traced_once_for_all_fits_whatever_the_rows_and_rates():
    X, y = rows()
    first = ffnn()
    first.fit(X, y)
    first.predict_proba(X)
    network = compiled(first)
    before = network.traces
    assert before > 0
    for n in (20, 33, 57, 119):
        model = ffnn(learning_rate=1e-3 * n, dropout=n / 200, batch_size=n // 2, epochs=n // 10 + 1)
        model.fit(X[:n], y[:n], held=(X[n - 9 : n], y[n - 9 : n]))
        model.predict_proba(X[: n + 1])
        assert compiled(model) is network
    assert network.traces == before


def test_a_used_network_answers_as_a_new_one():
    X, y = rows()
    code = (
        "import numpy as np; from tests.harness.test_neural import ffnn, rows\n"
        "X, y = rows(); m = ffnn(dropout=0.4); m.fit(X, y); print(m.predict_proba(X)[:, 1].sum())"
    )
    new = float(subprocess.check_output([sys.executable, "-c", code], stderr=subprocess.DEVNULL))
    for seed in (5, 6):
        CLASSIFIERS["ffnn"](seed, 1, **SMALL).fit(*rows(seed=seed))
    model = ffnn(dropout=0.4)
    model.fit(X, y)
    assert model.predict_proba(X)[:, 1].sum() == new


def test_models_do_not_disturb_each_other():
    X, y = rows()
    first, second = ffnn(), ffnn(learning_rate=1e-2)
    first.fit(X, y)
    p = first.predict_proba(X)
    second.fit(X, 1 - y)
    np.testing.assert_array_equal(first.predict_proba(X), p)


def test_no_global_generator_is_moved():
    random.seed(3)
    before = random.getstate()
    CLASSIFIERS["ffnn"](0, 1, units=17, epochs=1).fit(*rows())
    assert random.getstate() == before


@pytest.mark.parametrize("shape", [(38, 128), (3, 1, 32), (16, 4, 8)])
def test_kernels_start_glorot_uniform(shape):
    (drawn,) = initial_weights(["dense/kernel"], [np.zeros(shape, np.float32)], 0)
    fans = (shape[-2] + shape[-1]) * math.prod(shape[:-2])
    limit = math.sqrt(6 / fans)
    assert np.abs(drawn).max() <= limit
    assert drawn.std() == pytest.approx(limit / math.sqrt(3), rel=0.15)


def test_recurrent_kernels_start_orthogonal_and_biases_as_they_were_built():
    paths = ["lstm/recurrent_kernel", "lstm/bias"]
    built = [np.zeros((32, 128), np.float32), np.ones(128, np.float32)]
    kernel, bias = initial_weights(paths, built, 0)
    np.testing.assert_allclose(kernel @ kernel.T, np.eye(32), atol=1e-5)
    np.testing.assert_array_equal(bias, built[1])


def test_early_stopping_ends_training_and_keeps_the_best_epoch():
    X, y = rows(noise=2.0)
    held = rows(n=60, noise=2.0, seed=9)
    trained = []

    def counted(**params):
        model = ffnn(learning_rate=0.05, epochs=40, **params)
        network = compiled(model.fit(X[:40], y[:40], held))
        epoch, n = network.epoch, [0]

        def count(*args):
            n[0] += 1
            epoch(*args)

        network.epoch = count
        try:
            model.fit(X[:40], y[:40], held)
        finally:
            del network.epoch
        trained.append(n[0])
        p = model.predict_proba(held[0])
        return -np.log(p[np.arange(60), held[1]]).mean()

    assert counted(patience=3) < counted(patience=0)
    assert trained[0] < trained[1] == 40


def test_without_rows_to_judge_by_all_epochs_are_trained():
    assert ffnn(patience=0).validation_share == 0
    assert ffnn(patience=0, refit="keep_better").validation_share == 0.1
    assert ffnn(validation_share=0.3).validation_share == 0.3
    assert ffnn().validation_share == 0.1


def test_warm_goes_on_from_the_weights_before():
    X, y = rows(n=400)
    cold = ffnn(epochs=1, patience=0)
    cold.fit(X, y)
    start = ffnn(epochs=40, patience=0)
    start.fit(X[:200], y[:200])
    warm = ffnn(epochs=1, patience=0, refit="warm")
    warm.fit(X, y, before=start)
    loss = [-np.log(m.predict_proba(X)[np.arange(400), y]).mean() for m in (cold, start, warm)]
    assert loss[2] < loss[0] / 2
    assert not all(np.array_equal(a, b) for a, b in zip(warm.weights, start.weights, strict=True))


def test_warm_keeps_all_but_the_last_layer_when_a_class_is_new():
    X, y = rows(n=200, n_classes=3)
    two = y < 2
    start = ffnn(epochs=20)
    start.fit(X[two], y[two])
    warm = ffnn(epochs=1, learning_rate=1e-9, patience=0, refit="warm")
    warm.fit(X, y, before=start)
    np.testing.assert_allclose(warm.embed(X), start.embed(X), atol=1e-5)
    assert warm.predict_proba(X).shape == (200, 3)


def test_keep_better_keeps_the_old_weights_unless_validation_accuracy_rises():
    X, y = rows(n=300)
    held = rows(n=100, seed=4)
    good = ffnn(epochs=60)
    good.fit(X, y, held)
    worse = ffnn(epochs=3, refit="keep_better", learning_rate=0.5)
    worse.fit(X, 1 - y, held, before=good)  # wrong labels: accuracy on `held` falls
    assert all(np.array_equal(a, b) for a, b in zip(worse.weights, good.weights, strict=True))
    bad = ffnn(epochs=1, learning_rate=1e-6)
    bad.fit(X, 1 - y, held)
    better = ffnn(epochs=60, refit="keep_better")
    better.fit(X, y, held, before=bad)
    assert (better.predict(held[0]) == held[1]).mean() > (bad.predict(held[0]) == held[1]).mean()


def test_embed_gives_the_penultimate_layer():
    X, y = rows()
    model = ffnn()
    model.fit(X, y)
    hidden = model.embed(X)
    assert hidden.shape == (120, 16)
    kernel, bias = model.weights[-2:]
    p = 1 / (1 + np.exp(-(hidden @ kernel + bias)[:, 0]))
    np.testing.assert_allclose(p, model.predict_proba(X)[:, 1], atol=1e-5)


def test_samples_are_dropout_masks_named_by_a_seed():
    X, y = rows()
    model = ffnn(dropout=0.4)
    model.fit(X, y)
    drawn = model.samples(X, 30, seed=7)
    assert drawn.shape == (30, 120, 2)
    np.testing.assert_allclose(drawn.sum(axis=2), 1, rtol=1e-6)
    assert drawn.std(axis=0).max() > 0.01
    np.testing.assert_array_equal(drawn, model.samples(X, 30, seed=7))
    assert not np.array_equal(drawn, model.samples(X, 30, seed=8))
    still = ffnn(dropout=0.0)
    still.fit(X, y)
    assert np.ptp(still.samples(X, 5, seed=7), axis=0).max() == 0


def test_chunks_do_not_show(monkeypatch):
    X, y = rows(n=500)
    model = ffnn()
    model.fit(X[:50], y[:50])
    whole = model.predict_proba(X)
    monkeypatch.setattr(compiled(model), "_chunk", 64)
    np.testing.assert_allclose(model.predict_proba(X), whole, atol=1e-6)


def test_training_that_diverges_says_so():
    X, y = rows()
    with pytest.raises(FloatingPointError, match=r"diverged.*scale the features"):
        ffnn(patience=0).fit(X * np.float32(1e30), y)


def test_a_process_has_one_number_of_threads():
    X, y = rows()
    ffnn().fit(X, y)
    with pytest.raises(RuntimeError, match="2 threads need another process"):
        CLASSIFIERS["ffnn"](0, 2, **SMALL).fit(X, y)


def test_a_full_gpu_is_a_memory_error_and_the_process_goes_on(monkeypatch):
    from harness.classifiers.neural.on_tensorflow import TensorFlowNetwork

    X, y = rows()
    model = ffnn()
    model.fit(X, y)

    def full(*_):
        import tensorflow as tf

        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    with monkeypatch.context() as patch:
        patch.setattr(TensorFlowNetwork, "epoch", full)
        with pytest.raises(MemoryError, match="OOM when allocating"):
            ffnn().fit(X, y)
    again = ffnn()
    again.fit(X, y)
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))


def test_balanced_weights_lift_the_rare_class():
    X, y = rows(n=400, noise=1.0)
    kept = (y == 0) | (np.random.default_rng(0).random(400) < 0.1)
    plain, balanced = ffnn(), ffnn(class_weight="balanced")
    plain.fit(X[kept], y[kept])
    balanced.fit(X[kept], y[kept])
    rare = y == 1
    recall = [(m.predict(X[rare]) == 1).mean() for m in (plain, balanced)]
    assert recall[1] > recall[0]


def test_multiply_adds_are_those_of_the_kernels_at_every_position():
    def of(name, **params):
        model = CLASSIFIERS[name](0, 1, epochs=1, **params)
        return model.fit(*rows()).size()

    dense = of("ffnn", units=16, layers=1)
    assert dense.n_operations == 6 * 16 + 16
    assert dense.n_parameters == 6 * 16 + 16 + 16 + 1
    assert dense.n_bytes == 4 * dense.n_parameters
    recurrent = of("lstm", units=5, layers=1, input="feature_steps")
    assert recurrent.n_operations == 6 * (1 * 20 + 5 * 20) + 5
    convolved = of("cnn", filters=4, width=3, layers=1, units=7)
    assert convolved.n_operations == 6 * 3 * 1 * 4 + (3 * 4) * 7 + 7

    @neural
    def gru(net: Net, *, units: int = 4):
        """What docs/neural.md shows."""
        from keras import layers

        return net.dropout(layers.GRU(units)(net.steps("feature_steps", None)))

    gated = gru(0, 1, epochs=1).fit(*rows()).size()
    assert gated.n_operations == 6 * (1 * 12 + 4 * 12) + 4
    attending = of("bilstm_attention", units=4, heads=2, window=2)
    lstm, steps, width = 2 * (2 * 16 + 4 * 16), 3, 8
    attention = 4 * width * width * steps + 2 * width * steps**2
    assert attending.n_operations == steps * lstm + attention + width


def test_a_layer_with_a_state_of_its_own_is_refused():
    @neural
    def normalised(net: Net, *, units: int = 4):
        """Would carry moving averages from one fit to the next."""
        from keras import layers

        return layers.BatchNormalization()(net.dense(net.features, units))

    with pytest.raises(ValueError, match=r"normalised keeps a state from fit to fit \(.*moving_me"):
        normalised(0, 1).fit(*rows())


def test_an_architecture_may_take_lists_and_must_leave_the_training_alone():
    @neural
    def listed(net: Net, *, widths: list[int] = [3, 2]):  # noqa: B006 - as a sweep gives it
        """Dense layers of these widths."""
        x = net.features
        for width in widths:
            x = net.dense(x, width)
        return x

    assert listed(0, 1, widths=[4, 2], epochs=1).fit(*rows()).embed(rows()[0]).shape == (120, 2)

    def twice(net: Net, *, epochs: int = 3):
        return net.dense(net.features, epochs)

    with pytest.raises(ValueError, match="twice has parameters that the training has, too: epochs"):
        neural(twice)


def test_two_threads_give_what_two_threads_gave():
    code = (
        "from tests.harness.test_neural import CLASSIFIERS, SMALL, rows\n"
        "m = CLASSIFIERS['ffnn'](0, 2, **SMALL).fit(*rows())\n"
        "print(repr(m.predict_proba(rows()[0])))"
    )
    said = [
        subprocess.check_output([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert said[0] == said[1]
    assert b"array" in said[0]


def test_help_and_a_sweep_without_networks_never_import_tensorflow():
    code = (
        "import json, sys; import harness.registry as r; known = r.load()\n"
        "from harness.spec import read_sweep\n"
        "known.classifiers['bilstm'](0, 1); known.classifiers['knn'](0, 1)\n"
        "print(json.dumps([m for m in ('tensorflow', 'keras') if m in sys.modules]))"
    )
    assert json.loads(subprocess.check_output([sys.executable, "-c", code])) == []


def test_the_space_names_no_shape_so_that_a_study_compiles_once():
    from search_spaces import CLASSIFIER_SPACES

    trained_by = set(Training.__dataclass_fields__)
    for name in NETWORKS:
        assert set(CLASSIFIER_SPACES[name]) <= trained_by
