"""What did not end well, grouped by what went wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pandas as pd

from reports.grid import NO_FAILURE
from reports.results import Results

LONGEST = 20_000  # characters of a traceback that are shown, the end of it
MOST = 100  # groups that are listed

_KINDS = {
    "acquisition": "acquisitions",
    "trial": "trials",
    "evaluation": "evaluations",
    "reference": "references",
}
_WHERE = ["dataset", "classifier", "scaler", "resampler", "strategy", "budget", "n_labels"]


@dataclass(frozen=True)
class Failure:
    """Pieces of work of one kind that ended with one status and one last line of error."""

    kind: str  # acquisition, trial, evaluation or reference
    status: str
    cause: str  # last line of the error
    count: int
    first: str  # where the first of them stood
    error: str  # whole text of that one


@dataclass(frozen=True)
class Retry:
    """Attempts that did not end well and were dealt with in one way."""

    kind: str
    cause: str
    action: str
    count: int


def failures(results: Results) -> list[Failure]:
    """Group all that ended in a status other than done or pruned, the most frequent first."""
    found = []
    for kind, table in _KINDS.items():
        rows: pd.DataFrame = getattr(results, table)
        rows = rows[~rows["status"].isin(NO_FAILURE)]
        errors = rows["error"].fillna("").astype(str).str.strip()
        causes = errors.str.rsplit("\n", n=1).str[-1].replace("", "no message")
        for (status, cause), group in rows.groupby([rows["status"], causes]):
            first = group.iloc[0]
            error = errors.loc[group.index[0]][-LONGEST:]
            found.append(Failure(kind, str(status), str(cause), len(group), _where(first), error))
    return sorted(found, key=lambda f: (-f.count, f.kind, f.status, f.cause))


def retries(results: Results) -> list[Retry]:
    """Group the attempts, the most frequent first."""
    what = ["kind", "cause", "action"]
    counted = Counter(results.attempts[what].itertuples(index=False, name=None))
    return [Retry(kind, cause, action, n) for (kind, cause, action), n in counted.most_common()]


def _where(row: pd.Series) -> str:
    parts = [str(row[name]) for name in _WHERE[:5] if name in row]
    at = [f"{int(row[name])} labels" for name in _WHERE[5:] if name in row]
    number = [f"trial {int(row['number'])}"] if "number" in row else []
    return ", ".join([" / ".join(parts), *at[:1], f"repeat {int(row['repeat'])}", *number])
