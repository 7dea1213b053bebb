"""One Gaussian per class and feature."""

from __future__ import annotations

from harness.classifiers.classifier import Classifier


def naive_bayes(
    seed: int,  # noqa: ARG001 - every factory takes one; nothing here is random
    threads: int,  # noqa: ARG001 - one thread
    *,
    var_smoothing: float = 1e-9,
) -> Classifier:
    """Gaussian naive Bayes; every variance is raised by `var_smoothing` x the largest one.

    On unscaled features the raise can exceed the variance of most features: use a scaler, or a
    smaller `var_smoothing`. Where nothing varies at all it predicts the class shares.
    """
    from harness.classifiers.gaussian_bayes import GaussianBayes

    return GaussianBayes(var_smoothing=var_smoothing)
