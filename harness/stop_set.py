"""What a query model says of some fixed pool rows: stopping rules are worked out from it later.

Each round's is a function of that round's model alone, so that it hangs on no segment; agreement
with the round before is for whoever reads the table (`reports/stopping.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.answers import Answers
from harness.arrays import Rows
from harness.metrics import has_answer

N_ROWS = 1000  # of the stop set, or all that may be bought


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one model says of the stop set."""

    predicted: bytes | None  # a class each, see `outlook`; None: no model, or no answer
    confidence: float | None  # mean highest probability; None: it has no probabilities


NO_OUTLOOK = Outlook(None, None)


def outlook(answers: Answers, rows: Rows) -> Outlook:
    """Ask the model behind `answers` about pool `rows`: no label is needed for it.

    Classes are one byte each, or two (little-endian) where there are more than 256.
    """
    predicted, probabilities = answers.classes(rows)
    if not has_answer(probabilities):
        return NO_OUTLOOK
    kind = np.uint8 if answers.fitted.n_classes <= 2**8 else np.dtype("<u2")
    sure = None if probabilities is None else float(probabilities.max(axis=1).mean())
    return Outlook(predicted.astype(kind).tobytes(), sure)
