from __future__ import annotations

import pickle

import numpy as np
import pytest
import sklearn.ensemble
import sklearn.linear_model
import sklearn.naive_bayes
import sklearn.neighbors
import sklearn.svm

from harness.classifiers import CLASSIFIERS


def rows(n=90, n_classes=3, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % n_classes
    return rng.normal(size=(n, 5)) + y[:, np.newaxis], y


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("decision_tree", sklearn.tree.DecisionTreeClassifier(random_state=3)),
        ("knn", sklearn.neighbors.KNeighborsClassifier()),
        ("logistic_regression", sklearn.linear_model.LogisticRegression()),
        ("naive_bayes", sklearn.naive_bayes.GaussianNB()),
        ("random_forest", sklearn.ensemble.RandomForestClassifier(random_state=3)),
    ],
)
def test_is_scikit_learns_by_default(name, theirs):
    X, y = rows()
    ours = CLASSIFIERS[name](3, 1)
    ours.fit(X, y)
    theirs.fit(X, y)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-12)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_svc_is_scikit_learns_by_default(dtype):
    X, y = rows()
    ours, theirs = CLASSIFIERS["svc"](0, 1), sklearn.svm.SVC(random_state=0)
    ours.fit(X.astype(dtype), y)
    theirs.fit(X.astype(dtype), y)
    np.testing.assert_array_equal(ours.decision_function(X), theirs.decision_function(X))
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


def test_svc_scales_the_kernel_by_what_it_is_fitted_on():
    X, y = rows()
    ours = CLASSIFIERS["svc"](0, 1, gamma_scale=10.0)
    ours.fit(X, y)
    assert ours.gamma == pytest.approx(10 / (5 * X.var()))
    ours.fit(100 * X, y)
    assert ours.gamma == pytest.approx(10 / (5 * 100**2 * X.var()))


def test_svc_has_no_probabilities():
    assert not hasattr(CLASSIFIERS["svc"](0, 1), "predict_proba")


def test_knn_lets_all_rows_vote_while_they_are_few():
    X, y = rows(n=3)
    knn = CLASSIFIERS["knn"](0, 1, n_neighbors=5)
    knn.fit(X, y)
    np.testing.assert_allclose(knn.predict_proba(X), 1 / 3)
    knn.fit(*rows())
    assert knn.n_neighbors == 5


@pytest.mark.parametrize("n", [1, 2, 7, 90])
def test_random_forest_answers_the_same_on_any_number_of_threads(n):
    X, y = rows()
    one, three = CLASSIFIERS["random_forest"](0, 1), CLASSIFIERS["random_forest"](0, 3)
    one.fit(X, y)
    three.fit(X, y)
    np.testing.assert_array_equal(one.predict_proba(X[:n]), three.predict_proba(X[:n]))
    np.testing.assert_array_equal(one.predict(X[:n]), three.predict(X[:n]))


def test_random_forest_takes_max_features_of_1_as_all_of_them():
    X, y = rows()
    forest = CLASSIFIERS["random_forest"](0, 1, max_features=1)
    forest.fit(X, y)
    assert forest.estimators_[0].max_features_ == 5


def test_logistic_regression_takes_what_it_has_when_its_steps_are_used_up():
    model = CLASSIFIERS["logistic_regression"](0, 1, max_iter=3)
    model.fit(*rows())
    assert model.n_iter_.tolist() == [3]


def test_naive_bayes_falls_back_on_the_class_shares():
    model = CLASSIFIERS["naive_bayes"](0, 1)
    model.fit(np.full((10, 2), 0.1, dtype=np.float32), np.repeat([0, 1], [7, 3]))
    far = np.array([[0.1, 0.1], [-5.0, 3.9e9]], dtype=np.float32)
    np.testing.assert_allclose(model.predict_proba(far), [[0.7, 0.3], [0.7, 0.3]])


def test_naive_bayes_falls_back_on_them_where_variances_are_too_small_to_be_told_from_0():
    X, y = 1e-300 * np.arange(8.0)[:, np.newaxis], np.array([0, 0, 0, 0, 0, 0, 1, 1])
    with np.errstate(divide="ignore"):  # of scikit-learn, about the log of 0
        model = CLASSIFIERS["naive_bayes"](0, 1).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), [[0.75, 0.25]] * 8)


def test_naive_bayes_adds_up_to_one_far_from_everything():
    model = CLASSIFIERS["naive_bayes"](0, 1)
    model.fit(*rows())
    np.testing.assert_allclose(model.predict_proba(np.full((1, 5), 1e12)).sum(), 1)


def test_xgboost_draws_from_its_seed():
    X, y = rows()
    one, other = (CLASSIFIERS["xgboost"](seed, 1, subsample=0.5) for seed in (1, 2**31 - 1))
    one.fit(X, y)
    other.fit(X, y)
    assert (one.predict_proba(X) != other.predict_proba(X)).any()


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_can_be_sent_to_another_process(name):
    X, y = rows()
    model = CLASSIFIERS[name](0, 1)
    model.fit(X, y)
    copy = pickle.loads(pickle.dumps(model))  # noqa: S301 - just made
    np.testing.assert_array_equal(copy.predict(X), model.predict(X))
