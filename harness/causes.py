"""Why work of a run did not end well, in few lines."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from harness.schema import RETRIED
from harness.store import RunFolder

MOST = 3  # lines of a table


def causes(folder: RunFolder, table: str) -> list[str]:
    """`5 failed: why` for the most frequent errors of a table, by their first lines.

    A last line counts those that are left.
    """
    rows = folder.read(table, ["status", "error"])
    status = rows.column("status").cast(pa.string())
    badly = rows.filter(pc.is_in(status, pa.array(RETRIED)))
    found = Counter(
        (name, (error or "no word of why").split("\n", 1)[0])
        for name, error in zip(
            badly.column("status").to_pylist(), badly.column("error").to_pylist(), strict=True
        )
    )
    lines = [f"{n:,} {name}: {why}" for (name, why), n in found.most_common(MOST)]
    if others := sum(found.values()) - sum(n for _, n in found.most_common(MOST)):
        lines.append(f"{others:,} of other causes")
    return lines
