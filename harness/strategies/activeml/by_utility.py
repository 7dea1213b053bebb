"""Strategies of scikit-activeml that give each candidate a utility of its own."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt

from harness.arrays import Rows
from harness.at_most import at_most
from harness.errors import BadQuery
from harness.strategies.activeml.library import Library, Shown
from harness.strategies.query import Query

Disagreement = Literal["KL_divergence", "vote_entropy", "variation_ratios"]
Uncertainty = Literal["least_confident", "margin_sampling", "entropy", "expected_average_precision"]


def random_sampling(query: Query, n: int, *, candidates: Shown = None) -> Rows:
    """RandomSampling: utilities that are random numbers."""
    return Library(query, candidates).by_utility("RandomSampling", {}, n)


def uncertainty_sampling(
    query: Query, n: int, *, method: Uncertainty = "least_confident", candidates: Shown = None
) -> Rows:
    """UncertaintySampling of the query model."""
    library = Library(query, candidates, asks=True)
    settings = {"method": method}
    return library.by_utility("UncertaintySampling", settings, n, **library.classifier)


def contrastive_al(
    query: Query, n: int, *, n_neighbors: Annotated[int, Ge(1)] = 5, candidates: Shown = None
) -> Rows:
    """ContrastiveAL: candidates predicted otherwise than the labelled rows next to them."""
    library = Library(query, candidates, asks=True)
    settings = {
        "nearest_neighbors_dict": {"n_neighbors": n_neighbors},
        "clf_embedding_flag_name": "embed",
    }
    return library.by_utility("ContrastiveAL", settings, n, **library.classifier)


@at_most(rows=20_000, sample="candidates")
def probabilistic_al(
    query: Query,
    n: int,
    *,
    prior: Annotated[float, Gt(0)] = 1.0,
    m_max: Annotated[int, Ge(1)] = 1,
    candidates: Shown = None,
) -> Rows:
    """ProbabilisticAL: gain in accuracy expected of labels, by the model and a Gaussian kernel."""
    library = Library(query, candidates, asks=True)
    settings = {"prior": prior, "m_max": m_max, "metric": "rbf"}
    return library.by_utility("ProbabilisticAL", settings, n, **library.classifier)


@at_most(rows=100_000, sample="candidates")
def query_by_committee(
    query: Query,
    n: int,
    *,
    method: Disagreement = "KL_divergence",
    members: Annotated[int, Ge(2)] = 10,
    candidates: Shown = None,
) -> Rows:
    """QueryByCommittee of the query model's committee, of `members` where it has no trees."""
    library = Library(query, candidates, asks=True)
    settings = {"method": method, **library.members(members)}
    return library.by_utility("QueryByCommittee", settings, n, **library.ensemble)


@at_most(rows=100_000, sample="candidates")
def greedy_bald(
    query: Query, n: int, *, members: Annotated[int, Ge(2)] = 10, candidates: Shown = None
) -> Rows:
    """GreedyBALD of the query model's committee, of `members` where it has no trees."""
    library = Library(query, candidates, asks=True)
    return library.by_utility("GreedyBALD", library.members(members), n, **library.ensemble)


@at_most(rows=20_000, sample="candidates")
def epistemic_uncertainty_sampling(query: Query, n: int, *, candidates: Shown = None) -> Rows:
    """EpistemicUncertaintySampling of the library's Parzen windows; of two classes only."""
    if query.n_classes != 2:  # noqa: PLR2004 - the library's own limit
        raise BadQuery(
            "EpistemicUncertaintySampling of scikit-activeml is defined for two classes; this "
            f"problem has {query.n_classes}"
        )
    library = Library(query, candidates)
    return library.by_utility(
        "EpistemicUncertaintySampling", {}, n, clf=library.parzen, fit_clf=True
    )


@at_most(rows=300, sample="candidates")
def monte_carlo_eer(
    query: Query,
    n: int,
    *,
    method: Literal["misclassification_loss", "log_loss"] = "misclassification_loss",
    candidates: Shown = None,
) -> Rows:
    """MonteCarloEER: expected error reduction of the library's Parzen windows."""
    library = Library(query, candidates)
    return library.by_utility(
        "MonteCarloEER", {"method": method}, n, clf=library.parzen, fit_clf=True
    )


@at_most(rows=300, sample="candidates")
def value_of_information_eer(query: Query, n: int, *, candidates: Shown = None) -> Rows:
    """ValueOfInformationEER: the same by what is known of labelled and unlabelled rows."""
    library = Library(query, candidates)
    return library.by_utility("ValueOfInformationEER", {}, n, clf=library.parzen, fit_clf=True)


@at_most(rows=1_000, sample="candidates")
def quire(
    query: Query, n: int, *, lmbda: Annotated[float, Gt(0)] = 1.0, candidates: Shown = None
) -> Rows:
    """Quire: informative and representative rows, by least squares in a Gaussian kernel's space."""
    library = Library(query, candidates)
    return library.by_utility("Quire", {"classes": library.classes, "lmbda": lmbda}, n)


def cost_embedding_al(query: Query, n: int, *, candidates: Shown = None) -> Rows:
    """CostEmbeddingAL: far from every class's point in a space of costs, by support vectors."""
    library = Library(query, candidates)
    settings: dict[str, Any] = {"classes": library.classes}
    return library.by_utility("CostEmbeddingAL", settings, n)
