"""Small runs with plausible numbers, written as a real run writes them: through RunFolder."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.schema import AXES, COSTS, METRICS
from harness.store import RunFolder

Row = dict[str, Any]
COST = {"random_forest": (2_500, 250_848, 2.2e-3), "svc": (8_000, 64_000, 1.8e-4)}
PLACE = {"wall_s": 1.5, "peak_bytes": 2**28, "host": "node-1", "environment_id": "env-1"}


@dataclass
class FakeRun:
    """The grid of a fake run; `rows()` gives its tables, to be changed before they are stored."""

    datasets: tuple[str, ...] = ("ton",)
    classifiers: tuple[str, ...] = ("random_forest",)
    scalers: tuple[str, ...] = ("none",)
    resamplers: tuple[str, ...] = ("none",)
    strategies: tuple[str, ...] = ("random", "margin")
    budgets: tuple[int, ...] = (100, 200, 500)
    repeats: int = 2
    trials: int = 3
    every_round: bool = False
    sweep: Row = field(default_factory=dict)  # resolved, as far as reports read it

    def rows(self) -> dict[str, list[Row]]:
        rng = np.random.default_rng(7)
        tables: dict[str, list[Row]] = {
            name: [] for name in ("acquisitions", "rounds", "evaluations", "references", "trials")
        }
        axes = (self.datasets, self.classifiers, self.scalers, self.resamplers, self.strategies)
        for names in product(*axes):
            skill = 0.82 + 0.12 * rng.random()
            for repeat in range(self.repeats):
                self._curve(tables, dict(zip(AXES, names, strict=True)), repeat, skill, rng)
        for dataset, classifier, repeat in product(
            self.datasets, self.classifiers, range(self.repeats)
        ):
            tables["references"].append(
                {
                    "reference_id": f"ref-{dataset}-{classifier}-{repeat}",
                    "dataset": dataset,
                    "classifier": classifier,
                    "scaler": "none",
                    "resampler": "none",
                    "repeat": repeat,
                    "status": "done",
                    "n_labels": 8000,
                    **tested(0.9 + 0.01 * rng.random()),
                    **cost(classifier),
                    **PLACE,
                }
            )
        tables["environments"] = [environment()]
        tables["datasets"] = [dataset_row(name) for name in self.datasets]
        return tables

    def _curve(self, tables, names, repeat, skill, rng) -> None:
        acquisition = "-".join([*names.values(), str(repeat)])
        known = {"acquisition_id": acquisition, **names, "repeat": repeat}
        last = self.budgets[-1]
        tables["acquisitions"].append(
            known
            | {"status": "done", "n_labels": last, "n_holdout": 0, "n_rounds": last // 50}
            | PLACE
        )
        shift = rng.normal(0, 0.008)
        for number, n_labels in enumerate(range(50, last + 1, 50)):
            times = {"fit_s": 0.1, "score_s": 0.1, "query_s": 0.01}
            batch = {"round": number, "n_labels": n_labels, "batch": [0], "bought": [1, 0, 0]}
            if names["strategy"] != "random" and number:  # it fits no model
                batch["stop_predicted"] = bytes([0, 1, 2, min(number, 5) % 3])
                batch["stop_confidence"] = 0.5 + 0.01 * min(number, 5)
            tables["rounds"].append(known | batch | times)
            if self.every_round:
                score = level(n_labels, skill, shift) - 0.03
                done = {"n_labels": n_labels, "status": "done"}
                test = tested(score) | cost(names["classifier"])
                tables["evaluations"].append(known | done | test | PLACE)
        for budget in self.budgets:
            for number in range(self.trials):
                gain = 0.0 if number == 0 else 0.02 + rng.normal(0, 0.01)
                score = level(budget, skill, shift) - 0.03 + gain
                tables["trials"].append(
                    known
                    | {
                        "study_id": f"{acquisition}-{budget}",
                        "budget": budget,
                        "number": number,
                        "params": "{}",
                        "metric": "macro_f1",
                        "status": "done",
                    }
                    | metrics("val", score - 0.01)
                    | tested(score)
                    | {"confusion": matrix(score)}
                    | cost(names["classifier"])
                    | PLACE
                )

    def write(self, root: Path, tables: dict[str, list[Row]] | None = None) -> Path:
        """Store `tables` (default: all rows) at `root`."""
        folder = RunFolder.create(root)
        with folder.writing():
            for table, rows in (self.rows() if tables is None else tables).items():
                folder.append(table, rows)
            tuning = {"acquisition": "defaults"} | self.sweep.get("tuning", {})
            resolved = {"name": "fake"} | self.sweep | {"tuning": tuning}
            folder.write_sweep("name: fake\nseed: 2026\n", resolved)
        return root


def level(n_labels: int, skill: float, shift: float) -> float:
    return skill + shift - 0.5 * (n_labels / 20) ** -0.6


def metrics(prefix: str, score: float) -> Row:
    found = {f"{prefix}_{name}": score for name in METRICS}
    return found | {f"{prefix}_log_loss": 1.6 * (1 - score)}


def tested(score: float) -> Row:
    return {
        **metrics("test", score),
        **metrics("test_novel", score - 0.05),
        "n_test_novel": 912,
        "fit_s": 0.2,
        "predict_s": 0.1,
    }


def matrix(score: float) -> list[list[int]]:
    """A confusion matrix of three classes; of the rarest every third row is found."""
    right = round(900 * score)
    return [[right, 900 - right, 0], [1000 - right, right, 0], [50, 17, 33]]


def cost(classifier: str) -> Row:
    n, n_bytes, seconds = COST.get(classifier, (100, 800, 1e-4))
    return {
        "n_parameters": n,
        "model_bytes": n_bytes,
        "n_operations": n // 10,
        "latency_row_s": seconds,
        "latency_batch_s": 10 * seconds,
    }


def failed(row: Row, status: str, error: str) -> Row:
    """`row` as it is stored when its work ended in `status`: without any score."""
    scores = tuple(f"{prefix}_" for prefix in ("val", "test", "test_novel"))
    kept = {name: value for name, value in row.items() if not name.startswith((*scores, *COSTS))}
    return kept | {"status": status, "error": error}


def environment() -> Row:
    return {
        "environment_id": "env-1",
        "python": "3.11.7",
        "versions": json.dumps({"numpy": "2.4.6", "scikit-learn": "1.9.1"}),
        "git_commit": None,
        "platform": "Linux x86_64",
        "cpu": "AMD EPYC 9654",
        "gpu": None,
    }


def dataset_row(name: str) -> Row:
    return {
        "dataset": name,
        "name": name,
        "title": f"{name} network flows",
        "source": "https://example.org/data",
        "citation": "Alsaedi et al. (2020), TON_IoT telemetry dataset, IEEE Access 8",
        "licence": "free for academic use, commercial use needs a permit",
        "content": "a" * 64,
        "preparation": json.dumps({"task": "multiclass"}),
        "removed": json.dumps({"unlabelled": 3}),
        "classes": ["normal", "ddos", "mitm"],
        "counts": [5000, 4500, 500],
        "n_features": 38,
        "n_pool": 8000,
        "n_test": 2000,
        "twin_share": 0.53,
    }


@pytest.fixture
def fake():
    """The class, so that each test says what its run holds."""
    return FakeRun


@pytest.fixture
def stored(tmp_path):
    """Store a fake run, its tables changed first by `change`, and return its folder."""

    def store(run: FakeRun, change=lambda _tables: None, name: str = "run") -> Path:
        tables = run.rows()
        change(tables)
        return run.write(tmp_path / name, tables)

    return store


@pytest.fixture
def as_failed():
    return failed
