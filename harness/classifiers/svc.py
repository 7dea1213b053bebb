"""A support vector machine with a Gaussian kernel."""

from __future__ import annotations

from typing import Literal

from harness.classifiers.classifier import Classifier


def svc(  # noqa: PLR0913 - the parameters of a sweep
    seed: int,
    threads: int,  # noqa: ARG001 - libsvm has one thread
    *,
    C: float = 1.0,
    gamma: Literal["scale", "auto"] = "scale",
    gamma_scale: float = 1.0,
    class_weight: Literal["balanced"] | None = None,
) -> Classifier:
    """Support vector machine with an RBF kernel; no probabilities, but decision values.

    The kernel is exp(-g |a - b|^2) with g = `gamma_scale` times what scikit-learn means by `gamma`:
    "scale" is 1 / (n_features * Var(X)), Var over all values of the rows fitted on, "auto" is
    1 / n_features. One-versus-one; `predict` goes by their votes, `decision_function` has one
    column per class (their sums), and the two need not agree. `seed` changes nothing: libsvm would
    use it for probabilities alone.

    Cortes and Vapnik, "Support-vector networks", Machine Learning 20, 1995.
    """
    from harness.classifiers.relative_gamma_svc import RelativeGammaSVC

    return RelativeGammaSVC(
        C=C,
        relative_to=gamma,
        gamma_scale=gamma_scale,
        class_weight=class_weight,
        random_state=seed,
    )
