"""The datasets of a sweep, prepared: what the driver holds and workers are given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from datasets.badges import CHOSEN_BY_CLASS
from datasets.dataset import Table
from datasets.errors import DatasetError
from harness.arrays import Rows
from harness.cell import Component, Setting, Split
from harness.designs.design import looks_at_labels
from harness.errors import SweepError, Unsplittable
from harness.features import twins
from harness.registry import Registry
from harness.schema import Row
from harness.sweep import Sweep


@dataclass(frozen=True, slots=True)
class Prepared:
    """A dataset as one entry of a sweep wants it."""

    component: Component  # its source is the content
    table: Table
    twins: Rows  # (n_rows,): the group of each row


Corpus = Mapping[str, Prepared]  # by label


def load(sweep: Sweep) -> Corpus:
    """Prepare every dataset of the sweep. Raises `SweepError` with all that cannot be used."""
    corpus: dict[str, Prepared] = {}
    problems = []
    for grid in sweep.grids:
        for component in grid.datasets:
            if component.label in corpus:
                continue
            try:
                prepared = _prepare(component, sweep.registry)
                sizes(prepared, sweep.registry, sweep.setting.split)
            except (DatasetError, Unsplittable) as error:
                problems.append(f"datasets, {component.label}: {error}")
                continue
            corpus[component.label] = prepared
    if problems:
        raise SweepError(problems, f"sweep {sweep.name}")
    return corpus


def _prepare(component: Component, registry: Registry) -> Prepared:
    table = registry.datasets[component.name].prepare(**component.params)
    known = with_content(component, table.content, table.reading)
    return Prepared(known, table, twins(table))


def with_content(component: Component, content: str, reading: str) -> Component:
    """A dataset as ids have it: `content` is what its rows are, `reading` how they were read."""
    source = ":".join(filter(None, [component.source, content, reading]))
    return replace(component, source=source)


def sizes(prepared: Prepared, registry: Registry, split: Split) -> tuple[int, int]:
    """Rows of the pool and of the test set. Raises `Unsplittable` where there is no split."""
    return registry.splitters[split.method].sizes(prepared.table, split.test)


def dataset_row(prepared: Prepared, registry: Registry, setting: Setting) -> Row:
    """A row of `datasets`."""
    table, component = prepared.table, prepared.component
    card = registry.datasets[component.name].card
    n_pool, n_test = sizes(prepared, registry, setting.split)
    looks = looks_at_labels(registry.designs[setting.labelling.design])
    group_sizes = np.bincount(prepared.twins)
    return {
        "dataset": component.label,
        "name": component.name,
        "title": card.title,
        "source": card.source,
        "citation": card.citation,
        "licence": card.licence,
        "content": table.content,
        "reading": table.reading,
        "preparation": json.dumps(component.hashed_params, sort_keys=True),
        "removed": json.dumps(dict(table.removed), sort_keys=True),
        "classes": list(table.classes),
        "counts": np.bincount(table.y, minlength=len(table.classes)).tolist(),
        "n_features": table.numbers.shape[1] + table.codes.shape[1],
        "n_pool": n_pool,
        "n_test": n_test,
        "twin_share": float((group_sizes[prepared.twins] > 1).mean()),
        "badges": [*table.badges, *([CHOSEN_BY_CLASS] if looks else [])],
    }
