"""Strategies of scikit-activeml that put a batch together row by row."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt

from harness.arrays import Rows
from harness.at_most import at_most
from harness.strategies.activeml.library import Library, Shown
from harness.strategies.jointly import jointly
from harness.strategies.query import Query


@at_most(rows=200_000, sample="candidates")
def badge(query: Query, n: int, *, candidates: Shown = None) -> Rows:
    """Badge: drawn by k-means++ among the gradients that the likeliest labels would give."""
    library = Library(query, candidates, asks=True)
    settings = {"clf_embedding_flag_name": "embed"}
    return library.by_batch("Badge", settings, n, **library.classifier)


def falcun(
    query: Query, n: int, *, gamma: Annotated[float, Ge(0)] = 10.0, candidates: Shown = None
) -> Rows:
    """Falcun: drawn by small margin and by distance of probabilities to those drawn before."""
    library = Library(query, candidates, asks=True)
    return library.by_batch("Falcun", {"gamma": gamma}, n, **library.classifier)


@jointly
def clue(
    query: Query,
    n: int,
    *,
    method: Literal["least_confident", "margin_sampling", "entropy"] = "entropy",
    candidates: Shown = None,
) -> Rows:
    """Clue: next to the centres of `n` clusters of rows weighted by their uncertainty."""
    library = Library(query, candidates, asks=True)
    settings = {
        "method": method,
        "predict_dict": {"embed": True},
        "cluster_algo_dict": {"random_state": library.seed},
    }
    model = {"estimator": library.model, "fit_estimator": False}
    return library.by_batch("Clue", settings, n, **model)


@at_most(rows=10_000, sample="candidates")
def batch_bald(
    query: Query, n: int, *, members: Annotated[int, Ge(2)] = 10, candidates: Shown = None
) -> Rows:
    """BatchBALD: most mutual information of the batch as a whole with the committee."""
    library = Library(query, candidates, asks=True)
    return library.by_batch("BatchBALD", library.members(members), n, **library.ensemble)


def core_set(query: Query, n: int, *, candidates: Shown = None) -> Rows:
    """CoreSet: farthest from all labelled rows and from those chosen before, in the features."""
    return Library(query, candidates).by_batch("CoreSet", {}, n)


@at_most(rows=10_000, sample="candidates")
def greedy_sampling_x(query: Query, n: int, *, candidates: Shown = None) -> Rows:
    """GreedySamplingX: farthest-first in the features, as for regression."""
    return Library(query, candidates).by_batch("GreedySamplingX", {}, n)


@jointly
def typi_clust(
    query: Query, n: int, *, k: Annotated[int, Ge(1)] = 5, candidates: Shown = None
) -> Rows:
    """TypiClust: the row with the nearest `k` neighbours, in the largest cluster without label."""
    library = Library(query, candidates)
    try:
        return library.by_batch("TypiClust", {"k": k}, n)
    except UnboundLocalError:  # of 1.0.1, where every cluster holds a label: equal rows
        return library.nothing(n)


@at_most(rows=15_000, sample="candidates")
def prob_cover(
    query: Query,
    n: int,
    *,
    alpha: Annotated[float, Gt(0), Lt(1)] = 0.95,
    candidates: Shown = None,
) -> Rows:
    """ProbCover: covers most rows that are in no labelled row's ball."""
    settings = {"n_classes": max(query.n_classes, 2), "alpha": alpha}
    return Library(query, candidates).by_batch("ProbCover", settings, n)


@at_most(rows=10_000, sample="candidates")
def max_herding(query: Query, n: int, *, candidates: Shown = None) -> Rows:
    """MaxHerding: most like all rows that nothing labelled is like, by a Gaussian kernel."""
    return Library(query, candidates).by_batch("MaxHerding", {}, n)


def discriminative_al(
    query: Query, n: int, *, greedy: bool = False, candidates: Shown = None
) -> Rows:
    """DiscriminativeAL: what a logistic regression tells apart from the labelled rows."""
    library = Library(query, candidates)
    settings = {"greedy_selection": greedy}
    discriminator = library.logistic_regression
    return library.by_batch("DiscriminativeAL", settings, n, discriminator=discriminator)


@at_most(rows=100_000, sample="candidates")
@jointly
def four_ds(
    query: Query,
    n: int,
    *,
    lmbda: Annotated[float, Ge(0), Le(1)] | None = None,
    candidates: Shown = None,
) -> Rows:
    """FourDs: distance, density, diversity and distribution in a mixture of Gaussians."""
    library = Library(query, candidates)
    return library.by_batch("FourDs", {"lmbda": lmbda}, n, clf=library.mixture, fit_clf=True)
