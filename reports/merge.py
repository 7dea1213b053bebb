"""Several runs as one, where no cell is in two of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from harness.errors import RunFolderError
from harness.schema import AXES
from reports.results import TABLES, Results, undictionaried
from reports.terms import difference

# What makes two rows of two runs the same piece of work: shared by id, kept once.
_IDENTITY = {
    "acquisitions": ["acquisition_id"],
    "rounds": ["acquisition_id", "round"],
    "evaluations": ["acquisition_id", "n_labels"],
    "references": ["reference_id"],
    "environments": ["environment_id"],
    "datasets": ["dataset"],
}


def merge(runs: Sequence[Results]) -> Results:
    """One `Results` of all rows of `runs`.

    Raises `RunFolderError` if a cell is in two runs (which of the two should count?), if a
    dataset's label means two things, if their sweeps ask for different references or do not
    split, buy or validate alike, or if they hold two different full_data fits of one pipeline and
    repeat: their numbers would not be paired.
    """
    if len(runs) == 1:
        return runs[0]
    _refuse_shared_cells(runs)
    if len({run.reference for run in runs}) > 1:
        raise RunFolderError(
            "these runs measure labels to the target by different references. "
            "Report them one by one."
        )
    _refuse_other_terms(runs)
    _refuse_second_meaning(
        runs, "datasets", ["dataset"], ["content", "preparation"], "was prepared from other data"
    )
    _refuse_second_meaning(
        runs,
        "references",
        ["dataset", "classifier", "scaler", "resampler", "repeat"],
        ["reference_id"],
        "has another full_data fit (other seed, split or precision)",
    )
    frames = {table: _concatenated(runs, table) for table in TABLES}
    sweeps = {root: text for run in runs for root, text in run.sweeps.items()}
    first = runs[0]
    terms = {path: term for run in reversed(runs) for path, term in run.terms.items()}
    return Results(**frames, reference=first.reference, terms=terms, sweeps=sweeps)


def identity(table: str) -> list[str]:
    """Return the columns that make two rows of two runs the same piece of work, if any do."""
    return _IDENTITY.get(table, [])


def rows(parts: Sequence[pa.Table], table: str) -> pa.Table:
    """Return the rows of `parts`, one `table` of several runs; what several hold, once."""
    if len(parts) == 1:
        return parts[0]
    whole = pa.concat_tables([part.cast(undictionaried(part.schema)) for part in parts])
    if not identity(table):
        return whole
    is_later = whole.select(identity(table)).to_pandas().duplicated().to_numpy()
    return whole.filter(pa.array(~is_later))


def _concatenated(runs: Sequence[Results], table: str) -> pd.DataFrame:
    # pandas warns about all-empty frames in a concatenation, whose dtypes it may change
    frames: list[pd.DataFrame] = [getattr(run, table) for run in runs]
    kept = [frame for frame in frames if len(frame)] or frames[:1]
    whole = pd.concat(kept, ignore_index=True)
    same = identity(table)
    return whole.drop_duplicates(same, ignore_index=True) if same else whole


def _refuse_shared_cells(runs: Sequence[Results]) -> None:
    seen: dict[tuple[object, ...], str] = {}
    for run in runs:
        name = next(iter(run.sweeps))
        cells = run.trials[[*AXES, "budget"]].drop_duplicates()
        for cell in cells.itertuples(index=False, name=None):
            if cell in seen:
                *names, budget = cell
                raise RunFolderError(
                    f"the cell {' / '.join(map(str, names))} at {budget} labels is in two runs: "
                    f"{seen[cell]} and {name}. Report them one by one."
                )
        seen.update(dict.fromkeys(cells.itertuples(index=False, name=None), name))


def _refuse_other_terms(runs: Sequence[Results]) -> None:
    for run in runs[1:]:
        if differs := difference(runs[0].terms, run.terms):
            names = " and ".join(next(iter(one.sweeps)) for one in (runs[0], run))
            raise RunFolderError(
                f"{names} differ in {differs}: their numbers are not paired. "
                f"Report them one by one."
            )


def _refuse_second_meaning(
    runs: Sequence[Results], table: str, key: list[str], meaning: list[str], what: str
) -> None:
    seen: dict[tuple[object, ...], tuple[tuple[object, ...], str]] = {}
    for run in runs:
        name = next(iter(run.sweeps))
        rows: pd.DataFrame = getattr(run, table)
        keys = rows[key].itertuples(index=False, name=None)
        for label, now in zip(keys, rows[meaning].itertuples(index=False, name=None), strict=True):
            before, where = seen.setdefault(label, (now, name))
            if before != now:
                raise RunFolderError(
                    f"{' / '.join(map(str, label))} {what} in {name} than in {where}. "
                    "Report them one by one."
                )
