"""A support vector machine with a Gaussian kernel."""

from __future__ import annotations

from typing import Literal

from harness.classifiers.classifier import Classifier


def svc(
    seed: int,
    threads: int,  # noqa: ARG001 - libsvm has one thread
    *,
    C: float = 1.0,
    gamma_scale: float = 1.0,
    class_weight: Literal["balanced"] | None = None,
) -> Classifier:
    """Support vector machine with an RBF kernel; no probabilities, but decision values.

    The kernel is exp(-gamma |a - b|^2), gamma = `gamma_scale` / (n_features * Var(X)), Var over all
    values of the rows fitted on: 1 is scikit-learn's `gamma="scale"`. One-versus-one; `predict`
    goes by their votes, `decision_function` has one column per class (their sums), and the two
    need not agree. `seed` changes nothing: libsvm would use it for probabilities alone.

    Cortes and Vapnik, "Support-vector networks", Machine Learning 20, 1995.
    """
    from harness.classifiers.relative_gamma_svc import RelativeGammaSVC

    return RelativeGammaSVC(
        C=C, gamma_scale=gamma_scale, class_weight=class_weight, random_state=seed
    )
