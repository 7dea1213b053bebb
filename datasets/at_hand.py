"""Every dataset at hand: those of the tree, and those of installed packages."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points

from datasets import DATASETS
from datasets.dataset import Dataset
from datasets.errors import DatasetError

GROUP = "fewlabels.components"  # entry points; the harness reads the other axes of the same group


def at_hand() -> dict[str, Dataset]:
    """Return the datasets by name, sorted; those of the tree cannot be replaced.

    Raises `DatasetError`, naming the entry point, for a package that cannot be loaded.
    """
    found = dict(DATASETS)
    for entry in entry_points(group=GROUP):
        try:
            components = entry.load()
        except Exception as error:
            raise DatasetError(f"entry point {entry.name} cannot be loaded: {error!r}") from error
        given = components.get("datasets", {}) if isinstance(components, Mapping) else {}
        for name, dataset in given.items():
            if not isinstance(dataset, Dataset):
                raise DatasetError(
                    f"entry point {entry.name}: COMPONENTS['datasets'][{name!r}] must be a "
                    "datasets.dataset.Dataset"
                )
            found.setdefault(name, dataset)
    return dict(sorted(found.items()))
