"""Which rows are labelled first: a sweep's design, with what it asks for."""

from __future__ import annotations

from collections.abc import Callable

from harness.arrays import Classes, Features, Rows
from harness.cell import Setting
from harness.designs.design import bound
from harness.registry import Registry, lookup
from harness.seeding import generator


def first_labels(
    setting: Setting, dataset: str, repeat: int, y: Classes, registry: Registry
) -> Callable[[Features, int], Rows]:
    """The design, as a function of the rows that may be bought and of how many are.

    `dataset` is its name, `y` the classes of the pool, (n_pool,), for a design that looks at
    labels. A design that draws does so alike whenever it is called.
    """
    design = lookup(registry.designs, setting.labelling.design, "design")
    return bound(design, y, lambda: generator(setting.seed, "design", dataset, repeat))
