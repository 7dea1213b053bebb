"""A pilot: a small part of a sweep, run here, so that times are known of all that it names."""

from __future__ import annotations

import copy
import math
import tempfile
from pathlib import Path
from typing import Any

import typer
import yaml

from datasets.visible import one_line, say
from harness.plan import Plan
from harness.states import ROUND_S
from harness.store import RunFolder
from harness.sweep import Sweep

TRIALS, STARTUP = 6, 2  # so that some trials are TPE's, whose proposals take time of their own
SECONDS = {"rounds": ROUND_S} | dict.fromkeys(("evaluations", "trials", "references"), ("wall_s",))
STEPS = 4  # rounds between the smallest and the largest budget
WITH_FAILURES = 3  # exit code of `run`
# Of recorded work, or so many repeats: what else a machine does comes in bursts, which a pilot of
# a few seconds would take for the rule.
ENOUGH_S, MOST_REPEATS = 120.0, 5


def place_of(root: Path) -> Path:
    """Where the pilot of a run at `root` is."""
    return root.with_name(f"{root.name}-pilot")


def pilot_of(plan: Plan, repeats: int = 1) -> dict[str, Any]:
    """The sweep of a pilot, as YAML has it.

    Few trials of every curve at the smallest and at about the largest budget that all
    datasets have, in few large rounds.
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
    whole["labelling"] = {
        **whole["labelling"],
        "initial": smallest - holdout,
        "batch": step or whole["labelling"]["batch"],
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
    _run(plan, place, 1)
    most = min(MOST_REPEATS, len(plan.sweep.setting.split.seeds) or MOST_REPEATS)
    repeats = min(most, math.ceil(ENOUGH_S / max(_recorded_s(RunFolder.open(place)), 1.0)))
    if repeats > 1:
        say(one_line(f"pilot      {repeats} repeats, since one took little time"))
        _run(plan, place, repeats)


def _run(plan: Plan, place: Path, repeats: int) -> None:
    from cluster.commands import run

    with tempfile.TemporaryDirectory() as made:
        path = _written(plan.sweep, pilot_of(plan, repeats), Path(made))
        try:
            run(str(path), out=str(place))
        except typer.Exit as ended:
            if ended.exit_code != WITH_FAILURES:
                raise


def _recorded_s(folder: RunFolder) -> float:
    """Of the first repeat's rounds, tests, trials and references together."""
    found = 0.0
    for table, columns in SECONDS.items():
        frame = folder.frame(table, ["repeat", *columns])
        found += float(frame.loc[frame["repeat"] == 0, list(columns)].to_numpy().sum())
    return found


def _written(sweep: Sweep, pilot: dict[str, Any], folder: Path) -> Path:
    """The sweep as a file in `folder`, its component files beside it."""
    (folder / "components").mkdir()
    for file in sweep.files:
        (folder / "components" / file.name).write_text(file.text, encoding="utf-8")
    path = folder / "pilot.yaml"
    path.write_text(yaml.safe_dump(pilot, sort_keys=False), encoding="utf-8")
    return path
