"""The tables of docs/strategies.md, from a run of the shipped sweep strategies_ton_iot.

    python -m tests.benchmarks.strategies_ton_iot RUN

For each dataset and strategy, by classifier and budget: macro-F1 of the defaults less that of
random labels on the same repeats, mean ± half of a 95 % interval by Nadeau and Bengio's corrected
t-test (`reports.ranks.paired`), in bold where it excludes 0. And how many labels of the rarest
class were bought in all, by classifier: of random ones it has its share of the pool.
"""

from __future__ import annotations

import sys

import numpy as np

import reports
from reports.over_chance import over_chance
from reports.ranks.overlaps import overlaps

MARK = {"oracle": " (sees labels)"}
MINUS = "\N{MINUS SIGN}"
ENOUGH = 5  # repeats, without which there is no interval


def apart_from_random(frames, dataset):
    """Mean, half and n_repeats by (classifier, strategy, n_labels)."""
    measures = frames.measures(None)
    apart = over_chance(measures, dataset, overlaps(frames.tables)[dataset]).reset_index()
    return apart.join(frames.grid.curves, on="curve").set_index(
        ["classifier", "strategy", "n_labels"]
    )


def bought_of_the_rarest(frames, dataset):
    """The number of labels by (classifier, strategy), mean over repeats."""
    columns = ["dataset", "classifier", "strategy", "repeat", "bought"]
    rounds = frames.stored("rounds", columns).to_pandas()
    rounds = rounds[rounds["dataset"] == dataset]
    bought = np.stack(rounds["bought"].tolist())
    whole = bought[rounds["strategy"] == "random"].sum(axis=0)
    rounds = rounds.assign(rarest=bought[:, whole.argmin()])
    summed = rounds.groupby(["classifier", "strategy", "repeat"])["rarest"].sum()
    return summed.groupby(["classifier", "strategy"]).mean()


def cell(apart, classifier, strategy, budget):
    """As the page has it; a dash where too few repeats are there."""
    try:
        found = apart.loc[(classifier, strategy, budget)]
    except KeyError:
        return "–"
    if found["n_repeats"] < ENOUGH or np.isnan(found["half"]):
        return "–"
    text = f"{found['mean']:+.3f} ± {found['half']:.3f}".replace("-", MINUS)
    return f"**{text}**" if abs(found["mean"]) > found["half"] else text


def table(frames, dataset):
    """Lines of markdown, the best on average first."""
    apart, rarest = apart_from_random(frames, dataset), bought_of_the_rarest(frames, dataset)
    budgets = frames.grid.budgets[dataset]
    columns = [(c, b) for c in sorted({key[0] for key in apart.index}) for b in budgets]
    random = frames.measures(None).at_budgets.join(frames.grid.curves, on="curve")
    mine = (random["dataset"] == dataset) & (random["series"] == "tuned")
    random = random[(random["strategy"] == "random") & mine]
    level = random.groupby(["classifier", "n_labels"])["value"].mean()
    order = apart["mean"].groupby("strategy").mean().sort_values(ascending=False)
    yield f"| {dataset} | " + " | ".join(f"{c}, {b}" for c, b in columns) + " | rarest |"
    yield "|---" * (len(columns) + 2) + "|"
    of = " / ".join(f"{rarest[c, 'random']:.1f}" for c in sorted({c for c, _ in columns}))
    yield "| `random` | " + " | ".join(f"{level[key]:.3f}" for key in columns) + f" | {of} |"
    for strategy in order.index:
        cells = [cell(apart, c, strategy, b) for c, b in columns]
        of = " / ".join(
            f"{rarest[c, strategy]:.1f}" if (c, strategy) in rarest.index else "–"
            for c in sorted({c for c, _ in columns})
        )
        yield f"| `{strategy}`{MARK.get(strategy, '')} | " + " | ".join(cells) + f" | {of} |"


def main():
    (run,) = sys.argv[1:]
    frames = reports.load(run)
    for dataset in frames.grid.budgets:
        print("\n".join(table(frames, dataset)), end="\n\n")


if __name__ == "__main__":
    main()
