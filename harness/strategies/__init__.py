"""Query strategies by name: functions `(query, n, *, parameters...) -> pool rows`."""

from __future__ import annotations

from harness.strategies.badge import badge
from harness.strategies.bald import bald
from harness.strategies.cal import cal
from harness.strategies.cluster_margin import cluster_margin
from harness.strategies.entropy import entropy
from harness.strategies.information_density import information_density
from harness.strategies.k_center import k_center
from harness.strategies.k_means import k_means
from harness.strategies.least_confidence import least_confidence
from harness.strategies.margin import margin
from harness.strategies.margin_weighted_k_means import margin_weighted_k_means
from harness.strategies.prob_cover import prob_cover
from harness.strategies.query import FittedModel, Query, Strategy
from harness.strategies.random import random
from harness.strategies.ranked_batch import ranked_batch
from harness.strategies.typiclust import typiclust

__all__ = ["STRATEGIES", "FittedModel", "Query", "Strategy"]

STRATEGIES: dict[str, Strategy] = {
    "badge": badge,
    "bald": bald,
    "cal": cal,
    "cluster_margin": cluster_margin,
    "entropy": entropy,
    "information_density": information_density,
    "k_center": k_center,
    "k_means": k_means,
    "least_confidence": least_confidence,
    "margin": margin,
    "margin_weighted_k_means": margin_weighted_k_means,
    "prob_cover": prob_cover,
    "random": random,
    "ranked_batch": ranked_batch,
    "typiclust": typiclust,
}
