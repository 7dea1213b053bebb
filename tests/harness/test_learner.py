from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax

from harness.cell import Component
from harness.errors import UnknownName
from harness.learner import Learner
from harness.registry import Registry
from harness.resampling import Resampled

RNG = np.random.default_rng(3)
Y = np.repeat([0, 2, 3], [12, 9, 2])
X = RNG.normal(size=(23, 4)).astype(np.float32) + np.eye(5, 4, dtype=np.float32)[Y] * 3
NEW = RNG.normal(size=(30, 4)).astype(np.float32) * 3


def learner(classifier="naive_bayes", resampler="none", n_classes=5, **registry):
    return Learner(
        Component(classifier, classifier),
        Component(resampler, resampler),
        Registry(**registry),
        seed=1,
        threads=1,
        n_classes=n_classes,
    )


@pytest.mark.parametrize("classifier", sorted(Registry().classifiers))
def test_a_class_that_is_not_among_the_rows_is_never_predicted(classifier):
    fitted = learner(classifier).fit(X, Y)
    predicted, probabilities = fitted.predict(NEW)
    confidences = fitted.confidences(NEW)
    assert set(predicted) <= {0, 2, 3}
    assert confidences.shape == (30, 5)
    assert (confidences[:, [1, 4]] == 0).all()
    np.testing.assert_allclose(confidences.sum(axis=1), 1, rtol=1e-6)
    if probabilities is not None:
        np.testing.assert_array_equal(probabilities, confidences)
        np.testing.assert_array_equal(predicted, probabilities.argmax(axis=1))
    margins = fitted.margins(NEW)
    assert margins.shape == (30,)
    assert np.isfinite(margins).all()
    assert (margins >= 0).all()


@pytest.mark.parametrize("classifier", sorted(Registry().classifiers))
def test_with_one_class_only_the_answer_is_that_class(classifier):
    fitted = learner(classifier, "smote").fit(X[Y == 2], Y[Y == 2])
    predicted, probabilities = fitted.predict(NEW)
    assert set(predicted) == {2}
    assert (probabilities == np.eye(5)[2]).all()
    assert (fitted.margins(NEW) == 1).all()
    assert fitted.note == "{}"


@pytest.mark.parametrize("met", [[0, 3], [0, 2, 3]])
def test_svc_predicts_by_its_own_rule_and_is_as_sure_as_its_decision_values(met):
    some = np.isin(Y, met)
    fitted = learner("svc").fit(X[some], Y[some])
    model = fitted.model
    predicted, probabilities = fitted.predict(NEW)
    assert probabilities is None
    np.testing.assert_array_equal(predicted, np.array(met)[model.predict(NEW)])
    values = model.decision_function(NEW)
    if len(met) == 2:
        values = np.column_stack([-values, values])
    np.testing.assert_allclose(fitted.confidences(NEW)[:, met], softmax(values, axis=1))
    ranked = np.sort(values, axis=1)
    np.testing.assert_allclose(fitted.margins(NEW), ranked[:, -1] - ranked[:, -2])


def test_what_the_resampler_did_is_noted_in_the_problems_classes():
    assert json.loads(learner(resampler="none").fit(X, Y).note) == {}
    smote = replace(
        learner(resampler="smote"), resampler=Component("smote", "smote", {"k_neighbors": 5})
    )
    assert json.loads(smote.fit(X, Y).note) == {"neighbours": {"3": 1}}
    lonely = np.append(Y[:-2], 4)
    note = json.loads(smote.fit(X[: len(lonely)], lonely).note)
    assert note == {"left_alone": [4]}


def test_tuned_parameters_go_to_the_component_that_they_name():
    before = learner("knn", "smote")
    after = before.with_params({"classifier.n_neighbors": 2, "resampler.k_neighbors": 3})
    assert after.classifier.params == {"n_neighbors": 2}
    assert after.resampler.params == {"k_neighbors": 3}
    assert before.classifier.params == {}
    np.testing.assert_array_equal(
        before.with_params({}).fit(X, Y).confidences(NEW), before.fit(X, Y).confidences(NEW)
    )


def test_a_resampler_that_loses_a_class_is_caught():
    def lose(_seed):
        return lambda X, y: Resampled(X[y > 0], y[y > 0])

    with pytest.raises(ValueError, match="lose lost a class that it was given"):
        learner(resampler="lose", resamplers={"lose": lose}).fit(X, Y)


def test_a_name_that_is_not_there_is_named():
    with pytest.raises(UnknownName, match="no classifier 'knnn'; did you mean 'knn'"):
        learner("knnn").fit(X, Y)
