"""All checks of a run folder, in the order in which one would want to know."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from harness.errors import DamagedFile, RunFolderError
from harness.quarantine import FOLDER
from harness.replan import replanned
from harness.schema import TABLES
from harness.store import RunFolder
from harness.verify.ids import check_ids
from harness.verify.scores import check_scores, check_winners
from harness.verify.sweep import check_sweep
from harness.verify.tables import Tables
from harness.verify.work import check_work


@dataclass(frozen=True)
class Verified:
    """What is wrong with a run, and what could not be looked at."""

    findings: tuple[str, ...]  # a line each
    notes: tuple[str, ...]
    n_rows: int


def verify(folder: RunFolder) -> Verified:
    """Check every file and every row of `folder`; nothing is written, no dataset loaded."""
    arrow: dict[str, pa.Table] = {}
    findings: list[str] = []
    for table in TABLES:
        arrow[table], unread = folder.read_what_is_there(table)
        findings += unread
    if findings:  # what hangs on lost rows would only repeat it
        return Verified(tuple(findings), ("rows were not checked",), sum(map(len, arrow.values())))
    tables = Tables.of(folder.root, arrow)
    notes = _set_aside(folder)
    findings += check_work(tables)
    findings += check_scores(tables)
    findings += check_winners(tables)
    asked = check_sweep(folder, has_rows=any(map(len, arrow.values())))
    findings += asked
    try:
        plan = replanned(folder)
    except DamagedFile as error:
        if asked:  # which says so already
            notes.append("ids were not computed again")
        else:
            findings.append(f"ids: {error}")
    except RunFolderError as error:
        notes.append(f"ids were not computed again: {error}")
    else:
        wrong, more = check_ids(tables, plan)
        findings += wrong
        notes += more
    return Verified(tuple(findings), tuple(notes), sum(map(len, arrow.values())))


def _set_aside(folder: RunFolder) -> list[str]:
    aside = folder.root / FOLDER
    if aside.is_symlink():  # it may lead to a whole disk
        return [f"{FOLDER} is a link, and not looked through"]
    files = [path for path in aside.rglob("*") if path.is_file()]
    return [f"{FOLDER}/ holds {len(files)} files that were set aside"] if files else []
