"""Pool strategies of scikit-activeml, by the names that a sweep gives them: `activeml:badge`.

Kottke et al., "scikit-activeml: A library and toolbox for active learning algorithms", 2021. They
are there where the extra `activeml` is installed; its version is part of the ids of what they
chose. All are called through one adapter (`library.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata

from harness.arrays import Rows
from harness.strategies.activeml import by_batch, by_utility

PREFIX = "activeml:"
DISTRIBUTION = "scikit-activeml"
INSTALL = "pip install -c constraints.txt -e '.[activeml]'"

ACTIVEML: dict[str, Callable[..., Rows]] = {  # by the library's class
    "Badge": by_batch.badge,
    "BatchBALD": by_batch.batch_bald,
    "Clue": by_batch.clue,
    "ContrastiveAL": by_utility.contrastive_al,
    "CoreSet": by_batch.core_set,
    "CostEmbeddingAL": by_utility.cost_embedding_al,
    "DiscriminativeAL": by_batch.discriminative_al,
    "EpistemicUncertaintySampling": by_utility.epistemic_uncertainty_sampling,
    "Falcun": by_batch.falcun,
    "FourDs": by_batch.four_ds,
    "GreedyBALD": by_utility.greedy_bald,
    "GreedySamplingX": by_batch.greedy_sampling_x,
    "MaxHerding": by_batch.max_herding,
    "MonteCarloEER": by_utility.monte_carlo_eer,
    "ProbCover": by_batch.prob_cover,
    "ProbabilisticAL": by_utility.probabilistic_al,
    "QueryByCommittee": by_utility.query_by_committee,
    "Quire": by_utility.quire,
    "RandomSampling": by_utility.random_sampling,
    "TypiClust": by_batch.typi_clust,
    "UncertaintySampling": by_utility.uncertainty_sampling,
    "ValueOfInformationEER": by_utility.value_of_information_eer,
}

_REGRESSION = "is for regression"
NOT_SERVED = {  # of the library's classes, and why
    "DropQuery": "asks the model about rows with features left out, which are no pool rows",
    "ExpectedModelChangeMaximization": _REGRESSION,
    "ExpectedModelOutputChange": _REGRESSION,
    "ExpectedModelVarianceReduction": _REGRESSION,
    "GreedySamplingTarget": _REGRESSION,
    "KLDivergenceMaximization": _REGRESSION,
    "ParallelUtilityEstimationWrapper": "chooses nothing: it spreads another strategy over cores",
    "RegressionTreeBasedAL": _REGRESSION,
    "SubSamplingWrapper": "chooses nothing; every activeml strategy has the parameter `candidates`",
}


def named() -> dict[str, Callable[..., Rows]]:
    """The strategies by the names that a sweep gives them."""
    return {f"{PREFIX}{strategy.__name__}": strategy for strategy in ACTIVEML.values()}


def version() -> str | None:
    """Of the library; None where it is not installed. Does not import it."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return None


def owns(name: str) -> bool:
    """Whether a name is one of these, known or not."""
    return name.startswith(PREFIX)


def missing(name: str) -> str | None:
    """Why a name that begins like one of these is not there; None: it is no such name, or new.

    >>> missing("activeml:drop_query") is None, missing("margin") is None
    (False, True)
    """
    if not owns(name):
        return None
    if version() is None:
        return f"strategies of {DISTRIBUTION} need it installed: {INSTALL}"
    wanted = name.removeprefix(PREFIX).replace("_", "").casefold()
    for one, why in NOT_SERVED.items():
        if one.casefold() == wanted:
            return f"{DISTRIBUTION} has {one}, which {why}"
    return None
