"""A sweep as the harness works with it: resolved, checked, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.cell import Component, Setting
from harness.registry import ComponentFile, Registry

Budget = int | str  # labels, or a share of the pool such as "1%"


@dataclass(frozen=True)
class Grid:
    """The axes that are crossed."""

    datasets: tuple[Component, ...]
    classifiers: tuple[Component, ...]
    scalers: tuple[Component, ...]
    resamplers: tuple[Component, ...]
    strategies: tuple[Component, ...]
    budgets: tuple[Budget, ...]
    exclude: tuple[Mapping[str, str], ...]  # axis -> label: all of one entry must match


@dataclass(frozen=True)
class Target:
    """What labels-to-target is measured against."""

    classifier: Component
    scaler: Component
    resampler: Component
    every_pipeline: bool  # also fit full_data for each classifier × scaler × resampler


@dataclass(frozen=True)
class Limits:
    """What a trial may use."""

    trial_s: float | None
    memory_gb: float | None


@dataclass(frozen=True)
class Sweep:
    """What a sweep file says, with every default filled in."""

    name: str
    setting: Setting
    repeats: int
    grids: tuple[Grid, ...]
    target: Target
    evaluate: str  # budgets or every_round
    limits: Limits
    files: tuple[ComponentFile, ...]
    registry: Registry
    resolved: Mapping[str, Any]  # as YAML or JSON would have it
