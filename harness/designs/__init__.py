"""Initial designs by name: which rows are labelled before anything is known (`design.py`)."""

from __future__ import annotations

from collections.abc import Callable

from harness.arrays import Rows
from harness.designs.k_center import k_center
from harness.designs.k_means import k_means
from harness.designs.random import random
from harness.designs.stratified import stratified
from harness.designs.typiclust import typiclust

__all__ = ["DESIGNS"]

DESIGNS: dict[str, Callable[..., Rows]] = {
    "k_center": k_center,
    "k_means": k_means,
    "random": random,
    "stratified": stratified,
    "typiclust": typiclust,
}
