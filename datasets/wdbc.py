"""Breast cancer Wisconsin (diagnostic): no intrusions, but published results to check by."""

from __future__ import annotations

import hashlib

import numpy as np

from datasets.card import Card, Version
from datasets.dataset import Table

CARD = Card(
    name="wdbc",
    title="Breast cancer Wisconsin (diagnostic), as scikit-learn ships it",
    about="569 cell samples, 30 measurements each; in scikit-learn's row order, which differs from "
    "that of other copies. No intrusion data: it is here to check fewlabels against published "
    "active-learning results (docs/protocol.md).",
    source="https://archive.ics.uci.edu/dataset/17; the copy in scikit-learn, load_breast_cancer()",
    citation='W. N. Street, W. H. Wolberg and O. L. Mangasarian, "Nuclear feature extraction for '
    'breast tumor diagnosis", IS&T/SPIE Symposium on Electronic Imaging, 1993.',
    licence="CC BY 4.0 (UCI Machine Learning Repository)",
    versions=(Version("", classes={"benign": 357, "malignant": 212}),),
    normal="benign",
)


def prepare() -> Table:
    """Return all rows, all 30 columns numbers; malignant is the positive class, 1."""
    from sklearn.datasets import load_breast_cancer

    loaded = load_breast_cancer()
    numbers = np.ascontiguousarray(loaded.data, dtype=np.float64)
    y = (loaded.target == list(loaded.target_names).index("malignant")).astype(np.int64)
    return Table(
        numbers=numbers,
        number_names=tuple(str(name).replace(" ", "_") for name in loaded.feature_names),
        codes=np.empty((len(y), 0), dtype=np.int32),
        category_names=(),
        categories=(),
        y=y,
        classes=("benign", "malignant"),
        strata=y.copy(),
        content=hashlib.sha256(numbers.tobytes() + y.tobytes()).hexdigest(),
    )
