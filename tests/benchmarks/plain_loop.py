"""The plain loop that `loop.py` measures ours against: what one writes with scikit-learn alone.

Every round it fits, scores the whole test set, asks for the probabilities of every unlabelled row,
and buys the least confident ones. Same rows, seeds, parameters, order of rows and metrics as ours,
and the same confusion matrix: what differs is how, and that it does not measure what a model costs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
from scipy.special import softmax

from harness.features import encode
from harness.metrics import confusion, score
from harness.problem import LARGEST
from harness.seeding import generator, integer
from harness.splits import Draw


@dataclass
class Plain:
    """The batches of a plain loop, and where its seconds went."""

    batches: list = field(default_factory=list)
    scores: list = field(default_factory=list)  # macro_f1 on the test set
    seconds: dict = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))

    def timed(self, part, call, *arguments):
        started = perf_counter()
        found = call(*arguments)
        self.seconds[part] += perf_counter() - started
        return found


PARTS = ("prepare", "fit", "score", "metrics")


def random_forest(seed, _):
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=100, n_jobs=1, random_state=seed)


def decision_tree(seed, _):
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(random_state=seed)


def logistic_regression(seed, _):
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=500, random_state=seed)


def xgboost(seed, _):
    from xgboost import XGBClassifier

    more = {"learning_rate": 0.3, "max_depth": 6, "min_child_weight": 1.0, "subsample": 1.0}
    every = {"n_estimators": 100, "colsample_bytree": 1.0, "reg_lambda": 1.0}
    how = {"tree_method": "hist", "device": "cpu", "n_jobs": 1, "verbosity": 0}
    return XGBClassifier(**every, **more, **how, random_state=seed)


def svc(seed, X):
    from sklearn.svm import SVC

    variance = np.asarray(X, dtype=np.float64).var()
    return SVC(gamma=1 / (X.shape[1] * variance) if variance else 1.0, random_state=seed)


def knn(_, X):
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(n_neighbors=min(5, len(X)), n_jobs=1)


CLASSIFIERS = (random_forest, decision_tree, logistic_regression, xgboost, svc, knn)


def prepared(key, dataset):
    """Pool and test, encoded, scaled to [0, 1], in the sweep's dtype: no twins are looked for."""
    table, setting, name = dataset.table, key.setting, key.dataset.name
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import MinMaxScaler

    draw = Draw.of(setting, name, key.repeat)
    rows, how = np.arange(len(table)), {"test_size": setting.split.test, "random_state": draw.seed}
    pool, test = map(np.sort, train_test_split(rows, stratify=table.strata, **how))
    pool = pool[draw.order.permutation(len(pool))]
    test = test[generator(setting.seed, "test", name, key.repeat).permutation(len(test))]
    X = np.clip(encode(table, pool), -LARGEST, LARGEST)
    X_pool, X_test = X[pool], X[test]
    scale = MinMaxScaler().fit(X_pool)
    X_pool, X_test = (scale.transform(X).astype(setting.dtype) for X in (X_pool, X_test))
    is_novel = ~np.isin(dataset.twins[test], dataset.twins[pool])
    return X_pool, table.y[pool], X_test, table.y[test], is_novel


def plain_loop(key, dataset, make, n_rounds):
    """Twenty rounds or so, as a user of scikit-learn would write them."""
    loop, setting = Plain(), key.setting
    X, y, X_test, y_test, is_novel = loop.timed("prepare", prepared, key, dataset)
    seed = integer(setting.seed, "model", key.dataset.name, key.repeat)
    n_classes = len(dataset.table.classes)
    labelled = np.zeros(len(X), dtype=bool)
    labelled[: setting.labelling.initial] = True
    novel = np.flatnonzero(is_novel)
    for number in range(n_rounds + 1):
        rows = np.flatnonzero(labelled)
        classes, contiguous = np.unique(y[rows], return_inverse=True)
        model = loop.timed("fit", make(seed, X[rows]).fit, X[rows], contiguous)

        def spread(columns, classes=classes):
            whole = np.zeros((len(columns), n_classes))
            whole[:, classes] = columns
            return whole

        def answers(X, model=model, spread=spread, classes=classes):
            if hasattr(model, "predict_proba"):
                found = spread(model.predict_proba(X))
                return found.argmax(axis=1), found
            return classes[model.predict(X)], None

        predicted, found = loop.timed("score", answers, X_test)

        def judged(predicted=predicted, found=found):
            confusion(y_test, predicted, n_classes).tolist()
            everywhere = score(y_test, predicted, found, n_classes)
            among = None if found is None else found[novel]
            return everywhere, score(y_test[novel], predicted[novel], among, n_classes)

        loop.scores.append(loop.timed("metrics", judged)[0]["macro_f1"])
        if number == n_rounds:
            return loop
        free = np.flatnonzero(~labelled)
        sure = loop.timed("score", _best, model, X[free], classes, n_classes)
        least = np.argsort(sure, kind="stable")
        batch = free[least[: setting.labelling.batch]]
        labelled[batch] = True
        loop.batches.append(batch.tolist())
    return loop


def _best(model, X, classes, n_classes):
    """How sure the model is of each row: its best class's probability, or softmax of decisions."""
    if hasattr(model, "predict_proba"):
        return model.predict_proba(X).astype(np.float64).max(axis=1)
    values = model.decision_function(X)
    if values.ndim == 1:
        values = np.column_stack([-values, values])
    # A column for every class, as ours has: the sum of eight columns and more is another one in
    # its last bits than that of fewer.
    every = np.full((len(X), n_classes), -np.inf)
    every[:, classes] = values
    return softmax(every, axis=1).max(axis=1)
