"""Splitters by name: how the rows of a dataset become pool and test."""

from __future__ import annotations

from harness.splits.draw import Draw
from harness.splits.official import OFFICIAL
from harness.splits.rebenchmark_2025 import REBENCHMARK_2025
from harness.splits.splitter import Sides, Splitter
from harness.splits.stratified import STRATIFIED

__all__ = ["SPLITTERS", "Draw", "Sides", "Splitter"]

SPLITTERS: dict[str, Splitter] = {
    "official": OFFICIAL,
    "rebenchmark_2025": REBENCHMARK_2025,
    "stratified": STRATIFIED,
}
