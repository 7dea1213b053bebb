"""What labels to the target are measured by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reference:
    """The pipeline whose full_data score sets the target of every dataset."""

    classifier: str = "random_forest"
    scaler: str = "none"
    resampler: str = "none"
    share: float = 0.95  # of its score

    @classmethod
    def of(cls, sweep: Mapping[str, Any]) -> Reference:
        """Return the reference that a resolved sweep asks for; what it leaves out has its default.

        >>> str(Reference.of({"reference": {"classifier": "knn", "target": 0.9}}))
        'knn / none / none'
        """
        asked = dict(sweep.get("reference", {}))
        return cls(
            asked.get("classifier", cls.classifier),
            asked.get("scaler", cls.scaler),
            asked.get("resampler", cls.resampler),
            asked.get("target", cls.share),
        )

    @property
    def plain(self) -> str:
        """In words, "none" left out.

        >>> Reference().plain, Reference("knn", "standard").plain
        ('random_forest', 'knn with scaler standard')
        """
        names = {"scaler": self.scaler, "resampler": self.resampler}
        rest = [f"{axis} {name}" for axis, name in names.items() if name != "none"]
        return self.classifier + (f" with {' and '.join(rest)}" if rest else "")

    def __str__(self) -> str:
        """Return the three names: `random_forest / none / none`."""
        return f"{self.classifier} / {self.scaler} / {self.resampler}"
