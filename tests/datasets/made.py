"""Made-up files in the exact layout of official ones, quirks included: what tests import.

`plain` does for a card whose files have no quirks but a byte-order mark and CRLF; those of families
with more stand in the made_* files beside this one, and `made_every.MADE` names them all.
"""

import numpy as np


def plain(card, folder, rows_per_class=12, *, version=None, bom=True, newline="\r\n", seed=0):
    """Write the files of `card`'s first (or `version`) version: sorted, some rows alike."""
    rng = np.random.default_rng(seed)
    version = version or card.versions[0]
    columns = card.columns_of(version)
    for file in version.files:
        between = card.delimiter
        lines = [between.join(column.name for column in columns)] if card.has_header else []
        for name in sorted(version.classes):
            label = {card.labels[0]: name}
            label |= dict.fromkeys(card.labels[1:], int(name != card.normal))
            cells = [
                between.join(str(label.get(c.name, value(rng, c))) for c in columns)
                for _ in range(rows_per_class - 2)
            ]
            lines += [*cells, cells[-1], cells[-1]]
        text = newline.join(lines) + newline
        (folder / file.name.replace("*", "1")).write_bytes(
            (("\ufeff" if bom else "") + text).encode()
        )


def value(rng, column):
    """A cell that the column can hold."""
    if column.missing and column.dtype == "category" and rng.random() < 0.2:
        return column.missing[0]
    if column.zero and rng.random() < 0.5:
        return column.zero[0]
    if column.dtype == "category":
        return rng.choice(["b", "B", "a-b", "10"])
    if column.dtype == "flag":
        return rng.integers(2)
    return rng.integers(1, 4) if column.dtype == "int64" else rng.integers(1, 4) / 8
