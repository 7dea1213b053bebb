"""One piece of work as a run folder has it: its rows, and what the stored sweep says it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from operator import itemgetter

import pyarrow.compute as pc

from harness import corpus
from harness.cell import Acquisition, Reference, Study
from harness.corpus import Corpus
from harness.errors import RunFolderError
from harness.ids import Named
from harness.plan import Plan, make_plan
from harness.schema import AXES, Row
from harness.segment import Rowset
from harness.spec import read_sweep
from harness.store import SWEEP, RunFolder

Work = Acquisition | Study | Reference


@dataclass(frozen=True)
class Stored:
    """The rows of a piece of work, and the rows that it was made from."""

    folder: RunFolder
    named: Named
    tables: Rowset  # rounds by round, trials by number; of other tables in no order

    @classmethod
    def read(cls, folder: RunFolder, named: Named) -> Stored:
        """Also while a driver writes. Raises `RunFolderError` if the rows went meanwhile."""
        # A driver writes rounds first and the acquisition that they make up last; read the other
        # way round, whatever is found has what it was made from.
        column = f"{named.kind}_id"
        match named.kind:
            case "reference":
                tables = {"references": _rows(folder, "references", column, named.id)}
            case "study":
                trials = _rows(folder, "trials", column, named.id)
                bought = [trial["acquisition_id"] for trial in trials[:1]]
                tables = {
                    "trials": trials,
                    "rounds": _rows(folder, "rounds", "acquisition_id", *bought),
                }
            case _:
                tables = {
                    table: _rows(folder, table, column, named.id)
                    for table in ("acquisitions", "trials", "evaluations", "rounds")
                }
        if not any(tables.values()):
            raise RunFolderError(f"{named.kind} {named.id} has just gone from {folder.shown()}")
        for table, key in (("rounds", "round"), ("trials", "number")):
            tables.get(table, []).sort(key=itemgetter(key))
        return cls(folder, named, tables)

    @property
    def row(self) -> Row:
        """Any of the rows: for its names."""
        return next(row for rows in self.tables.values() for row in rows)

    @property
    def title(self) -> str:
        """The id, and what a person would call it."""
        row = self.row
        labels = " × ".join(row[axis] for axis in AXES if axis in row)
        budget = f", {row['budget']} labels" if self.named.kind == "study" else ""
        trial = "" if self.named.trial is None else f":{self.named.trial}"
        kind = "trial" if trial else self.named.kind
        return f"{kind} {self.named.id}{trial} ({labels}, repeat {row['repeat']}{budget})"


def planned(stored: Stored) -> tuple[Work, Plan, Corpus]:
    """What the stored sweep and today's data say that `stored` is, with its dataset alone.

    It need not be in the plan: a repeat or a budget that the sweep no longer asks for will do.
    Raises `RunFolderError` where nothing that the sweep describes has that id, and what
    `read_sweep`, `corpus.load` and `make_plan` raise.
    """
    root, label = stored.folder.root, stored.row["dataset"]
    text = stored.folder.sweep_text()
    if text is None:
        raise RunFolderError(
            f"{stored.folder.shown()} holds no {SWEEP}, so nobody knows what its rows are"
        )
    whole = read_sweep(text, stored.folder.shown(root / SWEEP), root)
    grids = tuple(
        replace(grid, datasets=(dataset,))
        for grid in whole.grids
        for dataset in grid.datasets
        if dataset.label == label
    )
    if not grids:
        raise _gone(stored, f"it has no dataset {label!r}")
    sweep = replace(whole, grids=grids)
    prepared = corpus.load(sweep)
    content = prepared[label].table.content
    for row in _rows(stored.folder, "datasets", "dataset", label):
        if row["content"] != content:
            why = f"the content of the dataset {label} was {row['content']} and is {content}"
            raise _gone(stored, why)
    plan = make_plan(sweep, prepared)
    for work in _alike(stored, plan):
        if work.id == stored.named.id:
            return work, plan, prepared
    raise _gone(stored, _other(stored, plan))


def _rows(folder: RunFolder, table: str, column: str, *ids: str) -> list[Row]:
    found: list[Row] = folder.read(table).filter(pc.field(column).isin(ids)).to_pylist()
    return found


def _alike(stored: Stored, plan: Plan) -> Iterator[Work]:
    """Whatever of the plan might be `stored`, on its repeat and at its budget."""
    row, seeds = stored.row, plan.sweep.setting.split.seeds
    if seeds and row["repeat"] >= len(seeds):
        return  # its seed is not known any more
    if stored.named.kind == "reference":
        for reference in plan.references:
            if reference.repeat == 0:
                yield replace(reference, repeat=row["repeat"])
        return
    for planned_ in plan.acquisitions:
        if planned_.repeat == 0:
            acquisition = replace(planned_, repeat=row["repeat"])
            is_study = stored.named.kind == "study"
            yield Study(acquisition, row["budget"]) if is_study else acquisition


def _other(stored: Stored, plan: Plan) -> str:
    """Why nothing of the plan has the id."""
    row = stored.row
    for work in _alike(stored, plan):
        curve = work.acquisition.curve if isinstance(work, Study) else work.curve
        if all(row[axis] == label for axis, label in curve.labels.items() if axis in row):
            return (
                f"what has its names now is {stored.named.kind} {work.id}, since a setting, a "
                "parameter, the code of a component or fewlabels itself is another"
            )
    return "the sweep has nothing of these names"


def _gone(stored: Stored, why: str) -> RunFolderError:
    path = stored.folder.shown(stored.folder.root / SWEEP)
    return RunFolderError(f"{stored.title} is stored, but {path} no longer describes it: {why}")
