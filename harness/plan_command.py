"""What `fewlabels plan` says of a sweep; `cluster/forecast/command.py` adds how long it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from datasets.visible import one_line, say

if TYPE_CHECKING:
    from harness.corpus import Corpus
    from harness.ledger import Ledger, Standing
    from harness.plan import Plan
    from harness.store import RunFolder

MOST_CLASSES = 6  # of a dataset, that a plan shows


@dataclass(frozen=True)
class Planned:
    """What was found out for a plan."""

    plan: Plan
    corpus: Corpus
    folder: RunFolder | None  # that holds something of it already
    root: Path  # where that is or will be; of one in a bucket, a name for what goes beside it
    ledger: Ledger
    bytes_to_come: int


def show_plan(sweep: str, set_: Sequence[str], out: str | None) -> Planned:
    """Say what would run, what is reused or skipped and why, and how long it may take."""
    from harness import corpus, destination
    from harness.estimate import left, work_s
    from harness.ledger import Ledger
    from harness.place import OnDisk, place
    from harness.placement import adopted
    from harness.plan import make_plan
    from harness.run import check_continues
    from harness.shipped import open_sweep

    opened = open_sweep(sweep, set_)
    at = place(out or Path("runs") / opened.name)
    at.must_be_a_place()  # before the data, which take their time
    loaded = corpus.load(opened)
    folder = None if at.is_new() else at.open()
    opened = adopted(opened, folder)
    planned = make_plan(opened, loaded)
    if folder:
        check_continues(planned, folder)
    ledger = Ledger.read(planned, folder)
    seconds = work_s(ledger, folder) if folder else None
    standing = ledger.standing()
    axes = [*_datasets(planned, loaded), *_axes(planned)]
    for line in [*axes, *_counts(standing), *_skips(planned, standing)]:
        say(one_line(line))
    say(f"{'time left':<10} {left(standing, seconds)}")
    coming = destination.bytes_to_come(ledger, destination.matrices(planned, loaded))
    free = destination.free_bytes(at.disk)
    say(
        f"disk       about {destination.size(coming)} will be written, "
        f"{destination.size(free)} are free"
    )
    if why := destination.too_little(free, coming):
        say(f"{'beware':<10} not enough, `run` will refuse: {why}")
    root = at.disk if isinstance(at, OnDisk) else Path("runs") / at.name
    return Planned(planned, loaded, folder, root, ledger, coming)


def _datasets(planned: Plan, corpus: Corpus) -> list[str]:
    import numpy as np

    from datasets.remarks import categories_of_numbers

    lines = []
    for label in dict.fromkeys(a.curve.dataset.label for a in planned.acquisitions):
        table, component = corpus[label].table, corpus[label].component
        counts = np.bincount(table.y, minlength=len(table.classes))
        shown = [f"{name} {n:,}" for name, n in zip(table.classes, counts, strict=True)]
        more = ["..."] if len(shown) > MOST_CLASSES else []
        lines.append(
            f"{'dataset':<10} {label}: {len(table):,} rows, {len(shown)} classes "
            f"({', '.join([*shown[:MOST_CLASSES], *more])}), "
            f"{_n(len(table.number_names), 'number', 'numbers')}, "
            f"{_n(len(table.category_names), 'category', 'categories')}"
        )
        if component.name == "generic":
            lines += [
                f"{'beware':<10} {label}: {name} is a category, though nearly all cells are "
                f"numbers; not {', '.join(map(repr, words[:MOST_CLASSES]))}: missing?"
                for name, words in categories_of_numbers(table).items()
            ]
    return lines


def _n(n: int, one: str, several: str) -> str:
    return f"{n} {one if n == 1 else several}"


def _axes(planned: Plan) -> list[str]:
    from harness.designs.design import looks_at_labels
    from harness.schema import SEES_LABELS

    curves = {str(a.curve): a for a in planned.acquisitions}
    lines = []
    for axis in ("classifier", "scaler", "resampler", "strategy"):
        found = dict.fromkeys(getattr(a.curve, axis).label for a in curves.values())
        lines.append(f"{axis:<10} {', '.join(found)}")
    budgets: dict[str, set[int]] = {}
    for acquisition in curves.values():
        label = acquisition.curve.dataset.label
        budgets.setdefault(label, set()).update(acquisition.budgets)
    for label, met in budgets.items():
        lines.append(f"{'budgets':<10} {', '.join(map(str, sorted(met)))} labels on {label}")
    lines.append(f"{'repeats':<10} {planned.sweep.repeats}")
    sees = {a.curve.strategy.label for a in curves.values() if a.curve.strategy.name in SEES_LABELS}
    lines += [
        f"{'beware':<10} {label} sees hidden labels: evaluation only" for label in sorted(sees)
    ]
    if noise := planned.sweep.setting.oracle.noise:
        lines.append(f"{'labels':<10} {100 * noise:g} % of those bought are wrong (oracle.noise)")
    if planned.sweep.is_neural:
        lines.append(f"{'networks':<10} {_device(planned)}")
    setting, known = planned.sweep.setting, planned.sweep.registry
    if looks_at_labels(known.designs[setting.labelling.design]):
        lines.append(
            f"{'beware':<10} the design {setting.labelling.design} looks at labels, which nobody "
            f"knows before they are bought; its results wear a badge"
        )
    return [*lines, ""]


def _device(planned: Plan) -> str:
    sweep = planned.sweep
    if sweep.device == "auto":
        return "on GPUs where the cluster of the run has any, else on CPUs, which this plan assumes"
    return f"on a {sweep.device.upper()}, with {sweep.setting.neural.backend}"


def _counts(standing: Standing) -> list[str]:
    lines = [f"{'':<14}{'to do':>8}{'reused':>8}{'total':>8}"]
    for what in ("references", "acquisitions", "studies", "trials"):
        done, total = getattr(standing, what)
        lines.append(f"{what:<14}{total - done:>8}{done:>8}{total:>8}")
    return [*lines, ""]


def _skips(planned: Plan, standing: Standing) -> list[str]:
    from harness.schema import RETRIED

    reasons = Counter(why for _, why in planned.excluded)
    lines = [f"skipped    {n} curves, {why}" for why, n in reasons.items()]
    for status, n in standing.badly.items():
        if status == "unreachable":
            lines.append(f"skipped    {n} studies: their acquisition ended before their budget")
        elif status == "dropped":
            lines.append(f"skipped    {n} studies: the split leaves their repeats out")
        else:
            unless = ", unless by `fewlabels retry`" if status in RETRIED else ""
            lines.append(f"skipped    {n} that ended as {status}; they are not run again{unless}")
    untuned = Counter(s.acquisition.curve.classifier.label for s in planned.studies if not s.space)
    if planned.sweep.setting.tuning.trials > 1:
        lines += [
            f"skipped    tuning of {n} studies of {label}: nothing to tune; trial 0 only"
            for label, n in untuned.items()
        ]
    return lines
