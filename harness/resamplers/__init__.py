"""Resamplers by name: factories `(seed, *, parameters...) -> Resample`.

They see labelled rows only: `X` is (n_labelled, n_features), `y` holds 0 .. k - 1, each at least
once, k >= 2. At 50 labels nearly every draw has classes of a few rows or one; what a method cannot
do to such a class it leaves, and says so in `Resampled`. No method ever loses a class, changes the
arrays it is given, or moves a global random state. Rows keep their order, and new ones come last.

All are from imbalanced-learn: Lemaitre, Nogueira and Aridas, JMLR 18(17), 2017.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.resamplers.adasyn import adasyn
from harness.resamplers.borderline_smote import borderline_smote
from harness.resamplers.none import none
from harness.resamplers.random_over import random_over
from harness.resamplers.random_under import random_under
from harness.resamplers.smote import smote
from harness.resamplers.smote_enn import smote_enn
from harness.resamplers.tomek import tomek
from harness.resampling import Resample

RESAMPLERS: dict[str, Callable[..., Resample]] = {
    "adasyn": adasyn,
    "borderline_smote": borderline_smote,
    "none": none,
    "random_over": random_over,
    "random_under": random_under,
    "smote": smote,
    "smote_enn": smote_enn,
    "tomek": tomek,
}
