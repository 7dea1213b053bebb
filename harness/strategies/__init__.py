"""Query strategies by name: functions `(query, n, *, parameters...) -> pool rows`."""

from __future__ import annotations

from harness.strategies.badge import badge
from harness.strategies.bald import bald
from harness.strategies.cal import cal
from harness.strategies.class_balanced_margin import class_balanced_margin
from harness.strategies.cluster_margin import cluster_margin
from harness.strategies.consensus_entropy import consensus_entropy
from harness.strategies.entropy import entropy
from harness.strategies.epsilon_mix import epsilon_mix
from harness.strategies.expected_error_reduction import expected_error_reduction
from harness.strategies.flow_characteristics import flow_characteristics
from harness.strategies.information_density import information_density
from harness.strategies.k_center import k_center
from harness.strategies.k_means import k_means
from harness.strategies.least_confidence import least_confidence
from harness.strategies.margin import margin
from harness.strategies.margin_weighted_k_means import margin_weighted_k_means
from harness.strategies.oracle import oracle
from harness.strategies.power_margin import power_margin
from harness.strategies.prob_cover import prob_cover
from harness.strategies.qbc_kl import qbc_kl
from harness.strategies.query import FittedModel, Query, Strategy
from harness.strategies.random import random
from harness.strategies.ranked_batch import ranked_batch
from harness.strategies.rare_category import rare_category
from harness.strategies.typiclust import typiclust
from harness.strategies.variation_ratio import variation_ratio
from harness.strategies.vote_entropy import vote_entropy

__all__ = ["STRATEGIES", "FittedModel", "Query", "Strategy"]

STRATEGIES: dict[str, Strategy] = {
    "badge": badge,
    "bald": bald,
    "cal": cal,
    "class_balanced_margin": class_balanced_margin,
    "cluster_margin": cluster_margin,
    "consensus_entropy": consensus_entropy,
    "entropy": entropy,
    "epsilon_mix": epsilon_mix,
    "expected_error_reduction": expected_error_reduction,
    "flow_characteristics": flow_characteristics,
    "information_density": information_density,
    "k_center": k_center,
    "k_means": k_means,
    "least_confidence": least_confidence,
    "margin": margin,
    "margin_weighted_k_means": margin_weighted_k_means,
    "oracle": oracle,
    "power_margin": power_margin,
    "prob_cover": prob_cover,
    "qbc_kl": qbc_kl,
    "random": random,
    "ranked_batch": ranked_batch,
    "rare_category": rare_category,
    "typiclust": typiclust,
    "variation_ratio": variation_ratio,
    "vote_entropy": vote_entropy,
}
