"""Boosted trees by XGBoost."""

from __future__ import annotations

from harness.classifiers.classifier import Classifier


def xgboost(  # noqa: PLR0913 - the parameters of the method
    seed: int,
    threads: int,
    *,
    n_estimators: int = 100,
    learning_rate: float = 0.3,
    max_depth: int = 6,
    min_child_weight: float = 1.0,
    subsample: float = 1.0,
    colsample_bytree: float = 1.0,
    reg_lambda: float = 1.0,
) -> Classifier:
    """Gradient-boosted trees (XGBoost), histogram method, on the CPU.

    Defaults are XGBoost's own, spelt out. `n_estimators` rounds grow one tree each, or one per
    class where there are three and more.

    Chen and Guestrin, "XGBoost: a scalable tree boosting system", KDD 2016.
    """
    from harness.classifiers.sized_booster import SizedBooster

    return SizedBooster(
        n_estimators=n_estimators,
        learning_rate=learning_rate,
        max_depth=max_depth,
        min_child_weight=min_child_weight,
        subsample=subsample,
        colsample_bytree=colsample_bytree,
        reg_lambda=reg_lambda,
        tree_method="hist",
        device="cpu",
        n_jobs=threads,
        random_state=seed,
        verbosity=0,
    )
