"""The tables of a run folder: every column with its type, unit and meaning.

Nothing is inferred and nothing is pickled. `SCHEMA_VERSION` stands in the metadata of each file.
A column is only ever added; a new meaning gets a new name.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

# 1 had no `COSTS`, and no `reading` of datasets; 2 had no `n_wrong` and no `stop_` in `rounds`
SCHEMA_VERSION = 3

Row = dict[str, Any]  # one row of a table: column -> value

STATUSES = ("done", "pruned", "failed", "timeout", "oom", "crashed", "degenerate", "skipped")

# Statuses that may come out otherwise: what is done or was skipped comes out the same.
RETRIED = ("timeout", "oom", "crashed", "failed", "degenerate")

# Statuses that hang on the machine: how fast it is, how much memory it has, whether it held out.
OF_THE_MACHINE = ("timeout", "oom", "crashed")

SUPERSEDED = "superseded"
CAUSES = {  # of a row of `attempts`
    "crashed": "its process died",
    "oom": "its process took too much memory",
    "timeout": "it was ended, past the hard limit",
    "node": "its machine was lost",
    SUPERSEDED: "a result that `fewlabels retry` took back",
}

METRICS = {
    "accuracy": "share of rows predicted right",
    "balanced_accuracy": "mean recall over the classes present",
    "macro_precision": "precision, mean over the classes present; 0 for one never predicted",
    "macro_recall": "recall, mean over the classes present",
    "macro_f1": "F1, mean over the classes present",
    "weighted_precision": "precision, weighted by class size",
    "weighted_recall": "recall, weighted by class size",
    "weighted_f1": "F1, weighted by class size",
    "mcc": "Matthews correlation coefficient, multi-class (Gorodkin 2004)",
    "log_loss": "mean negative log-likelihood, nats; null without probabilities",
    "roc_auc": "ROC-AUC, one-versus-rest mean; null where a class is absent",
    "pr_auc": "average precision, one-versus-rest mean; null where a class is absent",
    "specificity": "true-negative rate, one-versus-rest mean over the classes present",
}
LOWER_IS_BETTER = frozenset({"log_loss"})

# What a fitted model costs where it will run: columns of everything that is tested.
COSTS = ("n_parameters", "model_bytes", "n_operations", "latency_row_s", "latency_batch_s")

# Packages whose version may change a number.
NUMERIC = ("numpy", "scipy", "scikit-learn", "xgboost", "imbalanced-learn", "optuna")
FRAMEWORKS = {  # the same for networks, by the backend of Keras
    "tensorflow": ("keras", "tensorflow"),
    "jax": ("keras", "jax", "jaxlib"),
}

SEES_LABELS = frozenset({"oracle"})  # strategies for evaluation only: no contestants

AXES = ("dataset", "classifier", "scaler", "resampler", "strategy")

# What names a row of a table; rows of `attempts` have no name.
KEYS: dict[str, tuple[str, ...]] = {
    "acquisitions": ("acquisition_id",),
    "rounds": ("acquisition_id", "round"),
    "evaluations": ("acquisition_id", "n_labels"),
    "references": ("reference_id",),
    "trials": ("study_id", "number"),
    "attempts": (),
    "environments": ("environment_id",),
    "datasets": ("dataset",),
}

# All that may differ when the same work is done again: how long it took, and where it was done.
TIMING_AND_HOST = frozenset(
    {
        *("wall_s", "fit_s", "score_s", "query_s", "predict_s"),
        *("latency_row_s", "latency_batch_s"),
        *("peak_bytes", "host", "environment_id"),
    }
)

# Columns that came after the first run folders: a null may mean that nobody asked.
LATER = frozenset({*COSTS, "n_wrong", "stop_predicted", "stop_confidence"})

_TEXT, _INT, _REAL = pa.string(), pa.int64(), pa.float64()
_NAME = pa.dictionary(pa.int32(), pa.string())


def _field(name: str, kind: pa.DataType, meaning: str, *, null: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=null, metadata={"description": meaning})


def _metrics(prefix: str, rows: str) -> list[pa.Field]:
    return [
        _field(f"{prefix}_{name}", _REAL, f"{meaning}; on {rows}", null=True)
        for name, meaning in METRICS.items()
    ]


def _names(*axes: str) -> list[pa.Field]:
    return [_field(axis, _NAME, f"label of the {axis} in the sweep") for axis in axes]


_ACQUISITION_ID = _field("acquisition_id", _TEXT, "hash of all that can change its batches")
_REPEAT = _field("repeat", pa.int32(), "0, 1, 2 ...: which split and pool order")
_OUTCOME = [
    _field("status", _NAME, "one of " + ", ".join(STATUSES)),
    _field("error", _TEXT, "why, with the traceback where there is one", null=True),
]
_PLACE = [
    _field("wall_s", _REAL, "seconds of work; of an acquisition: of all its rounds"),
    _field(
        "peak_bytes",
        _INT,
        "highest resident size of the worker process, its data and libraries included: on Linux "
        "during this work (of an acquisition: during its last segment), elsewhere so far",
    ),
    _field("host", _NAME, "host name of the worker"),
    _field("environment_id", _NAME, "row of environments/"),
]
_TESTED = [
    *_metrics("test", "the test rows"),
    *_metrics("test_novel", "the test rows without a twin in the pool"),
    _field("n_test_novel", _INT, "test rows without a twin in the pool", null=True),
    _field(
        "confusion",
        pa.list_(pa.list_(_INT)),
        "test rows by [true class][predicted class], classes as in datasets/",
        null=True,
    ),
    _field("resampling", _TEXT, "JSON: what the resampler did when fitting", null=True),
    _field("fit_s", _REAL, "seconds to resample and fit", null=True),
    _field("predict_s", _REAL, "seconds to score the test rows", null=True),
    _field(
        "n_parameters",
        _INT,
        "learned or stored numbers of the fitted model; of trees: nodes; null: not known",
        null=True,
    ),
    _field(
        "model_bytes",
        _INT,
        "bytes of the arrays that the model predicts from, or of its file (xgboost); null: unknown",
        null=True,
    ),
    _field(
        "n_operations",
        _INT,
        "multiply-adds for one row; of trees: comparisons on the deepest paths; null: not known",
        null=True,
    ),
    _field(
        "latency_row_s",
        _REAL,
        "seconds to classify one row, in Python on the worker; the fastest of several calls",
        null=True,
    ),
    _field(
        "latency_batch_s",
        _REAL,
        "seconds to classify 1,024 rows at once; where that is slow, of a single call",
        null=True,
    ),
]

TABLES: dict[str, pa.Schema] = {
    "acquisitions": pa.schema(
        [
            _ACQUISITION_ID,
            *_names(*AXES),
            _REPEAT,
            *_OUTCOME,
            _field("n_labels", _INT, "labels bought when it ended, holdout included"),
            _field("n_holdout", _INT, "of these, charged validation labels"),
            _field("n_rounds", _INT, "rounds, the initial one included"),
            *_PLACE,
        ]
    ),
    "rounds": pa.schema(
        [
            _ACQUISITION_ID,
            *_names(*AXES),
            _REPEAT,
            _field("round", _INT, "0 is the initial design"),
            _field("n_labels", _INT, "labels bought by the end of the round, holdout included"),
            _field("batch", pa.list_(_INT), "pool rows bought in this round, in order"),
            _field("bought", pa.list_(_INT), "rows bought per true class, classes as in datasets/"),
            _field("n_wrong", _INT, "of these, labels given wrong (oracle.noise)", null=True),
            _field(
                "tie_share",
                _REAL,
                "share of candidates that tie with the last one chosen; null: no scores",
                null=True,
            ),
            _field("fit_s", _REAL, "seconds to fit the query model"),
            _field(
                "score_s",
                _REAL,
                "seconds of what the strategy asked of the model, and of the stop set",
            ),
            _field("query_s", _REAL, "seconds to choose, fitting and scoring not counted"),
            _field("resampling", _TEXT, "JSON: what the resampler did when fitting", null=True),
            _field(
                "stop_predicted",
                pa.binary(),
                "classes that the query model, fitted before this batch, gives the stop set: a "
                "byte each, two (little-endian) of more than 256 classes; null: no model, or NaN",
                null=True,
            ),
            _field(
                "stop_confidence",
                _REAL,
                "mean of its highest class probability there; null: no probabilities",
                null=True,
            ),
        ]
    ),
    "evaluations": pa.schema(
        [
            _ACQUISITION_ID,
            *_names(*AXES),
            _REPEAT,
            _field("n_labels", _INT, "labels bought by then; the classifier has its defaults"),
            *_OUTCOME,
            *_TESTED,
            *_PLACE,
        ]
    ),
    "references": pa.schema(
        [
            _field("reference_id", _TEXT, "hash of all that can change its score"),
            *_names("dataset", "classifier", "scaler", "resampler"),
            _REPEAT,
            *_OUTCOME,
            _field("n_labels", _INT, "labels of the whole pool; null: not fitted", null=True),
            *_TESTED,
            *_PLACE,
        ]
    ),
    "trials": pa.schema(
        [
            _field("study_id", _TEXT, "hash of all that can change its trials"),
            _ACQUISITION_ID,
            *_names(*AXES),
            _REPEAT,
            _field("budget", _INT, "labels bought in total"),
            _field("number", pa.int32(), "place in the study; 0 has the default hyperparameters"),
            _field("params", _TEXT, "JSON: what tuning chose, by component.parameter"),
            _field("metric", _NAME, "the validation metric that chooses the winner"),
            *_OUTCOME,
            *_metrics("val", "validation rows: all labelled rows out of fold, or the holdout"),
            _field(
                "fold_scores",
                pa.list_(_REAL),
                "metric on each fold alone, until the trial was left; null: nothing is pruned",
                null=True,
            ),
            *_TESTED,
            *_PLACE,
        ]
    ),
    "attempts": pa.schema(
        [
            _field("work_id", _TEXT, "acquisition, study or reference"),
            _field("kind", _NAME, "acquisition, evaluation, study or reference"),
            _field("unit", _INT, "round or trial that it was, or would have started with"),
            _field("cause", _NAME, ", ".join(CAUSES)),
            _field("error", _TEXT, "what was seen; or how it had ended", null=True),
            _field("action", _TEXT, "what was done about it"),
            _field("at", pa.timestamp("ms", tz="UTC"), "when the driver learned of it"),
        ]
    ),
    "environments": pa.schema(
        [
            _field("environment_id", _TEXT, "hash of the row"),
            _field("python", _TEXT, "version"),
            _field("versions", _TEXT, "JSON: package -> version"),
            _field("git_commit", _TEXT, "of fewlabels, where known", null=True),
            _field("platform", _TEXT, "operating system and architecture"),
            _field("cpu", _TEXT, "model name"),
            _field("gpu", _TEXT, "model name; null: none visible", null=True),
        ]
    ),
    "datasets": pa.schema(
        [
            _field("dataset", _TEXT, "label in the sweep"),
            _field("name", _TEXT, "component name"),
            _field("title", _TEXT, "from the card"),
            _field("source", _TEXT, "from the card: where it comes from"),
            _field("citation", _TEXT, "from the card"),
            _field("licence", _TEXT, "from the card, with its limits"),
            _field("content", _TEXT, "sha256 of what the rows were read or generated from"),
            _field("reading", _TEXT, "by which card and code they were read", null=True),
            _field("preparation", _TEXT, "JSON: parameter -> value"),
            _field("removed", _TEXT, "JSON: reason -> rows removed by the preparation"),
            _field("classes", pa.list_(_TEXT), "class names, in the order of every class list"),
            _field("counts", pa.list_(_INT), "rows per class"),
            _field("n_features", _INT, "columns that a classifier sees"),
            _field("n_pool", _INT, "rows of the pool"),
            _field("n_test", _INT, "rows of the test set"),
            _field("twin_share", _REAL, "share of rows, pool and test, that equal another row"),
            _field(
                "badges",
                pa.list_(_TEXT),
                "what makes its scores others than those of the data as it is",
                null=True,
            ),
        ]
    ),
}


def schema(table: str) -> pa.Schema:
    """The schema of `table`, its version in the metadata."""
    return TABLES[table].with_metadata(
        {"fewlabels_table": table, "fewlabels_schema_version": str(SCHEMA_VERSION)}
    )


def null_metrics(*prefixes: str) -> Row:
    """Every metric column of `prefixes`, null: for rows whose work did not end well."""
    return {f"{prefix}_{name}": None for prefix in prefixes for name in METRICS}
