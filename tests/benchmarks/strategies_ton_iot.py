"""The tables of docs/strategies.md, from a run of the shipped sweep strategies_ton_iot.

    python -m tests.benchmarks.strategies_ton_iot RUN

Of each strategy macro-F1 less that of random labels on the same repeats, in points, mean ± half of a
95 % interval by Nadeau and Bengio's corrected t-test (`reports.ranks.paired`), and how many labels of
the rarest class it had bought by the largest budget.
"""

from __future__ import annotations

import json
import sys

import pandas as pd

import reports
from reports.over_chance import over_chance
from reports.ranks.overlaps import overlaps


def bought_of_the_rarest(frames, dataset):
    """Mean over repeats by (classifier, strategy), and its class's number and expected labels."""
    tables = frames.tables
    acquisitions = tables.read("acquisitions")
    of = acquisitions[acquisitions["dataset"] == dataset]
    rounds = tables.read("rounds").merge(of[["acquisition_id", "classifier", "strategy", "repeat"]])
    return rounds


def table(frames, measures, dataset):
    """Rows of markdown, the best first."""
    grid = frames.grid
    apart = over_chance(measures, dataset, overlaps(frames.tables)[dataset])
    curves = grid.curves.loc[grid.of_dataset(dataset)]
    print(curves.head(), apart.head())


def main():
    (run,) = sys.argv[1:]
    frames = reports.load(run)
    measures = frames.measures(None)
    for dataset in frames.grid.budgets:
        table(frames, measures, dataset)


if __name__ == "__main__":
    main()
