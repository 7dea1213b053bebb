"""The plan of a run folder, made from its files alone."""

from __future__ import annotations

from harness.corpus import with_content
from harness.errors import BadComponents, DamagedFile, HarnessError, RunFolderError
from harness.placement import adopted
from harness.plan import Known, Plan, plan_of
from harness.spec import read_sweep
from harness.store import SWEEP, RunFolder
from harness.sweep import Sweep


def replanned(folder: RunFolder) -> Plan:
    """What the stored sweep asks for, on the datasets as they were: none is loaded.

    Raises `DamagedFile` for a sweep that is none here, and `RunFolderError` where the files do
    not tell: a run folder may come from anybody, so the component files in it, which are code,
    are not run.
    """
    path = folder.shown(folder.root / SWEEP)
    text = folder.sweep_text()
    if text is None:
        raise RunFolderError(f"{folder.shown()} holds no {SWEEP} yet")
    try:
        sweep = adopted(read_sweep(text, path, folder=None), folder)
        return plan_of(sweep, _known(sweep, folder))
    except RunFolderError:
        raise
    except BadComponents as error:
        raise RunFolderError(str(error)) from None
    except HarnessError as error:
        why = " ".join(str(error).split())
        raise DamagedFile(
            f"{path} cannot be planned again ({why}): it was changed, or needs another version of "
            "fewlabels, or a package with components that is not installed here"
        ) from error


def _known(sweep: Sweep, folder: RunFolder) -> dict[str, Known]:
    rows = {row["dataset"]: row for row in folder.read("datasets").to_pylist()}
    known = {}
    for dataset in (dataset for grid in sweep.grids for dataset in grid.datasets):
        if dataset.label not in rows:
            raise RunFolderError(
                f"{folder.shown(folder.root / 'datasets')} has no row of {dataset.label} yet"
            )
        row = rows[dataset.label]
        content = with_content(dataset, row["content"], row["reading"] or "")
        known[dataset.label] = Known(content, row["n_pool"])
    return known
