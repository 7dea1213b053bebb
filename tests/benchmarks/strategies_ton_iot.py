"""The tables of docs/strategies.md, from a run of the shipped sweep strategies_ton_iot.

    python -m tests.benchmarks.strategies_ton_iot RUN

For each dataset and strategy, by classifier and budget: macro-F1 of the defaults less that of
random labels on the same repeats, mean ± half of a 95 % interval by Nadeau and Bengio's corrected
t-test (`reports.ranks.paired`), in bold where it excludes 0, with a dagger where Holm's p-value,
over the strategies of the column (the oracle is none), is below 0.05, too. And how many labels of
the rarest class were bought in all, by classifier: of random ones it has its share of the pool.
A third table sets strategies beside the ones that publications say they beat, the same way, with
Holm's p-value over the columns of a pair. Below: how many intervals there are and exclude 0, and
the lowest p-values as adjusted.
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.stats import t as law

import reports
from reports.interval import LEVEL
from reports.over_chance import over_chance
from reports.ranks.adjusted import adjusted
from reports.ranks.overlaps import overlaps
from reports.ranks.paired import paired
from reports.ranks.wilcoxon import holm

MARK = {"oracle": " (sees labels)"}
MINUS = "\N{MINUS SIGN}"
DAGGER = "\N{DAGGER}"
CLAIMS = (  # of publications: the first is better, at least at times
    ("least_confidence", "entropy"),
    ("power_margin", "margin"),
    ("cluster_margin", "margin"),
    ("margin_weighted_k_means", "margin"),
    ("badge", "k_center"),
    ("typiclust", "margin"),
    ("prob_cover", "typiclust"),
    ("information_density", "entropy"),
)
ENOUGH = 5  # repeats, without which there is no interval


def apart_from_random(frames, dataset):
    """Mean, half, n_repeats and Holm's p by (classifier, strategy, n_labels)."""
    measures = frames.measures(None)
    apart = over_chance(measures, dataset, overlaps(frames.tables)[dataset]).reset_index()
    apart = apart.join(frames.grid.curves, on="curve")
    freedom = apart["n_repeats"] - 1
    statistic = apart["mean"].abs() / apart["half"] * law.ppf(0.5 + LEVEL / 2, freedom)
    p = (2 * law.sf(statistic, freedom))[~apart["strategy"].isin(MARK)]
    family = apart[~apart["strategy"].isin(MARK)].assign(p=p)
    # Equal on every repeat: no test, and no difference.
    family["p"] = family["p"].where(~((family["mean"] == 0) & family["half"].isna()), 1.0)
    apart["holm"] = family.groupby(["classifier", "n_labels"])["p"].transform(
        lambda column: holm(column.to_numpy())
    )
    return apart.set_index(["classifier", "strategy", "n_labels"])


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


def shown(mean, half, p):
    """As the page has it."""
    text = f"{mean:+.3f} ± {half:.3f}".replace("-", MINUS)
    text = f"**{text}**" if abs(mean) > half else text
    return f"{text} {DAGGER}" if p < 1 - LEVEL else text


def cell(apart, classifier, strategy, budget):
    """A dash where too few repeats are there."""
    try:
        found = apart.loc[(classifier, strategy, budget)]
    except KeyError:
        return "–"
    if found["n_repeats"] < ENOUGH or np.isnan(found["half"]):
        return "–"
    return shown(found["mean"], found["half"], found["holm"])


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


def claims(frames):
    """Lines of markdown: one strategy less another, where both are, by pair."""
    points = frames.measures(None).at_budgets.join(frames.grid.curves, on="curve")
    points = points[points["series"] == "tuned"]
    keys = ["dataset", "classifier", "n_labels", "strategy"]
    scores = points.pivot_table(index=keys, columns="repeat", values="value", observed=True)
    columns = list(scores.index.droplevel("strategy").unique())
    overlap = overlaps(frames.tables)
    yield "| less | " + " | ".join(f"{d}, {c}, {b}" for d, c, b in columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for one, other in CLAIMS:
        family = [
            paired(*(scores.loc[(*c, s)].to_numpy() for s in (one, other)), overlap[c[0]])
            for c in columns
        ]
        cells = [
            shown(pair.mean, pair.high - pair.mean, p)
            for pair, p in zip(family, adjusted(family), strict=True)
        ]
        yield f"| `{one}` {MINUS} `{other}` | " + " | ".join(cells) + " |"


def counts(frames, dataset):
    """Lines: of the strategies' intervals by column, the oracle's left out."""
    apart = apart_from_random(frames, dataset).reset_index()
    strategies = apart[~apart["strategy"].isin(MARK)]
    for (classifier, budget), column in strategies.groupby(["classifier", "n_labels"]):
        better = int((column["mean"] > column["half"]).sum())
        worse = int((column["mean"] < -column["half"]).sum())
        best = column.nsmallest(3, "holm")
        lowest = ", ".join(
            f"{name} {mean:+.3f} p {p:.3f}"
            for name, mean, p in best[["strategy", "mean", "holm"]].itertuples(index=False)
        )
        yield (
            f"{dataset}, {classifier}, {budget}: {column['half'].notna().sum()} intervals, "
            f"{better} above 0, {worse} below; Holm: {lowest}"
        )


def main():
    (run,) = sys.argv[1:]
    frames = reports.load(run)
    for dataset in frames.grid.budgets:
        print("\n".join(table(frames, dataset)), end="\n\n")
    print("\n".join(claims(frames)), end="\n\n")
    for dataset in frames.grid.budgets:
        print("\n".join(counts(frames, dataset)))


if __name__ == "__main__":
    main()
