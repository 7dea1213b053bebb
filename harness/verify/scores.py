"""Whether scores are those of the stored confusion matrices, and winners the best ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from harness.schema import LOWER_IS_BETTER
from harness.verify.tables import Tables, found, named
from harness.winners import winners

_ROUNDING = 1e-9


def check_scores(tables: Tables) -> Iterator[str]:
    """Accuracy and macro-F1 computed again from the confusion matrices of the test rows."""
    sizes = tables.datasets
    for table in ("trials", "evaluations", "references"):
        frame = tables.frames[table]
        labels = frame["dataset"].astype(str).to_numpy()
        for label in sorted({*labels}):
            indices = np.flatnonzero(labels == label)
            if label not in sizes.index:
                continue  # `work` says so
            n_classes = len(_classes(tables, label))
            some = tables.arrow[table].column("confusion")
            if len(indices) < len(some):
                some = some.filter(pa.array(labels == label))
            has = np.asarray(some.is_valid())
            flat = pc.list_flatten(pc.list_flatten(some.drop_null())).to_numpy()
            rows = frame.iloc[indices[has]]
            if len(flat) != len(rows) * n_classes**2:
                yield f"{table}: dataset {label}: a confusion matrix has not {n_classes} classes"
                continue
            matrices = flat.reshape(-1, n_classes, n_classes)
            wrong = rows[matrices.sum(axis=(1, 2)) != sizes.loc[label, "n_test"]]
            yield from found(table, "confusion does not hold all test rows", named(table, wrong))
            for metric, again in scores(matrices).items():
                far = ~(np.abs(rows[f"test_{metric}"].to_numpy() - again) <= _ROUNDING)
                what = f"test_{metric} is not that of its confusion matrix"
                yield from found(table, what, named(table, rows[far]))


def check_winners(tables: Tables) -> Iterator[str]:
    """The trial that reports show for each study is its best one, found in another way."""
    trials = tables.frames["trials"].astype({"metric": str, "status": str})
    best: dict[str, tuple[float, int]] = {}
    columns = ["study_id", "number", "metric", "status"]
    metrics = trials["metric"].unique()
    values = {metric: trials[f"val_{metric}"].to_numpy() for metric in metrics}
    for i, (study, number, metric, status) in enumerate(trials[columns].itertuples(index=False)):
        value = values[metric][i]
        if status != "done" or np.isnan(value):
            continue
        rank = (value if metric in LOWER_IS_BETTER else -value, number)
        if study not in best or rank < best[study]:
            best[study] = rank
    shown = winners(trials)
    numbers = dict(zip(shown["study_id"], shown["number"], strict=True))
    wrong = [
        f"study {study}"
        for study in sorted({*best, *numbers})
        if numbers.get(study) != best.get(study, (0.0, None))[1]
    ]
    yield from found("trials", "reports show another winner than its best trial", wrong)


def _classes(tables: Tables, label: str) -> list[str]:
    datasets = tables.arrow["datasets"]
    row = datasets.filter(pc.equal(datasets.column("dataset"), label)).slice(0, 1)
    classes: list[str] = row.column("classes")[0].as_py()
    return classes


def scores(matrices: np.ndarray) -> dict[str, np.ndarray]:
    """Metric -> value of each of the (n, n_classes, n_classes) `matrices`."""
    right = np.diagonal(matrices, axis1=1, axis2=2).astype(float)
    true, predicted = matrices.sum(axis=2), matrices.sum(axis=1)
    total = np.maximum(true.sum(axis=1), 1)
    f1 = 2 * right / np.maximum(true + predicted, 1)
    present = true > 0
    macro = np.where(present, f1, 0).sum(axis=1) / np.maximum(present.sum(axis=1), 1)
    return {"accuracy": right.sum(axis=1) / total, "macro_f1": macro}
