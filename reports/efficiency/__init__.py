"""Label efficiency: what few labels are worth. Formulas, sources and versions: docs/metrics.md."""

from __future__ import annotations

from reports.efficiency.area import area_under_curve
from reports.efficiency.target import Target, no_target, targets
from reports.efficiency.to_target import REACHED, labels_to_target

__all__ = ["REACHED", "Target", "area_under_curve", "labels_to_target", "no_target", "targets"]
