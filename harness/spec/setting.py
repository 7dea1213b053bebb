"""From checked fields to the `Setting` that the whole sweep shares."""

from __future__ import annotations

from harness import cell
from harness.cell import Setting, Tuning
from harness.device import BACKENDS
from harness.registry import Registry
from harness.spec import fields
from harness.spec.entries import Entries
from harness.spec.problems import Problems

DEFAULT_SHARE = 0.2


def setting_of(
    file: fields.SweepFile, registry: Registry, entries: Entries, problems: Problems
) -> Setting:
    """The setting; what is wrong with it is noted."""
    designs, splitters = registry.designs, registry.splitters
    if file.split.method not in splitters:
        entries.unknown(("split", "method"), "splitter", file.split.method, splitters)
    elif file.split.test is not None and not splitters[file.split.method].takes_share:
        problems.add(("split", "test"), f"{file.split.method} has its own test set; leave this out")
    _check_seeds(file, problems)
    if file.labelling.design not in designs:
        entries.unknown(("labelling", "design"), "design", file.labelling.design, designs)
    how = file.tuning.validation
    return Setting(
        seed=file.seed,
        split=cell.Split(
            file.split.method,
            _share(file, registry),
            tuple(file.split.seeds or ()),
            registry.source("splitters", file.split.method),
            needs_start=file.split.method in splitters
            and splitters[file.split.method].start_needs_every_class,
        ),
        labelling=cell.Labelling(
            file.labelling.initial,
            file.labelling.design,
            file.labelling.batch,
            registry.source("designs", file.labelling.design),
        ),
        tuning=Tuning(
            trials=file.tuning.trials,
            metric=file.tuning.metric,
            validation=cell.Validation(how.method, how.folds or 0, how.rows or 0),
            acquisition=file.tuning.acquisition,
            startup=file.tuning.startup,
            pruning=file.tuning.pruning,
        ),
        dtype=file.dtype,
        threads=file.threads,
        neural=cell.Neural(
            "gpu" if file.neural.device == "gpu" else "cpu",  # auto: `placement.py` knows more
            file.neural.backend or BACKENDS[0],
            file.neural.deterministic,
        ),
        oracle=cell.Oracle(file.oracle.noise),
    )


def _share(file: fields.SweepFile, registry: Registry) -> float:
    """Of test rows; 0 where the split has its own test set."""
    splitter = registry.splitters.get(file.split.method)
    if splitter and not splitter.takes_share:
        return 0.0
    return DEFAULT_SHARE if file.split.test is None else file.split.test


def _check_seeds(file: fields.SweepFile, problems: Problems) -> None:
    """One seed a repeat, each another: equal ones would count one split twice."""
    seeds, path = file.split.seeds, ("split", "seeds")
    if seeds is None:
        return
    if not seeds:
        problems.add(path, "name at least one, or leave it out")
    if len(set(seeds)) < len(seeds):
        twice = next(seed for seed in seeds if seeds.count(seed) > 1)
        problems.add(path, f"{twice} stands there more than once")
    if "repeats" in file.model_fields_set and file.repeats != len(seeds):
        problems.add(("repeats",), f"split.seeds gives {len(seeds)} repeats; leave this out")
