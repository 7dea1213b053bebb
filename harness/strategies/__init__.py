"""Query strategies by name: functions `(query, n, *, parameters...) -> pool rows`."""

from __future__ import annotations

from harness.strategies.badge import badge
from harness.strategies.bald import bald
from harness.strategies.class_balanced_margin import class_balanced_margin
from harness.strategies.consensus_entropy import consensus_entropy
from harness.strategies.entropy import entropy
from harness.strategies.epsilon_mix import epsilon_mix
from harness.strategies.expected_error_reduction import expected_error_reduction
from harness.strategies.flow_characteristics import flow_characteristics
from harness.strategies.k_center import k_center
from harness.strategies.least_confidence import least_confidence
from harness.strategies.margin import margin
from harness.strategies.power_margin import power_margin
from harness.strategies.qbc_kl import qbc_kl
from harness.strategies.query import FittedModel, Query, Strategy
from harness.strategies.random import random
from harness.strategies.rare_category import rare_category
from harness.strategies.variation_ratio import variation_ratio
from harness.strategies.vote_entropy import vote_entropy

__all__ = ["STRATEGIES", "FittedModel", "Query", "Strategy"]

STRATEGIES: dict[str, Strategy] = {
    "badge": badge,
    "bald": bald,
    "class_balanced_margin": class_balanced_margin,
    "consensus_entropy": consensus_entropy,
    "entropy": entropy,
    "epsilon_mix": epsilon_mix,
    "expected_error_reduction": expected_error_reduction,
    "flow_characteristics": flow_characteristics,
    "k_center": k_center,
    "least_confidence": least_confidence,
    "margin": margin,
    "power_margin": power_margin,
    "qbc_kl": qbc_kl,
    "random": random,
    "rare_category": rare_category,
    "variation_ratio": variation_ratio,
    "vote_entropy": vote_entropy,
}
