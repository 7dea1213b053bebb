"""Where the numbers come from: data, environments, and how much of the run is there."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import pandas as pd

from datasets.badges import IDENTIFIERS, MAYBE_IDENTIFIERS, implied
from reports.grid import Grid
from reports.results import Results
from reports.terms import NOISE

NOISY = "of the labels bought are wrong (oracle.noise)"
SEES = "sees hidden labels: evaluation only, never the winner"
_TABLES = {"acquisitions": "acquisition", "trials": "trial", "references": "full_data reference"}


@dataclass(frozen=True)
class DatasetFacts:
    """One row of datasets/, ready to be read."""

    label: str
    title: str
    facts: dict[str, str]  # what -> value
    classes: list[tuple[str, int]]  # name, rows


def datasets(results: Results) -> list[DatasetFacts]:
    """Return the datasets of a run, by label."""
    return [_dataset(row, results) for _, row in results.datasets.sort_values("dataset").iterrows()]


def environments(results: Results) -> list[dict[str, str]]:
    """Return the environments that worked on a run, each as what -> value."""
    found = []
    for _, row in results.environments.iterrows():
        packages = json.loads(row["versions"])
        found.append(
            {
                "environment": str(row["environment_id"]),
                "python": str(row["python"]),
                "platform": str(row["platform"]),
                "CPU": str(row["cpu"]),
                "GPU": "none visible" if pd.isna(row["gpu"]) else str(row["gpu"]),
                "git commit": "not known" if pd.isna(row["git_commit"]) else str(row["git_commit"]),
                "versions": ", ".join(f"{name} {number}" for name, number in packages.items()),
            }
        )
    return found


def progress(results: Results) -> list[str]:
    """Return lines on what is stored by status, and on studies with fewer trials than others."""
    lines = []
    for table, word in _TABLES.items():
        rows: pd.DataFrame = getattr(results, table)
        counts = Counter(rows["status"])
        by_status = ", ".join(f"{n:,} {status}" for status, n in counts.most_common())
        lines.append(_counted(len(rows), word) + (f": {by_status}" if by_status else ""))
    studies = results.trials.groupby("study_id").size()
    if len(studies):
        short = int((studies < studies.max()).sum())
        line = f"{len(studies):,} stud{'y' if len(studies) == 1 else 'ies'}, "
        line += f"{_counted(int(studies.max()), 'trial')} each"
        lines.insert(1, line + (f", {short:,} with fewer so far" if short else ""))
    return lines


def fewlabels_version() -> str:
    """Return the version that is installed; "(not installed)" in a bare checkout."""
    try:
        return version("fewlabels")
    except PackageNotFoundError:
        return "(not installed)"


def _dataset(row: pd.Series, results: Results) -> DatasetFacts:
    total = int(row["n_pool"]) + int(row["n_test"])
    facts = {
        "component": str(row["name"]),
        "source": str(row["source"]),
        "citation": str(row["citation"]),
        "licence": str(row["licence"]),
        "preparation": _pairs(row["preparation"]),
        "rows removed": _pairs(row["removed"]),
        "badges": "; ".join(badges(results, str(row["dataset"]))) or "none",
        "rows": f"{total:,}: pool {row['n_pool']:,}, test {row['n_test']:,}",
        "test rows without a twin in the pool": _novel(results, str(row["dataset"])),
        "rows that equal another row": f"{row['twin_share']:.1%}".replace("%", " %"),
        "features": f"{row['n_features']:,}",
        "content (sha256)": str(row["content"]),
    }
    classes = [(str(name), int(n)) for name, n in zip(row["classes"], row["counts"], strict=True)]
    return DatasetFacts(str(row["dataset"]), str(row["title"]), facts, classes)


def badges(results: Results, dataset: str) -> list[str]:
    """What makes the scores on `dataset` others than those of the data as it is.

    Also what its preparation implies: run folders from before a badge existed do not store it; and
    the noise of the labels that were bought.
    """
    rows = results.datasets
    noisy = [f"{100 * noise:g} % {NOISY}"] if (noise := results.terms.get(NOISE)) else []
    for _, row in rows[rows["dataset"] == dataset].iterrows():
        found = row["badges"] if pd.api.types.is_list_like(row["badges"]) else []
        stored = [str(badge) for badge in found]
        more = implied(str(row["name"]), json.loads(row["preparation"]))
        if IDENTIFIERS in stored:  # it was known then, and is only guessed here
            more = [badge for badge in more if badge != MAYBE_IDENTIFIERS]
        return list(dict.fromkeys([*stored, *more, *noisy]))
    return noisy


def all_badges(results: Results, grid: Grid, dataset: str) -> list[str]:
    """`badges`, and what happened to this dataset's work that hangs on the machine."""
    curves = grid.of_dataset(dataset)
    cells = grid.cells[grid.cells.index.get_level_values("curve").isin(curves)]
    n = int((cells["limited"] > 0).sum())
    limited = [f"{_counted(n, 'cell')} with timeouts, out-of-memory or crashes"] if n else []
    sees = sorted(set(grid.curves.loc[curves, "strategy"]) & grid.seeing)
    shown = [f"{label} {SEES}" for label in sees]
    return [*badges(results, dataset), *shown, *limited]


def _counted(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def _pairs(text: str) -> str:
    pairs = json.loads(text)
    known = {name: value for name, value in pairs.items() if value is not None}
    return ", ".join(f"{name}: {value}" for name, value in known.items()) or "none"


def _novel(results: Results, dataset: str) -> str:
    tables = (results.trials, results.references, results.evaluations)
    counts = [table.loc[table["dataset"] == dataset, "n_test_novel"].dropna() for table in tables]
    seen = {int(n) for column in counts for n in column}
    if not seen:
        return "not known yet"
    low, high = min(seen), max(seen)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}, by repeat"
