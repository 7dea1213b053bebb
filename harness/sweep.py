"""A sweep as the harness works with it: resolved, checked, frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from harness.cell import Component, Setting
from harness.classifiers.needs import NEURAL
from harness.device import CPU, Device
from harness.registry import ComponentFile, Registry

Asked = Literal["auto", "cpu", "gpu"]
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
    """What work may use; part of no id."""

    trial_s: float | None = None  # each trial, round, test after a round, and reference
    study_s: float | None = None  # all trials of a study
    acquisition_s: float | None = None  # all rounds of an acquisition
    memory_gb: float | None = None


NO_LIMITS = Limits()


@dataclass(frozen=True)
class Resources:
    """What one task of classifiers with some need asks of Ray."""

    gpus: float = 0.25  # share of one, where they compute on GPUs
    cpus: float = 0.0  # where they compute on GPUs; elsewhere the sweep's threads
    memory_gb: float | None = None  # None: as all others


def needed(grids: Sequence[Grid], target: Target | None) -> set[str]:
    """What the classifiers and the query models need beside CPUs."""
    found = [c for grid in grids for c in grid.classifiers]
    found += [s.model for grid in grids for s in grid.strategies if s.model]
    found += [target.classifier] if target else []
    return {component.needs for component in found} - {""}


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
    device: Asked  # of networks, as asked for; see `placement.py`
    resources: Mapping[str, Resources]  # by need
    files: tuple[ComponentFile, ...]
    registry: Registry
    resolved: Mapping[str, Any]  # as YAML or JSON would have it

    @property
    def is_neural(self) -> bool:
        """Whether any of its classifiers, or query models, is a network."""
        return NEURAL in needed(self.grids, self.target)

    def device_for(self, needs: str) -> Device:
        """What a segment with these needs computes on."""
        if needs != NEURAL:
            return CPU
        neural = self.setting.neural
        gpus = self.resources[NEURAL].gpus if neural.device == "gpu" else 0.0
        return Device(neural.device, gpus, neural.deterministic, neural.backend)
