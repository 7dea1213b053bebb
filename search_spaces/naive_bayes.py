"""What to tune of Gaussian naive Bayes."""

from __future__ import annotations

from optuna.distributions import FloatDistribution

from search_spaces.space import Space

SPACE: Space = {
    # Share of the largest variance that is added to all. 1e-9 is the default; 1 makes all features
    # nearly equally wide, which helps where classes have one row and so no variance of their own.
    "var_smoothing": FloatDistribution(1e-12, 1.0, log=True),
}
