"""What a classifier is to the learner, and what a factory of one promises."""

from __future__ import annotations

from typing import Any, Protocol

from harness.arrays import Classes, Features


class Classifier(Protocol):
    """A scikit-learn classifier: what `fit`, `predict` and `classes_` mean there.

    It also has `predict_proba`, (n_rows, n_classes_seen) in the order of `classes_`, or, where it
    knows no probabilities, `decision_function`: (n_rows,) for two classes, else (n_rows,
    n_classes_seen).

    Fitted, it may say what it costs by `size() -> harness.classifiers.size.Size`; ours do.

    A factory `(seed, threads, *, parameters...) -> Classifier` promises that equal arguments and
    rows give equal answers; that nothing reads or moves a global random state; that rows may be
    float32 or float64, read-only, constant, or one per class; and that no warning escapes. In
    return `y` holds 0 .. k - 1, each at least once, with k >= 2.
    """

    classes_: Classes  # (n_classes_seen,), ascending; set by `fit`

    def fit(self, X: Features, y: Classes) -> Any:
        """Forget everything, then learn."""

    def predict(self, X: Features) -> Classes:
        """One of `classes_` per row."""
