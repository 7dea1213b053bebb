"""Whether rows fit together: nothing doubled, nothing missing, sums that add up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from harness.gaps import codes, out_of_place
from harness.schema import AXES, KEYS, STATUSES
from harness.verify.tables import Tables, found, named

_ENDED = ("acquisitions", "evaluations", "references", "trials")
_OF_ACQUISITIONS = ("acquisitions", "rounds", "evaluations", "trials")


def check_work(tables: Tables) -> Iterator[str]:
    """A line for each thing that cannot be so."""
    for table, key in KEYS.items():
        frame = tables.frames[table]
        if key and (again := frame.duplicated(list(key))).any():
            yield from found(table, "stands there twice", named(table, frame[again]))
    for table, number, id_ in (
        ("rounds", "round", "acquisition_id"),
        ("trials", "number", "study_id"),
    ):
        arrow = tables.arrow[table]
        wrong = out_of_place(arrow.column(id_), arrow.column(number))
        places = named(table, tables.frames[table][wrong])
        yield from found(
            table, "does not follow the one before: some are missing or double", places
        )
    yield from _check_names(tables)
    yield from _check_rounds(tables)
    yield from _check_ends(tables)
    yield from _check_places_in_rounds(tables)
    for table in _ENDED:
        yield from _check_outcomes(tables, table)
    yield from _check_environments(tables)


def _check_names(tables: Tables) -> Iterator[str]:
    """One id has one name."""
    names = ["acquisition_id", *AXES, "repeat"]
    parts = [tables.frames[t][names].drop_duplicates().astype(str) for t in _OF_ACQUISITIONS]
    every = pd.concat(parts).drop_duplicates()
    twice = every.loc[every.duplicated("acquisition_id"), "acquisition_id"].unique()
    yield from found("acquisitions", "has several names", [f"acquisition {id_}" for id_ in twice])
    of_study = ["study_id", "acquisition_id", "budget"]
    studies = tables.frames["trials"][of_study].drop_duplicates()
    twice = studies.loc[studies.duplicated("study_id"), "study_id"].unique()
    yield from found("trials", "has several budgets", [f"study {id_}" for id_ in twice])


def _check_rounds(tables: Tables) -> Iterator[str]:
    """Batches are disjoint, within the pool, and add up."""
    arrow, frame = tables.arrow["rounds"], tables.frames["rounds"]
    if frame.empty:
        return
    lengths = pc.list_value_length(arrow.column("batch")).to_numpy()
    owner = np.repeat(codes(arrow.column("acquisition_id")), lengths)
    of_round = np.repeat(np.arange(len(frame)), lengths)
    rows = pc.list_flatten(arrow.column("batch")).to_numpy()
    order = np.lexsort((rows, owner))
    again = np.flatnonzero((np.diff(owner[order]) == 0) & (np.diff(rows[order]) == 0))
    twice = frame.iloc[np.unique(of_round[order[again + 1]])]
    yield from found("rounds", "buys a row that was bought before", named("rounds", twice))
    n_pool = frame["dataset"].astype(str).map(tables.datasets["n_pool"]).fillna(-1).to_numpy()
    outside = np.unique(of_round[(rows < 0) | (rows >= n_pool[of_round])])
    yield from found(
        "rounds", "buys a row that its pool does not have", named("rounds", frame.iloc[outside])
    )
    bought = pc.list_value_length(arrow.column("bought")).to_numpy()
    per_class = pc.list_flatten(arrow.column("bought")).to_numpy()
    sums = np.bincount(np.repeat(np.arange(len(frame)), bought), per_class, len(frame))
    wrong = frame[sums != lengths]
    yield from found("rounds", "classes do not add up to its batch", named("rounds", wrong))
    sorted_ = frame.assign(length=lengths).sort_values(["acquisition_id", "round"])
    before = sorted_.groupby("acquisition_id")["n_labels"].shift()
    holdout = tables.frames["acquisitions"].set_index("acquisition_id")["n_holdout"]
    holdout = holdout[~holdout.index.duplicated()]
    start = before.fillna(sorted_["acquisition_id"].map(holdout))
    start = start.fillna(sorted_["n_labels"] - sorted_["length"])  # it has not ended yet
    wrong = sorted_[sorted_["n_labels"] != start + sorted_["length"]]
    yield from found("rounds", "n_labels is not the sum of the batches", named("rounds", wrong))


def _check_ends(tables: Tables) -> Iterator[str]:
    """What acquisitions say of their rounds is so; more may have been bought since."""
    ends, rounds = tables.frames["acquisitions"], tables.frames["rounds"]
    last = rounds.rename(columns={"n_labels": "bought"})
    last = last.assign(n_rounds=last["round"] + 1)[["acquisition_id", "n_rounds", "bought"]]
    both = ends.merge(last, on=["acquisition_id", "n_rounds"], how="left")
    bought = both["bought"].where(both["n_rounds"] > 0, both["n_labels"])
    wrong = both[bought != both["n_labels"]]
    yield from found("acquisitions", "its rounds do not say so", named("acquisitions", wrong))


def _check_places_in_rounds(tables: Tables) -> Iterator[str]:
    """Trials and evaluations are of a number of labels that was bought."""
    rounds = tables.frames["rounds"][["acquisition_id", "n_labels"]]
    bought = pd.MultiIndex.from_frame(rounds)
    for table, labels in (("trials", "budget"), ("evaluations", "n_labels")):
        frame = tables.frames[table]
        here = pd.MultiIndex.from_frame(frame[["acquisition_id", labels]])
        wrong = frame[~here.isin(bought)]
        yield from found(table, "no round ends with its labels", named(table, wrong))


def _check_outcomes(tables: Tables, table: str) -> Iterator[str]:
    frame = tables.frames[table]
    status = frame["status"].astype(str)
    wrong = frame[~status.isin(STATUSES)]
    yield from found(table, "has no such status", named(table, wrong))
    if table == "references":
        n_pool = frame["dataset"].astype(str).map(tables.datasets["n_pool"])
        wrong = frame[(status == "done") & (frame["n_labels"] != n_pool)]
        yield from found(table, "was not fitted on the whole pool", named(table, wrong))
    if table == "acquisitions":
        return
    names = tables.arrow[table].column_names
    scores = frame[[name for name in names if name.startswith(("val_", "test_"))]]
    scored = scores.notna().any(axis=1)
    wrong = frame[(status == "done") & frame["test_accuracy"].isna()]
    yield from found(table, "is done and has no score", named(table, wrong))
    wrong = frame[~status.isin(["done", "degenerate"]) & scored]
    yield from found(table, "has a score, though it did not end well", named(table, wrong))


def _check_environments(tables: Tables) -> Iterator[str]:
    environments = tables.frames["environments"]
    known = set(environments["environment_id"])
    for table in _ENDED:
        used = tables.frames[table]["environment_id"].astype(str)
        lost = sorted({*used.unique()} - known)
        yield from found(table, "is in no row of environments", [f"environment {x}" for x in lost])
    for row in tables.arrow["environments"].to_pylist():
        id_ = row.pop("environment_id")
        content = hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()
        if not content.startswith(id_):
            yield f"environments: environment {id_}: its content has another id"
    for table in _OF_ACQUISITIONS:
        used = tables.frames[table]["dataset"].astype(str)
        lost = sorted({*used.unique()} - {*tables.frames["datasets"]["dataset"]})
        yield from found(table, "is in no row of datasets", [f"dataset {label}" for label in lost])
