"""What the groups of classifiers that need more than a CPU ask of Ray."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from harness.classifiers.needs import GROUPS
from harness.spec import fields
from harness.spec.problems import Problems, nearest
from harness.sweep import Resources


def resources_of(file: fields.SweepFile) -> dict[str, Resources]:
    """Those of every group, defaults filled in."""
    asked = {name: file.resources.get(name, fields.Resources()) for name in sorted(GROUPS)}
    return {name: Resources(ask.gpus, ask.cpus, ask.memory_gb) for name, ask in asked.items()}


def only_needed(
    asked: Mapping[str, fields.Resources], needed: Collection[str], problems: Problems
) -> None:
    """Refuse what no classifier of the sweep needs: nothing would ever ask for it."""
    for name in asked:
        if name not in GROUPS:
            hint = nearest(name, GROUPS) or f". There are: {', '.join(sorted(GROUPS))}"
            problems.add(("resources", name), f"no classifier can need this{hint}")
        elif name not in needed:
            problems.add(
                ("resources", name),
                f"no classifier of this sweep is {name}, so nothing asks for it; leave this out",
            )
