"""What to tune of a neural classifier: how it is trained, not what it is.

Units and layers are not here: each shape is traced and compiled once in a process, which takes
longer than a whole fit of a few hundred rows; and at such sizes it is training, not capacity, that
decides. A sweep that wants to tune them names a `space` of its own.
"""

from __future__ import annotations

from optuna.distributions import CategoricalDistribution, FloatDistribution

from search_spaces.space import Space

SPACE: Space = {
    # Adam's one knob that matters most (Greff et al., "LSTM: a search space odyssey", IEEE TNNLS
    # 28, 2017, section V-C). Above 1e-2 recurrent layers diverge, below 1e-4 they have not moved
    # when the epochs are over.
    "learning_rate": FloatDistribution(1e-4, 1e-2, log=True),
    # Ten epochs are study B's, for 10^5 rows: some 50,000 steps. At 500 labels they are 150 steps;
    # early stopping ends what is enough.
    "epochs": CategoricalDistribution([10, 30, 90]),
    # With few rows, small batches are the other way to more steps.
    "batch_size": CategoricalDistribution([16, 32, 64]),
    # Srivastava et al., "Dropout", JMLR 15, 2014: up to a half, for hidden units. Dropout between
    # the steps of a recurrent layer is not offered: cuDNN's kernels have none.
    "dropout": FloatDistribution(0.0, 0.5),
    # Attacks are rare among the rows that are bought first.
    "class_weight": CategoricalDistribution([None, "balanced"]),
}
