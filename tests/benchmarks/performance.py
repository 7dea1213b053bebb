"""`make bench`: every question of docs/performance.md measured, and the page written.

    python -m tests.benchmarks.performance [--quick] [--only study memory] [--page PATH]

Most of an hour on two quiet cores; `--quick` takes minutes, on `ton_iot_synthetic`, to see that
all of it runs, and writes no page unless one is named. `--only` measures some sections and keeps
the others as they stand; what is written by hand has sections of its own. Each measured one says
when it was measured, on what, with which versions, and how busy the machine was. Real data come
from $FEWLABELS_TEST_DATA, into a temporary cache.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import psutil

from harness import environment
from tests.benchmarks import growing_cost, loop, pruning, study, workers
from tests.benchmarks.plain_loop import CLASSIFIERS

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
HEAD = """# Performance

What a trial, a round and a node cost, by scripts in `tests/benchmarks/`; `make bench` measures it
again and writes this page, but for the sections at its end, which are by hand. Believe ratios
within one process, of CPU seconds most: on a shared machine the same code varies up to fourfold.
Nothing here changes a number: each fast way is tested against the plain one for the same picks,
predictions and scores (`tests/harness/fast/`).
"""

ABOUT_ACQUISITIONS = """\
20 rounds of 50 labels, least confidence, every round tested, preparation included; medians of
three. `plain` is a loop of scikit-learn, `activeml` one of scikit-activeml, which breaks ties at
random and so buys other rows. `floor`: the ratio that the other loop would have to one that only
does its fits, and scores each distinct row once a round. `spread`: slowest less fastest, by the
median, of fewlabels alone. kddcup99 is normal against attack.
"""
ABOUT_SHARES = """
Where fewlabels' time goes, beside the plain loop. `cost`: telling a model's size and how long it
takes to answer, which neither of the others does.
"""
ABOUT_ONCE = """
Counted on neither side: what happens once for all acquisitions on a dataset, reading its imported
table and finding its equal rows. A plain loop has no need of the latter, but to tell which test
rows are novel.
"""
ABOUT_GROWING = """
Forests and trees are grown by scikit-learn's own tree builder without what its public `fit` checks
around each tree (`harness/fast/growing.py`): only for versions of scikit-learn that were looked at,
after a comparison of both ways in the same process, and on one thread; otherwise by the public
`fit`."""
ABOUT_PRUNING = """\
Studies of 20 trials on 200 and on 500 rows bought at random, five repeats of each. Differences are
to the same study without pruning, mean over studies; + is better. Few studies of one dataset: a
winner that does not change here may change elsewhere.
"""


def acquisitions(dataset, quick) -> Iterator[str]:
    """Whole acquisitions, by `loop.py`."""
    yield ABOUT_ACQUISITIONS
    names = [make.__name__ for make in CLASSIFIERS]
    datasets = [dataset] if quick else [dataset, "kddcup99"]
    how = (datasets, names[:2], 3, 1) if quick else (datasets, names, loop.ROUNDS, 3)
    yield (
        "| dataset | classifier | against | it | fewlabels | ratio | of CPU | floor | spread "
        "| same picks | same macro-F1 |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    plain = []
    for against in loop.LOOPS:
        for line in loop.lines(*how, against):
            yield (
                f"| {line.dataset} | {line.classifier} | {against} | {line.other_s:.2f} s | "
                f"{line.ours_s:.2f} s | {line.ratio:.2f} | {line.cpu_ratio:.2f} | {line.floor:.2f} "
                f"| {line.spread:.0%} | {line.same_picks}/{line.n_rounds} "
                f"| {line.same_scores}/{line.n_rounds + 1} |"
            )
            plain += [line] if against == "plain" else []
    yield ABOUT_SHARES
    yield "| dataset | classifier | " + " | ".join(loop.SHARES) + " |"
    yield "|---|---|" + "---|" * len(loop.SHARES)
    for line in plain:
        shares = " | ".join(f"{line.shares[name]:.1%}" for name in loop.SHARES)
        yield f"| {line.dataset} | {line.classifier} | {shares} |"
    yield ABOUT_ONCE
    yield "| dataset | reading | equal rows |"
    yield "|---|---|---|"
    for name in datasets:
        read_s, twins_s = loop.once_s(loop.imported(name))
        yield f"| {name} | {read_s:.2f} s | {twins_s:.2f} s |"


def studies(dataset, quick) -> Iterator[str]:
    """A study of forests, by `study.py`."""
    row = study.compared(dataset, 500, 3 if quick else 20, 1 if quick else 3)
    yield (
        f"{row['trials']} trials of random_forest on {row['labels']} labelled rows, five folds, "
        "against `cross_val_predict`, `fit` and `predict_proba` of scikit-learn with the same "
        "proposals, folds and metrics; preparation counted on neither side."
    )
    yield ""
    yield "| plain | fewlabels | ratio | of CPU | spread | same validation, test scores | winner |"
    yield "|---|---|---|---|---|---|---|"
    yield (
        f"| {row['plain_s']:.1f} s | {row['ours_s']:.1f} s | {row['ratio']:.2f} | "
        f"{row['ratio_cpu']:.2f} | {row['spread']:.0%} | {row['equal_validation']}, "
        f"{row['equal_test']} of {row['trials']} | {'same' if row['same_winner'] else 'other'} |"
    )
    yield ""
    shares = ", ".join(f"{name} {share:.0%}" for name, share in row["shares"].items())
    yield f"Where fewlabels' time goes: {shares}."
    yield ABOUT_GROWING


def pruned(dataset, quick) -> Iterator[str]:
    """Pruning, by `pruning.py`."""
    yield ABOUT_PRUNING
    if quick:
        yield from pruning.table(dataset, ("decision_tree",), 1, 8)
    else:
        yield from pruning.table(dataset, n_repeats=5)


def growing(dataset, quick) -> Iterator[str]:
    """Cost against pool, labels, budgets, by `growing_cost.py`."""
    yield "random_forest, least confidence, rounds of 50; one run each. By the size of the pool:"
    yield ""
    sizes, labels = (
        ((5_000, 20_000), (200, 400)) if quick else (growing_cost.ROWS, growing_cost.LABELS)
    )
    yield from growing_cost.by_pool(dataset, sizes=sizes, n_labels=300 if quick else 1_000)
    yield ""
    yield "By labels:"
    yield ""
    yield from growing_cost.by_labels(dataset, labels=labels)
    yield ""
    yield "Several budgets on the way against the largest alone, with studies of five trials:"
    yield ""
    yield from growing_cost.of_budgets(dataset, n_budgets=2 if quick else growing_cost.BUDGETS)


def two_workers(dataset, quick) -> Iterator[str]:
    """Throughput, by `workers.py`."""
    yield "Equal curves of random_forest on a local Ray of two CPUs, in steady state."
    yield ""
    yield "| 1 worker | 2 workers | ratio |"
    yield "|---|---|---|"
    for _ in range(1 if quick else 3):
        one, two, ratio = workers.speed(dataset, *((12, 600) if quick else (12, 800)))
        yield f"| {one:.2f} rounds/s | {two:.2f} rounds/s | {ratio:.2f} |"


def memory(dataset, quick) -> Iterator[str]:
    """Memory of eight tasks, by `workers.py`."""
    yield (
        "Memory of their own (Linux' `Anonymous`) of the processes of eight acquisitions at once, "
        "without studies and references, at the highest of what was seen ten times a second, less "
        "what they have on a tiny dataset, plus the shared problem once. `preparing`: of the "
        "process that prepares for all, while they wait; what it keeps afterwards counts with "
        "theirs. The dataset's table lies once in the object store, for all repeats and scalers: "
        "the last column counts it on both sides, the others nowhere. In the last line each task "
        "prepares a problem for itself."
    )
    yield ""
    yield (
        "| problem | dataset's table | prepared problem | eight models | preparing | of their own "
        "| together | ÷ one copy of problem and models | and of the table |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    n_tasks, n_labels = (2, 150) if quick else (8, 300)
    for shared in (True, True, True, False):
        found = workers.memory(dataset, n_tasks, n_labels, shared=shared)
        mib = {name: f"{value / 2**20:.0f} MiB" for name, value in found.items()}
        yield (
            f"| {'shared' if shared else 'one each'} | {mib['table']} | {mib['problem']} | "
            f"{mib['models']} | {mib['preparing']} | {mib['own']} | {mib['together']} | "
            f"{found['ratio']:.2f} | {found['with table']:.2f} |"
        )


SECTIONS = {
    "acquisitions": ("Acquisitions", acquisitions),
    "study": ("A study", studies),
    "pruning": ("Pruning", pruned),
    "growing": ("Larger pools, more labels, more budgets", growing),
    "workers": ("Two workers", two_workers),
    "memory": ("Memory of a node", memory),
}


class Busy:
    """How many cores the machine kept busy since then, this process and all others."""

    def __init__(self):
        self._before, self._started = psutil.cpu_times(), perf_counter()

    def __str__(self):
        now, before = psutil.cpu_times(), self._before
        parts = ("user", "nice", "system", "irq", "softirq")
        seconds = sum(getattr(now, name, 0.0) - getattr(before, name, 0.0) for name in parts)
        return f"{seconds / (perf_counter() - self._started):.1f}"


def measured(make, dataset, quick) -> str:
    """The text of a section, with when and where it was measured."""
    busy = Busy()
    lines = []
    for line in make(dataset, quick):  # shown as they come: some take minutes
        print(line, flush=True)
        lines.append(line)
    row = environment.describe()
    versions = json.loads(row["versions"])
    shown = ", ".join(f"{name} {versions[name]}" for name in ("scikit-learn", "numpy", "xgboost"))
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    where = f"{row['cpu']}, {busy} of {os.cpu_count()} cores busy meanwhile"
    lines += ["", f"*{dataset}; {day}; {where}; Python {row['python']}, {shown}.*"]
    return "\n".join(lines) + "\n"


def sections_of(page: Path) -> dict[str, str]:
    """Title -> text of the sections of a page that there may be."""
    if not page.is_file():
        return {}
    _, *parts = re.split(r"^## (.*)\n\n?", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[::2], (text.rstrip() + "\n" for text in parts[1::2]), strict=True))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    page = options.page or (None if options.quick else PAGE)
    dataset = "ton_iot_synthetic" if options.quick else "ton_iot_network"
    with tempfile.TemporaryDirectory() as cache:
        os.environ["FEWLABELS_CACHE"] = cache
        loop.imported(dataset)
        for name in options.only:
            title, make = SECTIONS[name]
            print(f"## {title}\n", flush=True)
            text = measured(make, dataset, options.quick)
            print(text.rpartition("\n\n")[2], flush=True)
            if page:
                known = sections_of(page) | {title: text}
                order = [t for t, _ in SECTIONS.values() if t in known]
                order += [t for t in known if t not in order]
                whole = [HEAD, *(f"## {t}\n\n{known[t]}" for t in order)]
                page.write_text("\n".join(whole), encoding="utf-8")


if __name__ == "__main__":
    main()
