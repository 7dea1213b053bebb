"""What to tune of XGBoost."""

from __future__ import annotations

from optuna.distributions import FloatDistribution, IntDistribution

from search_spaces.space import Space

SPACE: Space = {
    # n_estimators is not here: it trades off against the learning rate, and costs time.
    #
    # Down to a tenth of the default; with 100 rounds, less would not get anywhere.
    "learning_rate": FloatDistribution(0.03, 0.5, log=True),
    "max_depth": IntDistribution(2, 10),
    # In units of curvature: 2 p (1 - p) per row, with ten equal classes .18 at first, so that the
    # default of 1 forbids leaves of five rows. Rare classes want less.
    "min_child_weight": FloatDistribution(0.05, 10.0, log=True),
    # Shares of rows and of features per tree; half of a few dozen labels is little enough.
    "subsample": FloatDistribution(0.5, 1.0),
    "colsample_bytree": FloatDistribution(0.3, 1.0),
    "reg_lambda": FloatDistribution(0.01, 10.0, log=True),
}
