"""How probable it is that one method is better than another, or that they are worth the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reports.ranks.power import Power, wilcoxon_needs

EQUIVALENT = 0.01  # scores this close are worth the same, where the user says nothing else
PRIOR = 0.5  # weight of the pseudo-observation, a difference of zero
DRAWS = 50_000
SEED = 20_260_101


@dataclass(frozen=True)
class SignedRank:
    """Probabilities that add up to one; NaN: too few datasets to say."""

    better: float  # the first by more than the range of practical equivalence
    same: float
    worse: float
    why: str  # nothing is said; "" where something is


def signed_rank(differences: npt.NDArray[np.float64], equivalent: float = EQUIVALENT) -> SignedRank:
    """Return the Bayesian signed-rank test of `differences` (n,), one per dataset.

    Benavoli, Corani, Mangili, Zaffalon and Ruggeri 2014, "A Bayesian Wilcoxon signed-rank test
    based on the Dirichlet process", ICML; with the range of practical equivalence of Benavoli,
    Corani, Demšar and Zaffalon 2017, "Time for a change", JMLR 18, section 4.2. Weights w are
    drawn from a Dirichlet law with `PRIOR` for a difference of zero and 1 for each dataset;
    "better" gets the weights w_i w_j of the pairs with d_i + d_j > 2 `equivalent`, "worse" those
    below -2 `equivalent`, "same" the rest. A probability is the share of `DRAWS` draws in which
    its hypothesis has the most weight. The generator is seeded, so the answer is always the same.

    The method gives an answer for two datasets already. We give none below the number at which
    Wilcoxon's test could reject, since they look at the same signed ranks: our convention.
    """
    n = len(differences)
    missing = int(np.isnan(differences).sum())
    why = f"{missing} of {n} datasets are missing" if missing else str(Power(n, wilcoxon_needs(1)))
    if why:
        return SignedRank(float("nan"), float("nan"), float("nan"), why)
    d = np.concatenate([[0.0], differences])
    sums = d[:, None] + d[None, :]
    # 0.92 - 0.91 is more than 0.01 to a computer, and not to anybody else.
    limit = 2 * equivalent + 1e-12
    rng = np.random.default_rng(SEED)
    weights = rng.dirichlet([PRIOR] + [1.0] * n, DRAWS)
    better = _weight(weights, sums > limit)
    worse = _weight(weights, sums < -limit)
    same = 1 - better - worse
    votes = np.stack([better, same, worse], axis=1)
    is_most = votes >= votes.max(axis=1, keepdims=True) - 1e-12
    shares = (is_most / is_most.sum(axis=1, keepdims=True)).mean(axis=0)
    return SignedRank(float(shares[0]), float(shares[1]), float(shares[2]), "")


def _weight(
    weights: npt.NDArray[np.float64], chosen: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return the sum of w_i w_j over the chosen pairs, per draw."""
    total: npt.NDArray[np.float64] = ((weights @ chosen.astype(np.float64)) * weights).sum(axis=1)
    return total
