"""The loop of scikit-activeml that `loop.py` measures ours against (pip install scikit-activeml).

As its documentation has it, with what saves time: a classifier is fitted once a round, tested, and
handed to `UncertaintySampling.query`, which does not fit it again. Data, preparation, seeds,
parameters, metrics and rounds are those of the plain loop. Where candidates tie it draws one.
"""

from __future__ import annotations

import warnings

import numpy as np

from harness.metrics import confusion, score
from harness.seeding import integer
from tests.benchmarks.plain_loop import Plain, prepared


def activeml_loop(key, dataset, make, n_rounds):
    """Rounds of least confidence; for classifiers with probabilities."""
    from skactiveml.classifier import SklearnClassifier
    from skactiveml.pool import UncertaintySampling

    loop, setting = Plain(), key.setting
    X, y, X_test, y_test, is_novel = loop.timed("prepare", prepared, key, dataset)
    seed = integer(setting.seed, "model", key.dataset.name, key.repeat)
    n_classes = len(dataset.table.classes)
    known = np.full(len(X), np.nan)
    known[: setting.labelling.initial] = y[: setting.labelling.initial]
    query = UncertaintySampling(method="least_confident", random_state=seed)
    novel = np.flatnonzero(is_novel)
    for number in range(n_rounds + 1):
        estimator = make(seed, X[~np.isnan(known)])
        model = SklearnClassifier(estimator, classes=np.arange(n_classes), random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of classes that have no label yet
            model = loop.timed("fit", model.fit, X, known)
            found = loop.timed("score", model.predict_proba, X_test)
            predicted = found.argmax(axis=1)

            def judged(predicted=predicted, found=found):
                confusion(y_test, predicted, n_classes).tolist()
                everywhere = score(y_test, predicted, found, n_classes)
                return everywhere, score(y_test[novel], predicted[novel], found[novel], n_classes)

            loop.scores.append(loop.timed("metrics", judged)[0]["macro_f1"])
            if number == n_rounds:
                return loop
            batch = loop.timed("score", _queried, query, X, known, model, setting.labelling.batch)
        known[batch] = y[batch]
        loop.batches.append(batch.tolist())
    return loop


def _queried(query, X, known, model, n):
    return query.query(X, known, model, fit_clf=False, batch_size=n)
