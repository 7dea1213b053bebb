"""Query strategies by name: functions `(query, n, *, parameters...) -> pool rows`."""

from __future__ import annotations

from harness.strategies.badge import badge
from harness.strategies.bald import bald
from harness.strategies.entropy import entropy
from harness.strategies.k_center import k_center
from harness.strategies.least_confidence import least_confidence
from harness.strategies.margin import margin
from harness.strategies.query import FittedModel, Query, Strategy
from harness.strategies.random import random

__all__ = ["STRATEGIES", "FittedModel", "Query", "Strategy"]

STRATEGIES: dict[str, Strategy] = {
    "badge": badge,
    "bald": bald,
    "entropy": entropy,
    "k_center": k_center,
    "least_confidence": least_confidence,
    "margin": margin,
    "random": random,
}
