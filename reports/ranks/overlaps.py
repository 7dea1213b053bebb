"""How much the repeats of each dataset share, for the tests that must know."""

from __future__ import annotations

from reports.ranks.paired import overlap_of
from reports.results import Results


def overlaps(results: Results) -> dict[str, float | None]:
    """Return test rows / pool rows by dataset; None where repeats are no random splits."""
    split = results.terms.get("split.method")
    rows = results.datasets[["dataset", "n_test", "n_pool"]].itertuples(index=False, name=None)
    return {str(name): overlap_of(split, n_test, n_pool) for name, n_test, n_pool in rows}
