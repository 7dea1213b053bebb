"""How long units of one kind take, by the labels that they are fitted on: from recorded seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FEWEST_S = 1e-4  # of a unit: clocks and rounding end there
MOST_POINTS = 12  # of a curve: rounds come at very many numbers of labels
STEEPEST = 2.0  # a power of the labels, beyond what was recorded: a kernel matrix is no worse

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Law:
    """Mean seconds at some numbers of labels, straight between them on logarithmic axes."""

    log_labels: Reals  # (n_points,), ascending
    log_seconds: Reals  # (n_points,)
    ratios: Reals  # (n_recorded,): each recorded time, as a share of the mean there
    most_labels: int  # at which anything was recorded

    @classmethod
    def of(cls, labels: Reals, seconds: Reals) -> Law:
        """Fit it to what was recorded; at least one value."""
        seconds = np.maximum(seconds, FEWEST_S)
        met, at = np.unique(labels, return_inverse=True)
        if len(met) > MOST_POINTS:
            edges = np.quantile(labels, np.linspace(0, 1, MOST_POINTS + 1)[1:-1])
            at = np.searchsorted(np.unique(edges), labels, side="right")
            _, at = np.unique(at, return_inverse=True)
        n = np.bincount(at)
        means = np.bincount(at, seconds) / n
        log_labels = np.log(np.maximum(np.bincount(at, labels) / n, 1.0))
        log_seconds = np.log(means)
        order = np.argsort(log_labels)
        return cls(log_labels[order], log_seconds[order], seconds / means[at], int(labels.max()))

    def mean(self, labels: Reals) -> Reals:
        """Seconds at these numbers of labels; beyond the recorded ones by the slope at the end."""
        x = np.log(np.maximum(labels, 1.0))
        y = np.interp(x, self.log_labels, self.log_seconds)
        if len(self.log_labels) > 1:
            steps = np.diff(self.log_seconds) / np.maximum(np.diff(self.log_labels), 1e-9)
            low, high = np.clip(steps[[0, -1]], 0.0, STEEPEST)
            y += low * np.minimum(x - self.log_labels[0], 0.0)
            y += high * np.maximum(x - self.log_labels[-1], 0.0)
        return np.asarray(np.exp(y))

    def drawn(self, labels: Reals, rng: np.random.Generator) -> Reals:
        """Seconds of as many units, as if the recorded ones had been others of their kind."""
        again = rng.choice(self.ratios, len(self.ratios))
        return np.asarray(self.mean(labels) * rng.choice(again, len(labels)))
