"""What every entry of CLASSIFIERS promises. A new classifier is tested by being listed."""

from __future__ import annotations

import inspect
from functools import partial, wraps
from inspect import signature
from typing import get_type_hints

import numpy as np
import pytest

from harness.classifiers import CLASSIFIERS
from harness.classifiers.needs import NEURAL, needs_of
from harness.classifiers.size import size_of

# Small ones of the same kind, which are compiled sooner, and enough steps to learn anything.
NETWORK = {"epochs": 60, "units": 16, "learning_rate": 1e-2}
SMALLER = {
    name: {**NETWORK, **({"layers": 1} if "layers" in signature(make).parameters else {})}
    for name, make in CLASSIFIERS.items()
    if needs_of(make) == NEURAL
}


def case(name):
    """The factory, of a network a smaller one; all networks on one worker, where they share."""
    make = CLASSIFIERS[name]
    if name not in SMALLER:
        return pytest.param(make, id=name)
    small = wraps(make)(partial(make, **SMALLER[name]))
    return pytest.param(small, id=name, marks=pytest.mark.xdist_group("tensorflow"))


every_classifier = pytest.mark.parametrize("make", [case(name) for name in CLASSIFIERS])


def clusters(n=120, n_classes=3, n_features=4, dtype=np.float32, seed=0):
    """Rows around one centre per class, read-only, as they come out of Ray's object store."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % n_classes)
    centres = 3 * rng.normal(size=(n_classes, n_features))
    X = (centres[y] + rng.normal(size=(n, n_features))).astype(dtype)
    X.flags.writeable = y.flags.writeable = False
    return X, y


def answers(model, X):
    """Classes and scores, (n_rows, 1 + n_columns)."""
    score = getattr(model, "predict_proba", None) or model.decision_function
    return np.column_stack([model.predict(X), score(X)])


def check(model, X, n_classes):
    """The shape and range of everything a learner asks for."""
    assert model.classes_.tolist() == list(range(n_classes))
    predicted = model.predict(X)
    assert predicted.shape == (len(X),)
    assert np.isin(predicted, model.classes_).all()
    if hasattr(model, "predict_proba"):
        p = model.predict_proba(X)
        assert p.shape == (len(X), n_classes)
        assert (p >= 0).all()
        np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
    else:
        values = model.decision_function(X)
        assert values.shape == ((len(X),) if n_classes == 2 else (len(X), n_classes))
        assert np.isfinite(values).all()


@pytest.mark.parametrize(("name", "make"), CLASSIFIERS.items(), ids=CLASSIFIERS.keys())
def test_is_a_documented_function_of_its_name(name, make):
    assert make.__name__ == name
    assert name == name.lower()
    assert name.isidentifier()
    assert inspect.getdoc(make).splitlines()[0].endswith((".", ";", ","))


@pytest.mark.parametrize("make", CLASSIFIERS.values(), ids=CLASSIFIERS.keys())
def test_takes_a_seed_threads_and_named_typed_parameters_with_defaults(make):
    hints = get_type_hints(make)  # what the sweep's reader checks users' values against
    parameters = [*inspect.signature(make).parameters.values()]
    assert [p.name for p in parameters[:2]] == ["seed", "threads"]
    for parameter in parameters[2:]:
        assert parameter.kind is parameter.KEYWORD_ONLY
        assert parameter.default is not parameter.empty
        assert parameter.name in hints


@every_classifier
@pytest.mark.parametrize("n_classes", [2, 10])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_learns_what_is_easy(make, n_classes, dtype):
    X, y = clusters(n=200, n_classes=n_classes, n_features=8, dtype=dtype)
    model = make(0, 1)
    model.fit(X[:150], y[:150])
    check(model, X, n_classes)
    assert (model.predict(X[150:]) == y[150:]).mean() > 0.8


@every_classifier
@pytest.mark.parametrize("threads", [1, 2])
def test_is_a_function_of_seed_threads_and_rows(make, threads):
    if needs_of(make) == NEURAL:
        threads = 1  # a process has one number of them: tests/harness/test_neural.py
    X, y = clusters(n=40, n_classes=2)
    np.random.seed(0)  # noqa: NPY002 - global state must not matter
    first = make(7, threads)
    first.fit(X, y)
    np.random.seed(1)  # noqa: NPY002
    before = np.random.get_state()  # noqa: NPY002
    second = make(7, threads)
    second.fit(X, y)
    np.testing.assert_array_equal(answers(first, X), answers(second, X))
    np.testing.assert_array_equal(before[1], np.random.get_state()[1])  # noqa: NPY002


@every_classifier
def test_forgets_what_it_learned_before(make):
    few, many = clusters(n=6, seed=1), clusters(n=90, n_classes=4, seed=2)
    fresh, used = make(0, 1), make(0, 1)
    used.fit(*few)
    used.fit(*many)
    fresh.fit(*many)
    np.testing.assert_array_equal(answers(used, many[0]), answers(fresh, many[0]))


@every_classifier
@pytest.mark.parametrize("counts", [(1, 1), (1, 9), (1, 1, 1, 1, 1, 1, 1, 1, 1, 1), (2, 1, 40)])
def test_copes_with_classes_of_one_row(make, counts):
    y = np.repeat(np.arange(len(counts)), counts)
    X, _ = clusters(n=len(y), n_classes=len(counts))
    model = make(0, 1)
    model.fit(X, y)
    check(model, clusters(seed=5)[0], len(counts))


@every_classifier
@pytest.mark.parametrize("value", [0.0, 0.1, 3.9e9])
def test_copes_with_constant_columns(make, value):
    X, y = clusters()
    X = np.column_stack([X, np.full(len(X), value, dtype=np.float32)])
    model = make(0, 1)
    model.fit(X, y)
    check(model, X, 3)


@every_classifier
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_copes_with_rows_that_are_all_alike(make, dtype):
    y = np.repeat([0, 1], [7, 3])
    model = make(0, 1)
    model.fit(np.full((10, 3), 0.1, dtype=dtype), y)
    check(model, np.array([[0.1, 0.1, 0.1], [5, -5, 3.9e9]], dtype=dtype), 2)
    if hasattr(model, "predict_proba"):
        assert model.predict(np.full((1, 3), 0.1, dtype=dtype)) == [0]


@every_classifier
def test_copes_with_one_feature(make):
    X, y = clusters(n_features=1)
    model = make(0, 1)
    model.fit(X, y)
    check(model, X, 3)


@every_classifier
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_copes_with_unscaled_features_silently(make, dtype):
    X, y = clusters(dtype=dtype)
    X = X * np.array([1e-6, 1.0, 1e3, 1e9], dtype=dtype)
    model = make(0, 1)
    model.fit(X, y)
    check(model, X, 3)
    check(model, 1e3 * X, 3)


@every_classifier
def test_copes_with_equal_rows_of_different_classes(make):
    X, y = clusters(n=30)
    model = make(0, 1)
    model.fit(np.concatenate([X, X, X]), np.concatenate([y, (y + 1) % 3, y]))
    check(model, X, 3)


@every_classifier
def test_leaves_the_rows_alone(make):
    X, y = (array.copy() for array in clusters())
    model = make(0, 1)
    model.fit(X, y)
    model.predict(X)
    np.testing.assert_array_equal(X, clusters()[0])
    np.testing.assert_array_equal(y, clusters()[1])


@every_classifier
def test_answers_for_a_single_row(make):
    X, y = clusters()
    model = make(0, 1)
    model.fit(X, y)
    check(model, X[:1], 3)


@every_classifier
def test_has_a_size_that_is_the_same_for_equal_fits(make):
    X, y = clusters()
    sizes = []
    for _ in range(2):
        model = make(7, 1)
        model.fit(X, y)
        sizes.append(size_of(model))
        model.predict(X)
        assert size_of(model) == sizes[-1]
    first, second = sizes
    assert first == second
    for known in (first.n_parameters, first.n_bytes, first.n_operations):
        assert type(known) is int
        assert known > 0
