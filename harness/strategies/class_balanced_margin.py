"""Label what is hard to tell apart, from the classes that have the fewest labels.

The aim is that of Bengar, van de Weijer, Lopez Fuentes and Raducanu, "Class-balanced active
learning for image classification", WACV 2022: informative rows whose predicted classes,
with the labels that are there, come closest to the same number for each class. They solve for a
whole batch with predicted probabilities and a weight between the two aims; this one is greedy, with
predicted classes, and balance goes first: row by row, the smallest margin within the class that
has the fewest labels so far.
"""

from __future__ import annotations

import numpy as np

from harness.arrays import Rows
from harness.strategies.query import Query


def class_balanced_margin(query: Query, n: int) -> Rows:
    """Candidates of small margin, of each predicted class as many as even out the labels.

    Counted are the labels and what was chosen in this batch. Among classes with equally many, the
    one with the smaller margin is next; one without candidates, such as a class not met yet, is
    passed over.
    """
    predicted = query.probabilities.argmax(axis=1)
    best_first = np.lexsort((query.margins, predicted))  # NaN last; stable: the pool's order
    ends = np.cumsum(np.bincount(predicted, minlength=query.n_classes))
    nexts = np.r_[0, ends[:-1]]
    counts = np.bincount(query.y_labelled, minlength=query.n_classes)
    chosen: list[int] = []
    while len(chosen) < n:
        left = np.flatnonzero(nexts < ends)
        fewest = left[counts[left] == counts[left].min()]
        smallest = query.margins[best_first[nexts[fewest]]]
        of = fewest[np.lexsort((best_first[nexts[fewest]], smallest))[0]]
        chosen.append(int(best_first[nexts[of]]))
        nexts[of] += 1
        counts[of] += 1
    last = query.margins[chosen[-1]]
    alike = np.isnan(query.margins) if np.isnan(last) else query.margins == last
    query.ties.append(float((alike & (predicted == predicted[chosen[-1]])).mean()))
    return query.candidates[chosen]
