"""A small made-up file that obeys a card, as the official one does: for tests of its reader."""

import hashlib
from dataclasses import replace

import numpy as np

from datasets.card import File


def small_official(card, rows_per_class=12, seed=0):
    """Return the bytes of such a file, and the card with its checksum and counts.

    As in the files of UNSW it begins with a byte-order mark, its lines end in CRLF, and it is
    sorted by class. Some rows are alike, some values missing.
    """
    rng = np.random.default_rng(seed)
    lines = [",".join(column.name for column in card.columns)]
    for name in sorted(card.classes):
        label = {card.labels[0]: name, **dict.fromkeys(card.labels[1:], int(name != card.normal))}
        lines += [
            ",".join(str(label.get(c.name, _value(rng, c))) for c in card.columns)
            for _ in range(rows_per_class - 2)
        ]
        lines += [lines[-1]] * 2
    content = ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()
    file = File(card.files[0].name, len(content), hashlib.sha256(content).hexdigest())
    return content, replace(
        card, files=(file,), classes=dict.fromkeys(sorted(card.classes), rows_per_class)
    )


def _value(rng, column):
    if rng.random() < 0.2 and (column.missing or column.zero) and column.dtype == "category":
        return column.missing[0]
    if column.zero and rng.random() < 0.5:
        return column.zero[0]
    if column.dtype == "category":
        return rng.choice(["b", "B", "a-b", "10"])
    return rng.integers(1, 4) if column.dtype == "int64" else rng.integers(1, 4) / 8
