"""Before a run: every node of a cluster tells what it would compute with, and must have the same.

One task on each node, for which nobody waits longer than a minute; where its process dies it gets
another, at most three in all. A node that comes later is found out by the first rows of its workers
(`harness.run`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from cluster.question import COMMIT, COMPONENTS, Question, question
from harness import environment
from harness.errors import ClusterError

ANSWER_S = 60.0  # that a node has: the first worker process on a busy one takes ten or more
TRIES = 3  # on a node whose process died
SHOWN = 10  # nodes
OURS = ("Python", "fewlabels", COMPONENTS)  # what pip does not install under that name

Told = Mapping[str, str | None]  # what -> version; None: not there


@dataclass(frozen=True, slots=True)
class Place:
    """A node that may be given work."""

    id: str
    name: str


def must_be_alike(backend: str) -> None:
    """Raise `ClusterError` unless all nodes have this machine's versions and code.

    `backend` is that of the sweep's networks; empty: it has none.
    """
    distributions = environment.distributions(backend)
    ask = question()
    here, places = ask(distributions), _places()
    told: dict[str, Told] = {}
    late: set[str] = set()
    for _ in range(TRIES):
        missing = [place for place in places if place.id not in told and place.id not in late]
        answers, too_late = _asked(missing, ask, distributions)
        told |= answers
        late |= too_late
        there = {place.id for place in _places()}
        places = [place for place in places if place.id in there]  # what went is not asked again
    if silent := [place.name for place in places if place.id not in told]:
        raise ClusterError(
            f"of the cluster's {len(places)} nodes {', '.join(silent[:SHOWN])} did not start a "
            f"process within {ANSWER_S:.0f} s, or lost it {TRIES} times. Look at that node (`ray "
            "status`, its raylet.err), or take it out of the cluster."
        )
    if lines := differences(here, [(place.name, told[place.id]) for place in places]):
        raise ClusterError("\n".join(lines))


def _places() -> list[Place]:
    """The nodes that have anything to compute on."""
    return [
        Place(node["NodeID"], f"{node['NodeManagerHostname']} ({node['NodeManagerAddress']})")
        for node in ray.nodes()  # type: ignore[no-untyped-call]
        if node["Alive"] and (node["Resources"].get("CPU") or node["Resources"].get("GPU"))
    ]


def _asked(
    places: Sequence[Place], ask: Question, distributions: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Told], set[str]]:
    """What each place says, by its id; and the ids of those that say nothing in time.

    A place is in neither whose process died.
    """
    remote: Any = ray.remote(ask)
    refs = {
        remote.options(
            num_cpus=0,
            max_retries=0,
            scheduling_strategy=NodeAffinitySchedulingStrategy(place.id, soft=False),
        ).remote(distributions): place.id
        for place in places
    }
    if not refs:
        return {}, set()
    answered, late = ray.wait(list(refs), num_returns=len(refs), timeout=ANSWER_S)
    for ref in late:
        ray.cancel(ref, force=True)
    told = {}
    for ref in answered:
        try:
            told[refs[ref]] = ray.get(ref)
        except ray.exceptions.RayTaskError:
            raise
        except ray.exceptions.RayError:
            continue
    return told, {refs[ref] for ref in late}


def differences(
    here: Told, told: Sequence[tuple[str, Told]], shown: int | None = SHOWN
) -> list[str]:
    """Lines that say which node has what else, and what to do; none where all is alike.

    At most so many nodes are `shown`; None: all.
    """
    compared = [what for what in here if what != COMMIT]
    others = [
        (name, its, [what for what in compared if its[what] != here[what]]) for name, its in told
    ]
    others = [(name, its, differs) for name, its, differs in others if differs]
    if not others:
        return []
    width = max(len(name) for name, _, _ in others)
    rows = [
        f"  {name:<{width}}  {'; '.join(_versus(what, its, here) for what in differs)}"
        for name, its, differs in others
    ]
    more = [f"  and {len(rows) - shown} more"] if shown is not None and len(rows) > shown else []
    head = (
        f"{len(rows)} of the cluster's {len(told)} nodes cannot compute for this machine: what "
        "they have differs, and so may numbers"
    )
    wrong = {what for _, _, differs in others for what in differs}
    return [head, *rows[:shown], *more, _remedy(here, wrong)]


def _versus(what: str, there: Told, here: Told) -> str:
    return f"{what} {_shown(what, there)}, here {_shown(what, here)}"


def _shown(what: str, told: Told) -> str:
    commit = told.get(COMMIT) if what == "fewlabels" else None
    return (told[what] or "not installed") + (f" (commit {commit})" if commit else "")


def _remedy(here: Told, wrong: Collection[str]) -> str:
    pins = [f"{what}=={here[what]}" for what in here if what in wrong and what not in OURS]
    if COMPONENTS in wrong and (packages := here[COMPONENTS]):
        pins.append(packages)
    remedies = [f"pip install {' '.join(pins)}"] if pins else []
    if COMPONENTS in wrong and not here[COMPONENTS]:
        remedies.append("pip uninstall the component packages")
    if "fewlabels" in wrong:
        remedies.append("install this machine's fewlabels (the same commit)")
    if "Python" in wrong:
        remedies.append(f"use a virtual environment of Python {here['Python']}")
    return f"There: {'; '.join(remedies)}. Then start Ray there again."
