"""A pilot: a small part of a sweep, run here, so that times are known of all that it names.

It is done in passes, one after the other on the same worker processes. So each kind of work is
recorded at several times: what else a machine does comes in bursts, and one that fell on all trials
of one budget would be taken for the rule. A pass has as many repeats as keep this machine's places
busy, if the sweep has so many: tasks that run side by side slow each other down, as in the run.
"""

from __future__ import annotations

import copy
import math
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import typer
import yaml

from datasets.visible import one_line, say
from harness.plan import Plan
from harness.states import ROUND_S
from harness.store import RunFolder
from harness.sweep import Sweep

TRIALS, STARTUP = 6, 3  # the defaults, two random ones, three of TPE's
SECONDS = {"rounds": ROUND_S} | dict.fromkeys(("evaluations", "trials", "references"), ("wall_s",))
STEPS = 4  # rounds between the smallest and the largest budget
WITH_FAILURES = 3  # exit code of `run`
ENOUGH_S = 120.0  # of recorded work, when there were enough repeats
# Random trials of a repeat share their hyperparameters, which decide how long they take, whatever
# the strategy and the budget: a repeat is one draw. So three, where the sweep has as many.
FEWEST = 3
MOST_PASSES = 5


def place_of(root: Path) -> Path:
    """Where the pilot of a run at `root` is."""
    return root.with_name(f"{root.name}-pilot")


def pilot_of(plan: Plan, repeats: int = 1) -> dict[str, Any]:
    """The sweep of a pilot, as YAML has it.

    Few trials of every curve at the smallest and at about the largest budget that all
    datasets have, in few large rounds that begin about where the sweep's own do.
    """
    sweep = plan.sweep
    smallest = min(a.budgets[0] for a in plan.acquisitions)
    largest = min(a.budgets[-1] for a in plan.acquisitions)
    smallest = min(smallest, largest)
    holdout = sweep.setting.tuning.validation.rows
    whole: dict[str, Any] = copy.deepcopy(dict(sweep.resolved))
    step = (largest - smallest) // STEPS or largest - smallest
    budgets = [smallest, smallest + step * ((largest - smallest) // step)] if step else [smallest]
    whole["repeats"] = repeats
    whole["name"] = f"{sweep.name}-pilot"[:60]
    labelling = whole["labelling"]
    earlier = smallest - holdout - labelling["initial"]  # bought before the smallest budget
    whole["labelling"] = {
        **labelling,
        "initial": smallest - holdout - (earlier // step * step if step else 0),
        "batch": step or labelling["batch"],
    }
    tuning = whole["tuning"]
    whole["tuning"] = {
        **tuning,
        "trials": min(tuning["trials"], TRIALS),
        "startup": min(tuning["startup"], STARTUP),
    }
    if seeds := whole["split"].get("seeds"):
        whole["split"] = {**whole["split"], "seeds": seeds[:repeats]}
    for grid in [whole, *whole.get("grids", [])]:
        if "budgets" in grid:
            grid["budgets"] = budgets
    return whole


def run_pilot(plan: Plan, root: Path) -> None:
    """Run it on a local Ray, or go on with it, until it has recorded enough to go by.

    Raises what `run` raises.
    """
    place = place_of(root)
    say(one_line(f"pilot      {place}: a small part of the sweep, run on this machine"))
    for number, repeats in enumerate(passes(plan, places=os.cpu_count() or 1), start=1):
        say(one_line(f"pilot      pass {number}: {repeats} repeats"))
        _run(plan, place, repeats)
        if repeats >= min(FEWEST, plan.sweep.repeats) and recorded_s(place) >= ENOUGH_S:
            break


def passes(plan: Plan, *, places: int) -> list[int]:
    """How many repeats are done after each, on a machine with so many CPUs."""
    setting = plan.sweep.setting
    n_curves = len({str(acquisition.curve) for acquisition in plan.acquisitions})
    at_once = math.ceil(max(1, places // setting.threads) / n_curves)
    at_once = min(at_once, plan.sweep.repeats)
    most = len(setting.split.seeds) or MOST_PASSES * at_once
    return list(dict.fromkeys(min(at_once * (i + 1), most) for i in range(MOST_PASSES)))


def _run(plan: Plan, place: Path, repeats: int) -> None:
    from cluster.commands import run

    with tempfile.TemporaryDirectory() as made:
        path = _written(plan.sweep, pilot_of(plan, repeats), Path(made))
        try:
            run(str(path), out=str(place))
        except typer.Exit as ended:
            if ended.exit_code != WITH_FAILURES:
                raise


def recorded_s(place: Path) -> float:
    """Of its rounds, tests, trials and references together."""
    folder = RunFolder.open(place)
    frames = [folder.frame(table, list(columns)) for table, columns in SECONDS.items()]
    return sum(float(np.nansum(frame.to_numpy(dtype=float))) for frame in frames)


def _written(sweep: Sweep, pilot: dict[str, Any], folder: Path) -> Path:
    """The sweep as a file in `folder`, its component files beside it."""
    (folder / "components").mkdir()
    for file in sweep.files:
        (folder / "components" / file.name).write_text(file.text, encoding="utf-8")
    path = folder / "pilot.yaml"
    path.write_text(yaml.safe_dump(pilot, sort_keys=False), encoding="utf-8")
    return path
